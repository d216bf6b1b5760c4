"""Manifests of the stacks, the docs and every manager are also valid under the CRDs of the newest ESO."""

from __future__ import annotations

from typing import Any

import pytest

from components.patches.equality import CRD_DEFAULTS
from components.schema.durations import format_canonical
from components.settings.parsing import parse
from local.obtain import ObtainError, list_operator_crds
from tests.unit.built import operators
from tests.unit.crd_schema import Definitions
from tests.unit.documented import blocks, configurations, settings_of
from tests.unit.full_configuration import FULL
from tests.unit.samples import FAKE_VALUES


@pytest.fixture(scope="module")
def in_use() -> Definitions:
    return Definitions.read(list_operator_crds())


@pytest.fixture(scope="module")
def newest() -> Definitions:
    try:
        return Definitions.read(list_operator_crds("external-secrets-newest"))
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


def _defaults(definitions: Definitions) -> dict[str, dict[str, Any]]:
    defaults = definitions.defaults("external-secrets.io/v1", "ExternalSecret")
    defaults["spec"]["refreshInterval"] = format_canonical(defaults["spec"]["refreshInterval"])
    return defaults


def test_defaults_that_patches_assume(in_use: Definitions) -> None:
    """The comparison treats an entry as if the API server had added its defaults."""
    assert _defaults(in_use) == CRD_DEFAULTS


def test_the_newest_operator_has_the_same_defaults(newest: Definitions) -> None:
    """It has more of them, for fields that this package never writes."""
    defaults = _defaults(newest)
    assert {path: defaults[path] for path in CRD_DEFAULTS} == CRD_DEFAULTS
