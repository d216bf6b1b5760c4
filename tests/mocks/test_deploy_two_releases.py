"""deploy: a move from one release to the next adds the newer one first, and removes only the older one at the end."""

from __future__ import annotations

import json
from typing import Any, Final

import pulumi
import pytest

from components import Configuration, deploy, find_release, parse
from components.openchoreo import V0_9, V1
from components.resources import deployment as stack
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.stubs import HEALTHY, OPENCHOREO, Object, StubCluster
from tests.unit.releases import in_words
from tests.unit.samples import Raw

ACME: Final[Raw] = {
    "name": "acme",
    "secretStore": "org",
    "git": {"basicAuth": {"password": {"remoteKey": "acme-git"}}},
    "registries": [{"server": "quay.io", "remoteKey": "acme-quay"}],
    "external": [{"name": "sonar", "keys": {"token": {"remoteKey": "acme-sonar"}}}],
    "pullSecret": {
        "componentTypes": ["service"],
        "delivery": "namespace",
        "dockerConfig": {"remoteKey": "acme-pull"},
    },
    "dataPlane": {"secretStoreRef": "platform"},
}
OF_V0_9: Final[Raw] = {"componentWorkflows": {"names": ["docker"]}, "buildPlane": {"secretStoreRef": "org-acme"}}
OF_V1: Final[Raw] = {"workflowPlane": {"kind": "ClusterWorkflowPlane", "secretStoreRef": "org-acme"}}
RAW: Final[Raw] = {
    "clusters": {plane: {"context": plane} for plane in ("buildPlane", "controlPlane", "dataPlane")},
    "secretStores": {"org": {"kubernetes": {"remoteNamespace": "vault", "server": {"fromKubeconfig": True}}}},
}
SHARED: Final = {
    "openchoreo:index:LiveObjects build-plane",
    "openchoreo:index:ExternalSecretsReady build-plane",
    "pulumi:providers:openchoreo build-plane",
    "pulumi:providers:openchoreo control-plane",
    "pulumi:providers:openchoreo data-plane",
}
"""Resources that list the objects of both releases, or have the name of the release."""
DATA_PLANE: Final = "openchoreo:index:LiveObjects data-plane"
STORES: Final = {
    "kubernetes:external-secrets.io/v1:ClusterSecretStore org-acme",
    "kubernetes:external-secrets.io/v1:ClusterSecretStore data-plane/org-acme",
    "kubernetes:external-secrets.io/v1:ClusterExternalSecret acme/pull-secret",
}
"""Resources that are widened and narrowed."""
ONLY_V0_9: Final = {
    "openchoreo:index:BuildPlane acme",
    "kubernetes:core/v1:Namespace acme-namespace",
    "kubernetes:external-secrets.io/v1:ExternalSecret acme/sonar",
    "openchoreo:index:ComponentWorkflowPatch acme/docker",
    "openchoreo:index:BuildPlanePatch acme/build-plane",
}
ONLY_V1: Final = {
    "openchoreo:index:BuildPlane v1/acme",
    "kubernetes:core/v1:Namespace v1/acme-namespace",
    "kubernetes:external-secrets.io/v1:ExternalSecret v1/acme/git-secret",
    "kubernetes:external-secrets.io/v1:ExternalSecret v1/acme/registry-push-secret",
    "kubernetes:external-secrets.io/v1:ExternalSecret v1/acme/sonar",
    "openchoreo:index:ClusterWorkflowPlanePatch acme/build-plane",
    "openchoreo:index:LiveObjects control-plane",
}


class Platform(StubCluster):
    """A platform with the kinds and objects of both releases."""

    def get(self, path: str) -> Object | None:
        if path == OPENCHOREO:
            return {"resources": [{"name": name} for name in V0_9.served_kinds | V1.served_kinds]}
        if path == "/api/v1/namespaces/kube-system":
            return {"metadata": {"uid": self.settings.context}}
        return {"metadata": {}, "spec": {}} if path.startswith(OPENCHOREO) else HEALTHY.get(path)


def register(recorder: Recorder, release: Any, **organization: Any) -> dict[str, Registered]:
    """Type and name -> resource of a stack with one organization."""

    def program() -> None:
        raw = {**RAW, "organizations": [{**ACME, **organization}]}
        raw = in_words(raw, V1) if release == "v1" else {**raw, "release": release}
        settings = parse(raw, source="stacks/Pulumi.test.yaml")
        configuration = Configuration(settings, find_release(settings.release), {})
        for name, deployed in deploy(configuration).items():
            pulumi.export(name, deployed.outputs())

    return {str(resource): resource for resource in recorder.run(program)}


@pytest.fixture(autouse=True)
def _platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stack, "Cluster", Platform)


@pytest.fixture
def older(recorder: Recorder) -> dict[str, Registered]:
    return register(recorder, "v0.9", **OF_V0_9)


@pytest.fixture
def both(recorder: Recorder) -> dict[str, Registered]:
    return register(recorder, ["v0.9", "v1"], **OF_V0_9, **OF_V1)


@pytest.fixture
def newer(recorder: Recorder) -> dict[str, Registered]:
    return register(recorder, "v1", **OF_V1)


def changed(before: dict[str, Registered], after: dict[str, Registered]) -> set[str]:
    """Resources with other inputs, another parent or another URN."""
    return {
        name
        for name, resource in after.items()
        if name in before
        and (resource.urn, resource.inputs, resource.parent)
        != (before[name].urn, before[name].inputs, before[name].parent)
    }


def test_the_first_step_only_adds(older: dict[str, Registered], both: dict[str, Registered]) -> None:
    assert both.keys() - older.keys() == ONLY_V1
    assert older.keys() - both.keys() == set()
    assert changed(older, both) == STORES | SHARED | {DATA_PLANE}


def test_the_last_step_only_removes(both: dict[str, Registered], newer: dict[str, Registered]) -> None:
    assert both.keys() - newer.keys() == ONLY_V0_9
    assert newer.keys() - both.keys() == set()
    # Their selectors also find namespaces of the older release, as long as the platform has some.
    selecting = {name for name in STORES if name.endswith(("data-plane/org-acme", "pull-secret"))}
    assert changed(both, newer) == (STORES - selecting) | SHARED


def test_stores_serve_both_releases(both: dict[str, Registered]) -> None:
    conditions = [both[name].inputs["spec"]["conditions"] for name in sorted(STORES) if "SecretStore " in name]
    assert conditions == [
        [
            {"namespaceSelector": {"matchLabels": {"openchoreo.dev/rendered-release-namespace": "acme"}}},
            {"namespaceSelector": {"matchLabels": {"openchoreo.dev/release-namespace": "acme"}}},
        ],
        [{"namespaces": ["openchoreo-ci-acme", "workflows-acme"]}],
    ]


def test_builds_of_both_releases_are_awaited(both: dict[str, Registered]) -> None:
    ready = both["openchoreo:index:ExternalSecretsReady build-plane"].inputs["externalSecrets"]
    assert ready == {
        "acme": {"openchoreo-ci-acme": ["sonar"], "workflows-acme": ["git-secret", "registry-push-secret", "sonar"]}
    }
    manifests = json.loads(both["openchoreo:index:LiveObjects build-plane"].inputs["manifests"])
    namespaces = [item["metadata"]["name"] for _, item in manifests if item["kind"] == "Namespace"]
    assert namespaces == ["openchoreo-ci-acme", "workflows-acme"]


@pytest.mark.usefixtures("both")
def test_outputs_have_the_builds_of_the_newer_release_under_its_name(recorder: Recorder) -> None:
    assert recorder.exported == {
        "acme": {
            "namespace": "openchoreo-ci-acme",
            "secrets": {"external": ["sonar"]},
            "pullSecret": {"secretName": "registry-pull-secret", "componentTypes": ["service"]},
            "componentWorkflows": ["docker"],
            "v1": {
                "namespace": "workflows-acme",
                "secrets": {"git": ["git-secret"], "registry-push": ["registry-push-secret"], "external": ["sonar"]},
            },
        }
    }
