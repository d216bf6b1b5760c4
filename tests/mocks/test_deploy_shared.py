"""deploy: one patch of each cluster-scoped object for all organizations of a stack, after their credentials."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

import pulumi
import pytest

from components import (
    Configuration,
    ControlPlane,
    ControlPlaneArgs,
    OpenChoreoProvider,
    OpenChoreoProviderArgs,
    deploy,
    parse,
)
from components.openchoreo import V1
from components.resources import deployment as stack
from components.settings.organization import Organization
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.stubs import HEALTHY, OPENCHOREO, Object, StubCluster

PULL: Final = {"clusterComponentTypes": ["service"], "secretStore": "org"}
RAW: Final[dict[str, Any]] = {
    "release": "v1",
    "clusters": {plane: {"context": plane} for plane in ("workflowPlane", "controlPlane", "dataPlane")},
    "secretStores": {"org": {"kubernetes": {"remoteNamespace": "vault", "server": {"fromKubeconfig": True}}}},
    "namespaces": [
        {
            "name": name,
            "secretStore": "org",
            "git": {"remoteKey": f"{name}-git"},
            "workflows": {"clusterWorkflows": ["docker"], "delivery": "ahead"},
            "pullSecret": {**PULL, "dockerConfig": {"remoteKey": f"{name}-pull"}},
        }
        for name in ("acme", "globex")
    ],
}


class Platform(StubCluster):
    """A platform of v1, with every object that is patched."""

    missing = ""
    reads: Final[list[str]] = []

    def get(self, path: str) -> Object | None:
        self.reads.append(path)
        if path == OPENCHOREO:
            return {"resources": [{"name": name} for name in V1.served_kinds]}
        if path == "/api/v1/namespaces/kube-system":
            return {"metadata": {"uid": self.settings.context}}
        if path.startswith(OPENCHOREO):
            return None if self.missing and self.missing in path else {"metadata": {}, "spec": {}}
        return HEALTHY.get(path)


def _deploy(recorder: Recorder, raw: dict[str, Any]) -> dict[str, Registered]:
    def program() -> None:
        for name, deployed in deploy(Configuration(parse(raw, source="test"), V1, {})).items():
            pulumi.export(name, deployed.outputs())

    return {f"{each.type.rpartition(':')[2]} {each.name}": each for each in recorder.run(program)}


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> type[Platform]:
    platform = type("Fresh", (Platform,), {"reads": []})
    monkeypatch.setattr(stack, "Cluster", platform)
    return platform


def test_one_patch_for_all(recorder: Recorder, cluster: type[Platform]) -> None:
    registered = _deploy(recorder, RAW)
    patches = {name: each for name, each in registered.items() if "Patch shared/" in name}
    assert list(patches) == ["ClusterComponentTypePatch shared/service", "ClusterWorkflowPatch shared/docker"]
    types, workflow = patches.values()
    argument = ["spec", "runTemplate", "spec", "arguments", "parameters", {"name": "git-secret"}, "value"]
    assert workflow.inputs["overrides"][0] == {
        "path": argument,
        "variable": "metadata.namespaceName",
        "namespaces": ["acme", "globex"],
        "value": '"git-secret"',
        "unless": 'has(parameters.repository.secretRef) && parameters.repository.secretRef != ""',
    }
    (entry,) = types.inputs["resources"]
    assert entry["includeWhen"] == '${metadata.componentNamespace in ["acme", "globex"]}'
    assert entry["template"]["spec"]["secretStoreRef"]["name"] == "org-${metadata.componentNamespace}"
    identities = [each.inputs["identity"]["name"] for each in patches.values()]
    assert identities == ["ClusterComponentTypePatch/shared/service", "ClusterWorkflowPatch/shared/docker"]
    assert not [name for name in registered if name.startswith("ControlPlane ")]
    assert types.depends_on == {
        "kubernetes:external-secrets.io/v1:ExternalSecret v1/acme/git-secret",
        "kubernetes:external-secrets.io/v1:ExternalSecret v1/globex/git-secret",
        "kubernetes:external-secrets.io/v1:ClusterSecretStore data-plane/org-acme",
        "kubernetes:external-secrets.io/v1:ClusterSecretStore data-plane/org-globex",
    }
    assert workflow.depends_on == {"openchoreo:index:ClusterComponentTypePatch shared/service"}
    assert recorder.exported["acme"] == {
        "namespace": "workflows-acme",
        "secrets": {"git": ["git-secret"]},
        "pullSecret": {"secretName": "${metadata.name}-registry-pull-secret", "componentTypes": ["service"]},
        "componentWorkflows": ["docker"],
    }


def test_each_object_is_looked_up_once(recorder: Recorder, cluster: type[Platform]) -> None:
    _deploy(recorder, RAW)
    reads = [path for path in cluster.reads if path.endswith(("/docker", "/service"))]
    assert reads == [f"{OPENCHOREO}/clustercomponenttypes/service", f"{OPENCHOREO}/clusterworkflows/docker"]


def test_a_missing_object_is_a_problem_of_each_organization(
    recorder: Recorder, cluster: type[Platform], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "missing", "/clusterworkflows/")
    with pytest.raises(Exception, match="ClusterWorkflow docker") as raised:
        _deploy(recorder, RAW)
    text = str(raised.value)
    assert [text.count(f'organization "{name}": ') for name in ("acme", "globex")] == [1, 1]


def test_what_a_refused_organization_shares_stays_as_it_is(
    recorder: Recorder, cluster: type[Platform], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own type is missing; objects that it shares depend on the resource that fails, and others do not."""
    monkeypatch.setenv("PULUMI_CONTINUE_ON_ERROR", "true")
    monkeypatch.setattr(cluster, "missing", "/componenttypes/")
    raw = deepcopy(RAW)
    raw["namespaces"][0]["pullSecret"] = {**PULL, "componentTypes": ["own"], "dockerConfig": {"remoteKey": "acme-pull"}}
    raw["namespaces"][1]["workflows"] = {"clusterWorkflows": ["other"], "delivery": "ahead"}
    registered = _deploy(recorder, raw)
    failing = "openchoreo:index:OrganizationRefused acme"
    patches = {name.partition(" shared/")[2]: each for name, each in registered.items() if "Patch shared/" in name}
    blocked = {name for name, each in patches.items() if failing in each.depends_on}
    assert (sorted(patches), blocked) == (["docker", "other", "service"], {"docker", "service"})
    assert {"v1/acme", "openchoreo"}.isdisjoint(patches["other"].depends_on)
    assert not any(" shared/" in name for name in patches["other"].depends_on)


def test_objects_of_one_namespace_stay_in_its_component(recorder: Recorder, cluster: type[Platform]) -> None:
    raw = deepcopy(RAW)
    raw["namespaces"][0]["workflows"] = {"names": ["own"]}
    registered = _deploy(recorder, raw)
    patch = registered["WorkflowPatch acme/own"]
    assert patch.parent == "openchoreo:index:ControlPlane acme"
    assert (patch.inputs["namespace"], patch.inputs["name"]) == ("acme", "own")
    (entry,) = patch.inputs["resources"]
    assert entry["template"]["metadata"]["name"] == "${metadata.workflowRunName}-git-secret"
    assert registered["ClusterWorkflowPatch shared/docker"].inputs["overrides"][0]["namespaces"] == ["globex"]


def test_a_program_of_ones_own(recorder: Recorder) -> None:
    """A component outside a stack patches cluster-scoped objects for its organization alone."""
    keys = {**RAW["namespaces"][0], "componentWorkflows": RAW["namespaces"][0]["workflows"]}
    del keys["workflows"]

    def program() -> None:
        provider = OpenChoreoProvider("control", OpenChoreoProviderArgs(context="control", release=V1))
        args = ControlPlaneArgs(Organization.model_validate(keys), "org-acme", "org-acme", release=V1)
        ControlPlane("acme", args, pulumi.ResourceOptions(providers=[provider]))

    registered = {f"{each.type.rpartition(':')[2]} {each.name}": each for each in recorder.run(program)}
    names = [name for name in registered if "Patch " in name]
    assert names == ["ClusterComponentTypePatch acme/service", "ClusterWorkflowPatch acme/docker"]
    workflow = registered["ClusterWorkflowPatch acme/docker"].inputs
    assert [override["namespaces"] for override in workflow["overrides"]] == [["acme"], ["acme"]]
