"""Every manifest of a stack is valid under ESO's CRDs, field by field."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.manifests import Manifest
from components.openchoreo import RELEASES, V0_9, V1, Release
from components.settings.parsing import MANUAL_KEY, parse
from components.settings.stack import StackSettings
from local.documents import read_documents
from local.obtain import list_operator_crds
from local.seed import build_objects, list_openchoreo_crds
from local.stacks import STACKS as LOCAL_STACKS
from tests.unit.built import operators
from tests.unit.crd_schema import OFFICIAL, OFFICIAL_OF, Definitions
from tests.unit.credential_samples import GIT_KINDS, SERVICES
from tests.unit.full_configuration import FULL
from tests.unit.releases import in_words
from tests.unit.samples import FAKE_VALUES, Raw, acme, raw, settings

ROOT = Path(__file__).resolve().parents[2]
STACKS = sorted((ROOT / "stacks").glob("*.yaml"))
PREFIX = "openchoreo-secrets:"
on_each_local_release = pytest.mark.parametrize(
    "release", [RELEASES[name] for name in LOCAL_STACKS], ids=lambda release: release.name
)
"""Runs a test once for each release that the local platform has."""


CREDENTIALS: dict[str, Raw] = {
    **{f"git-{kind}": {"git": git} for kind, git in GIT_KINDS.items()},
    **{f"external-{name}": {"external": [service]} for name, service in SERVICES.items()},
}


@pytest.fixture(scope="module")
def operator() -> Definitions:
    return Definitions.read(list_operator_crds())


def _stack(file: Path) -> StackSettings:
    config = yaml.safe_load(file.read_text())["config"]
    raw = {key.removeprefix(PREFIX): value for key, value in config.items() if key.startswith(PREFIX)}
    names = frozenset(raw.pop(MANUAL_KEY, {}))
    return parse(raw, source=file.name, manual_names=names)


def test_there_are_stacks() -> None:
    assert "Pulumi.local.yaml" in [file.name for file in STACKS]


@pytest.mark.parametrize("file", STACKS, ids=lambda file: file.stem.removeprefix("Pulumi."))
def test_stack(file: Path, operator: Definitions) -> None:
    custom = operators(_stack(file))
    assert {made["kind"] for made in custom} >= {"ClusterSecretStore", "ExternalSecret"}
    assert {made["metadata"]["name"]: list(operator.problems(made)) for made in custom} == {
        made["metadata"]["name"]: [] for made in custom
    }


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(FULL, id="every-key"),
        pytest.param(
            {
                **FULL,
                "organizations": [{"name": "acme", "secretStore": "dev", "git": {"remoteKey": "a", "version": "1"}}],
            },
            id="fake-store",
        ),
        *(
            pytest.param(in_words(raw(acme(**keys)), release), id=f"{release.name}-{name}")
            for release in (V0_9, V1)
            for name, keys in CREDENTIALS.items()
        ),
    ],
)
def test_configuration_beyond_the_stacks(config: dict[str, Any], operator: Definitions) -> None:
    custom = operators(parse(config, source="test", manual_names=frozenset(FAKE_VALUES)))
    assert custom
    assert [problem for made in custom for problem in operator.problems(made)] == []
    assert [addition for made in custom for addition in operator.additions(made)] == []


def test_every_kind_of_object_is_among_them() -> None:
    found = operators(parse(raw(acme(git=GIT_KINDS["app"])), source="test"))
    assert [made["kind"] for made in found] == [
        "ClusterSecretStore",
        "GithubAccessToken",
        "ExternalSecret",
        "ExternalSecret",
    ]


def _named(kind: str) -> Manifest:
    return next(deepcopy(made) for made in operators(settings()) if made["kind"] == kind)


def _typo(manifest: Manifest) -> None:
    manifest["spec"]["secretStoreReff"] = manifest["spec"].pop("secretStoreRef")


def _wrong_type(manifest: Manifest) -> None:
    manifest["spec"]["target"]["name"] = 7


def _deep_typo(manifest: Manifest) -> None:
    manifest["spec"]["data"][0]["remoteRef"]["keyy"] = "x"


def _not_allowed(manifest: Manifest) -> None:
    manifest["spec"]["target"]["creationPolicy"] = "Steal"


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        pytest.param(
            _typo,
            "$.spec: Additional properties are not allowed ('secretStoreReff' was unexpected)",
            id="unknown-field",
        ),
        pytest.param(_wrong_type, "$.spec.target.name: 7 is not of type 'string'", id="wrong-type"),
        pytest.param(
            _deep_typo,
            "$.spec.data[0].remoteRef: Additional properties are not allowed ('keyy' was unexpected)",
            id="unknown-field-in-a-list",
        ),
        pytest.param(
            _not_allowed,
            "$.spec.target.creationPolicy: 'Steal' is not one of ['Owner', 'Orphan', 'Merge', 'None']",
            id="outside-an-enumeration",
        ),
    ],
)
def test_a_mistake_is_seen(spoil: Any, problem: str, operator: Definitions) -> None:
    made = _named("ExternalSecret")
    assert list(operator.problems(made)) == []
    spoil(made)
    assert list(operator.problems(made)) == [problem]


def test_missing_field_is_seen(operator: Definitions) -> None:
    made = _named("ClusterSecretStore")
    del made["spec"]["provider"]
    assert list(operator.problems(made)) == ["$.spec: 'provider' is a required property"]


def _problems(release: Release, files: list[Path]) -> dict[str, list[str]]:
    """By kind, for every object of the local platform."""
    definitions = Definitions.read(files)
    objects = [item for item in build_objects("acme", release) if item["apiVersion"] == release.api]
    return {item["kind"]: list(definitions.problems(item)) for item in objects}


NO_PROBLEM: dict[str, dict[str, list[str]]] = {
    release: {kind: [] for kind in kinds}
    for release, kinds in {
        "v0.9": ("Organization", "BuildPlane", "DataPlane", "ComponentType", "ComponentWorkflow"),
        "v1": (
            *("ClusterWorkflowPlane", "ClusterDataPlane", "ClusterWorkflow", "ClusterComponentType"),
            *("ClusterProjectType", "Environment"),
        ),
    }.items()
}


@on_each_local_release
def test_local_platform_fits_our_definitions(release: Release) -> None:
    assert _problems(release, list_openchoreo_crds(release)) == NO_PROBLEM[release.name]


@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="OpenChoreo's own definitions are not beside this checkout")
@on_each_local_release
def test_local_platform_fits_the_official_definitions(release: Release) -> None:
    assert _problems(release, sorted(OFFICIAL_OF[release.name].glob("*.yaml"))) == NO_PROBLEM[release.name]


BEYOND: dict[str, set[str]] = {"v0.9": set(), "v1": {"clusterprojecttypes", "environments"}}
"""Kinds that our definitions serve though a configuration may do without them."""


@on_each_local_release
def test_our_definitions_serve_what_the_release_needs(release: Release) -> None:
    documents = read_documents(list_openchoreo_crds(release))
    served = {document["spec"]["names"]["plural"] for document in documents}
    assert served == release.served_kinds | BEYOND[release.name]
