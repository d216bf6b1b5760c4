"""What the stacks, the docs and every manager make, against the definitions of the newest operator as well."""

from __future__ import annotations

from typing import Any

import pytest

from components.settings import parse
from local.obtain import operator_crds
from tests.unit.built import operators
from tests.unit.crd_schema import Definitions
from tests.unit.documented import blocks, configurations, settings_of
from tests.unit.samples import FAKE_VALUES
from tests.unit.test_settings_values import FULL


@pytest.fixture(
    scope="module",
    params=[pytest.param("external-secrets", id="in-use"), pytest.param("external-secrets-newest", id="newest")],
)
def operator(request: pytest.FixtureRequest) -> Definitions:
    return Definitions.read(operator_crds(request.param))


@pytest.mark.parametrize("block", list(blocks()))
def test_every_documented_block(block: dict[str, Any], operator: Definitions) -> None:
    found = [made for config in configurations(block) for made in operators(settings_of(config))]
    assert [problem for made in found for problem in operator.problems(made)] == []


def test_every_key(operator: Definitions) -> None:
    found = operators(parse(FULL, source="test", manual_names=frozenset(FAKE_VALUES)))
    assert found
    assert [problem for made in found for problem in operator.problems(made)] == []
