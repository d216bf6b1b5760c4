"""Pull secrets and patched objects against the CRDs of ESO and OpenChoreo, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from components.managers.cluster_secret_store import render_store
from components.openchoreo import V0_9, V1, Kind, Release
from components.patches.model import Patch
from components.patches.patch import apply_patch, remove_patch
from components.patches.validity import validate_patch
from components.plan.patches import plan_component_type_patch, with_pull_secret
from components.plan.stores import plan_stores
from components.secrets.external_secret import SecretTemplate, Target
from components.settings.organization import Organization
from components.settings.parsing import parse
from local.obtain import list_operator_crds
from tests.unit.built import rendered
from tests.unit.crd_schema import OFFICIAL_OF, Definitions
from tests.unit.objects import STACK, shipped, shipped_v1
from tests.unit.plans import component_workflow_patch, credentials, fan_out
from tests.unit.releases import in_words, on_each_release
from tests.unit.samples import GIT, Raw, on_every_plane, raw

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="1h0m0s")
QUAY: Raw = {"server": "quay.io", "remoteKey": "acme-quay"}
WHOLE: Raw = {"remoteKey": "registry-credentials", "property": "value", "version": "2"}
SOURCES: dict[str, Raw] = {"docker-config": {"dockerConfig": WHOLE}, "registries": {"registries": [QUAY]}}

needs_definitions = pytest.mark.skipif(
    not all(folder.is_dir() for folder in OFFICIAL_OF.values()),
    reason="OpenChoreo's own definitions are not beside this checkout",
)


@pytest.fixture(scope="module")
def operator() -> Definitions:
    return Definitions.read(list_operator_crds())


@pytest.fixture(scope="module")
def openchoreo_of() -> dict[str, Definitions]:
    """Name of a release -> its definitions."""
    return {name: Definitions.read(sorted(folder.glob("*.yaml"))) for name, folder in OFFICIAL_OF.items()}


@pytest.fixture(scope="module")
def openchoreo(openchoreo_of: dict[str, Definitions]) -> Definitions:
    return openchoreo_of["v0.9"]


def _organization(release: Release = V0_9, **keys: Any) -> Organization:
    return parse(in_words(raw(on_every_plane(**keys)), release), source="test").organizations[0]


def _pulling(source: Raw, release: Release = V0_9, **keys: Any) -> Organization:
    return _organization(release, pullSecret={"componentTypes": ["service"], **source, **keys})


@on_each_release
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_external_secret_of_a_component(source: Raw, release: Release, operator: Definitions) -> None:
    (resource,) = plan_component_type_patch(_pulling(source, release), release=release, stack=STACK).resources
    assert list(operator.problems(rendered(resource.template))) == []


@on_each_release
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_cluster_external_secret(source: Raw, release: Release, operator: Definitions) -> None:
    user = _pulling(source, release, delivery="namespace")
    assert user.pull_secret is not None
    made = fan_out(user, store="default-acme", release=release)
    assert made is not None
    selectors = [{"matchLabels": labels} for labels in release.data_plane_selectors("acme")]
    assert made["spec"]["namespaceSelectors"] == selectors
    assert list(operator.problems(made)) == []
    made["spec"]["refreshTimes"] = made["spec"].pop("refreshTime")
    said = ["$.spec: Additional properties are not allowed ('refreshTimes' was unexpected)"]
    assert list(operator.problems(made)) == said


@pytest.mark.parametrize("names", ["run", "fixed"])
def test_external_secrets_of_a_run(names: str, operator: Definitions) -> None:
    user = _organization(git=GIT, registries=[QUAY], componentWorkflows={"names": ["docker"], "secretNames": names})
    found = credentials(user, TARGET)
    assert all(isinstance(each.content, SecretTemplate) for each in found)
    resources = component_workflow_patch(user, found, release=V0_9, stack=STACK).resources
    assert len(resources) == 2
    assert [list(operator.problems(rendered(resource.template))) for resource in resources] == [[], []]


@on_each_release
def test_stores_of_both_planes(release: Release, operator: Definitions) -> None:
    edits = on_every_plane(
        git=GIT, pullSecret={"componentTypes": ["a"], "dockerConfig": WHOLE, "secretStore": "default"}
    )
    edits["clusters"]["dataPlane"] = edits["clusters"]["buildPlane"]
    stores = plan_stores(parse(in_words(raw(edits), release), source="test"), release)
    builds, pulls = (render_store(store, {}, None) for store in stores)
    selectors = [{"namespaceSelector": {"matchLabels": labels}} for labels in release.data_plane_selectors("acme")]
    assert builds["spec"]["conditions"] == [{"namespaces": [release.build_namespace("acme")]}]
    assert pulls["spec"]["conditions"] == selectors
    assert [*operator.problems(builds), *operator.problems(pulls)] == []


@needs_definitions
@pytest.mark.parametrize(
    "keys",
    [
        pytest.param({}, id="component"),
        pytest.param({"delivery": "namespace"}, id="namespace"),
        pytest.param({"secretStore": "default", "secretName": "pull"}, id="component-with-a-store"),
    ],
)
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_shipped_component_type(source: Raw, keys: Raw, openchoreo: Definitions) -> None:
    original = shipped("componenttype-service")
    original["metadata"]["namespace"] = "acme"
    assert list(openchoreo.problems(original)) == []
    made = with_pull_secret(original, _pulling(source, **keys))
    assert made != original
    assert list(openchoreo.problems(made)) == []


@needs_definitions
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_component_type_of_v1(source: Raw, openchoreo_of: dict[str, Definitions]) -> None:
    """OpenChoreo ships it for all namespaces; a ComponentType of one namespace has the same shape."""
    original = shipped_v1("clustercomponenttype-service")
    original |= {"kind": "ComponentType", "metadata": {"name": "service", "namespace": "acme"}}
    original["spec"] |= {"allowedTraits": [], "allowedWorkflows": []}
    openchoreo = openchoreo_of["v1"]
    assert list(openchoreo.problems(original)) == []
    patch = plan_component_type_patch(_pulling(source, V1), release=V1, stack=STACK)
    assert list(validate_patch(V1.component_type, patch, V1)) == []
    done = apply_patch(original, patch, release=V1)
    assert [change.kind for change in done.changes] == ["add", "add"]
    assert list(openchoreo.problems(done.object)) == []
    assert with_pull_secret(original, _pulling(source, V1), release=V1)["spec"]["workloadType"] == "deployment"
    assert remove_patch(done.object, done.added, release=V1) == original


@needs_definitions
@pytest.mark.parametrize("names", ["run", "fixed"])
def test_shipped_workflow(names: str, openchoreo: Definitions) -> None:
    original = shipped("componentworkflow-docker")
    user = _organization(git=GIT, registries=[QUAY], componentWorkflows={"names": ["docker"], "secretNames": names})
    done = apply_patch(original, component_workflow_patch(user, credentials(user, TARGET), release=V0_9, stack=STACK))
    assert [each["id"] for each in done.object["spec"]["resources"]] == ["git-credentials", "registry-credentials"]
    assert list(openchoreo.problems(done.object)) == []
    assert remove_patch(done.object, done.added) == original


PLANES = [
    pytest.param(release, kind, id=f"{release.name}-{kind.name}")
    for release in (V0_9, V1)
    for kind in (*release.build_planes, *release.data_planes)
]


@needs_definitions
@pytest.mark.parametrize(("release", "kind"), PLANES)
def test_plane(release: Release, kind: Kind, openchoreo_of: dict[str, Definitions]) -> None:
    openchoreo = openchoreo_of[release.name]
    hosts = {"gateway": {"publicVirtualHost": "a", "organizationVirtualHost": "b"}}
    more = hosts if (release, kind) == (V0_9, V0_9.data_plane) else {"planeID": "default"} if release is V1 else {}
    original = {
        "apiVersion": kind.api,
        "kind": kind.name,
        "metadata": {"name": "default", **({"namespace": "acme"} if kind.namespaced else {})},
        "spec": {"clusterAgent": {"clientCA": {"value": "x"}}, **more},
    }
    assert list(openchoreo.problems(original)) == []
    done = apply_patch(original, Patch(secret_store_ref="default"), release=release)
    assert done.object["spec"]["secretStoreRef"] == {"name": "default"}
    assert list(openchoreo.problems(done.object)) == []
    assert remove_patch(done.object, done.added, release=release) == original


ENTRIES = [
    pytest.param(release, kind, id=f"{release.name}-{kind.name}")
    for release in (V0_9, V1)
    for kind in release.kinds.values()
    if kind.resources and kind not in V0_9.other_kinds
]


@needs_definitions
@pytest.mark.parametrize(("release", "kind"), ENTRIES)
def test_defaults_of_an_entry(release: Release, kind: Kind, openchoreo_of: dict[str, Definitions]) -> None:
    served = openchoreo_of[release.name].defaults(kind.api, kind.name).get("spec.resources[]", {})
    assert served == kind.entry_defaults
