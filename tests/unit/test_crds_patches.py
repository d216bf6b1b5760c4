"""Pull secrets and patched objects against the CRDs of ESO and OpenChoreo, field by field."""

from __future__ import annotations

from typing import Any

import pytest

from components.managers.cluster_secret_store import render_store
from components.openchoreo.kinds import Kind
from components.openchoreo.v0_9 import V0_9
from components.patches.model import Patch
from components.patches.patch import apply_patch, remove_patch
from components.plan.patches import plan_component_type_patch, with_pull_secret
from components.plan.stores import plan_stores
from components.secrets.external_secret import SecretTemplate, Target
from components.settings.organization import Organization
from local.obtain import list_operator_crds
from tests.unit.built import rendered
from tests.unit.crd_schema import OFFICIAL, Definitions
from tests.unit.objects import STACK, shipped
from tests.unit.plans import component_workflow_patch, credentials, fan_out
from tests.unit.samples import GIT, Raw, on_every_plane, settings

TARGET = Target(organization="acme", namespace="openchoreo-ci-acme", store="default-acme", refresh_interval="1h0m0s")
QUAY: Raw = {"server": "quay.io", "remoteKey": "acme-quay"}
WHOLE: Raw = {"remoteKey": "registry-credentials", "property": "value", "version": "2"}
SOURCES: dict[str, Raw] = {"docker-config": {"dockerConfig": WHOLE}, "registries": {"registries": [QUAY]}}

needs_definitions = pytest.mark.skipif(
    not OFFICIAL.is_dir(), reason="OpenChoreo's own definitions are not beside this checkout"
)


@pytest.fixture(scope="module")
def operator() -> Definitions:
    return Definitions.read(list_operator_crds())


@pytest.fixture(scope="module")
def openchoreo() -> Definitions:
    return Definitions.read(sorted(OFFICIAL.glob("*.yaml")))


def _organization(**keys: Any) -> Organization:
    return settings(on_every_plane(**keys)).organizations[0]


def _pulling(source: Raw, **keys: Any) -> Organization:
    return _organization(pullSecret={"componentTypes": ["service"], **source, **keys})


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_external_secret_of_a_component(source: Raw, operator: Definitions) -> None:
    (resource,) = plan_component_type_patch(_pulling(source), stack=STACK).resources
    assert list(operator.problems(rendered(resource.template))) == []


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_cluster_external_secret(source: Raw, operator: Definitions) -> None:
    user = _pulling(source, delivery="namespace")
    assert user.pull_secret is not None
    made = fan_out(user, store="default-acme")
    assert made is not None
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


def test_store_of_both_planes(operator: Definitions) -> None:
    edits = on_every_plane(
        git=GIT, pullSecret={"componentTypes": ["a"], "dockerConfig": WHOLE, "secretStore": "default"}
    )
    edits["clusters"]["dataPlane"] = edits["clusters"]["buildPlane"]
    (store,) = plan_stores(settings(edits), V0_9)
    made = render_store(store, {}, None)
    assert len(made["spec"]["conditions"]) == 2
    assert list(operator.problems(made)) == []


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
@pytest.mark.parametrize("names", ["run", "fixed"])
def test_shipped_workflow(names: str, openchoreo: Definitions) -> None:
    original = shipped("componentworkflow-docker")
    user = _organization(git=GIT, registries=[QUAY], componentWorkflows={"names": ["docker"], "secretNames": names})
    done = apply_patch(original, component_workflow_patch(user, credentials(user, TARGET), release=V0_9, stack=STACK))
    assert [each["id"] for each in done.object["spec"]["resources"]] == ["git-credentials", "registry-credentials"]
    assert list(openchoreo.problems(done.object)) == []
    assert remove_patch(done.object, done.added) == original


@needs_definitions
@pytest.mark.parametrize("kind", ["DataPlane", "BuildPlane"])
def test_plane(kind: str, openchoreo: Definitions) -> None:
    agent = {"clientCA": {"value": "x"}}
    gateway = {"gateway": {"publicVirtualHost": "a", "organizationVirtualHost": "b"}} if kind == "DataPlane" else {}
    original = {
        "apiVersion": "openchoreo.dev/v1alpha1",
        "kind": kind,
        "metadata": {"name": "default", "namespace": "acme"},
        "spec": {"clusterAgent": agent, **gateway},
    }
    assert list(openchoreo.problems(original)) == []
    done = apply_patch(original, Patch(secret_store_ref="default"))
    assert done.object["spec"]["secretStoreRef"] == {"name": "default"}
    assert list(openchoreo.problems(done.object)) == []


@needs_definitions
@pytest.mark.parametrize("kind", [V0_9.component_type, V0_9.component_workflow])
def test_defaults_of_an_entry(kind: Kind, openchoreo: Definitions) -> None:
    served = openchoreo.defaults(kind.api, kind.name).get("spec.resources[]", {})
    assert served == kind.entry_defaults
