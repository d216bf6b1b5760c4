"""What the stacks, the docs and every manager make, against the definitions of the newest operator as well."""

from __future__ import annotations

from typing import Any

import pytest

from components.settings.parse import parse
from local.obtain import ObtainError, operator_crds
from tests.unit.built import operators
from tests.unit.crd_schema import Definitions
from tests.unit.documented import blocks, configurations, settings_of
from tests.unit.samples import FAKE_VALUES
from tests.unit.test_settings_values import FULL


@pytest.fixture(scope="module")
def in_use() -> Definitions:
    return Definitions.read(operator_crds())


@pytest.fixture(scope="module")
def newest() -> Definitions:
    try:
        return Definitions.read(operator_crds("external-secrets-newest"))
    except ObtainError as error:
        pytest.skip(f"the newest operator cannot be had here: {error}")


@pytest.fixture(params=["in_use", "newest"])
def operator(request: pytest.FixtureRequest) -> Definitions:
    found: Definitions = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("block", list(blocks()))
def test_every_documented_block(block: dict[str, Any], operator: Definitions) -> None:
    found = [made for config in configurations(block) for made in operators(settings_of(config))]
    assert [problem for made in found for problem in operator.problems(made)] == []


@pytest.mark.parametrize("block", list(blocks()))
def test_nothing_is_left_to_defaults(block: dict[str, Any], in_use: Definitions) -> None:
    """A field that the API server fills in would show in every comparison: of a GitOps tool, or a second apply."""
    found = [made for config in configurations(block) for made in operators(settings_of(config))]
    assert [addition for made in found for addition in in_use.additions(made)] == []


def test_every_key(operator: Definitions) -> None:
    found = operators(parse(FULL, source="test", manual_names=frozenset(FAKE_VALUES)))
    assert found
    assert [problem for made in found for problem in operator.problems(made)] == []
