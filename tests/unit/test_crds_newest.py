"""Manifests of the stacks, the docs and every manager are valid under the CRDs of the oldest and of a newer ESO too."""

from __future__ import annotations

from typing import Any

import pytest

from components.patches.equality import CRD_DEFAULTS
from components.schema.durations import format_canonical
from components.settings.parsing import parse
from local.sources import ObtainError
from tests.unit.built import operators
from tests.unit.crd_schema import Definitions
from tests.unit.documented import blocks, configurations, settings_of
from tests.unit.full_configuration import FULL
from tests.unit.managers import list_additions, operator
from tests.unit.samples import FAKE_VALUES


@pytest.fixture(scope="module")
def oldest() -> Definitions:
    return operator("external-secrets-oldest")


@pytest.fixture(scope="module")
def in_use() -> Definitions:
    return operator()


@pytest.fixture(scope="module")
def newest() -> Definitions:
    try:
        return operator("external-secrets-newest")
    except ObtainError as error:
        pytest.skip(f"the newest operator cannot be had here: {error}")


@pytest.fixture(params=["oldest", "in_use", "newest"])
def definitions(request: pytest.FixtureRequest) -> Definitions:
    found: Definitions = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("block", list(blocks()))
def test_every_documented_block(block: dict[str, Any], definitions: Definitions) -> None:
    found = [made for config in configurations(block) for made in operators(settings_of(config))]
    assert [problem for made in found for problem in definitions.problems(made)] == []


@pytest.mark.parametrize("block", list(blocks()))
def test_nothing_is_left_to_defaults(block: dict[str, Any]) -> None:
    """A field that the API server fills in would show in every comparison: of a GitOps tool, or a second apply."""
    found = [made for config in configurations(block) for made in operators(settings_of(config))]
    assert [addition for made in found for addition in list_additions(made)] == []


def test_every_key(definitions: Definitions) -> None:
    found = operators(parse(FULL, source="test", manual_names=frozenset(FAKE_VALUES)))
    assert found
    assert [problem for made in found for problem in definitions.problems(made)] == []


def _defaults(definitions: Definitions) -> dict[str, dict[str, Any]]:
    defaults = definitions.defaults("external-secrets.io/v1", "ExternalSecret")
    defaults["spec"]["refreshInterval"] = format_canonical(defaults["spec"]["refreshInterval"])
    return defaults


def test_defaults_that_patches_assume(oldest: Definitions) -> None:
    """The comparison treats an entry as if the API server had added its defaults."""
    assert _defaults(oldest) == CRD_DEFAULTS


@pytest.mark.parametrize("version", ["in_use", "newest"])
def test_later_operators_have_the_same_defaults(version: str, request: pytest.FixtureRequest) -> None:
    """They have more of them, for fields that this package never writes."""
    defaults = _defaults(request.getfixturevalue(version))
    assert {path: defaults[path] for path in CRD_DEFAULTS} == CRD_DEFAULTS
