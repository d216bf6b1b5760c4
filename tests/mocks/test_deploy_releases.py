"""deploy: one configuration under each release registers the same resources, with the names of the release."""

from __future__ import annotations

import logging
from typing import Any, Final

import pulumi
import pytest

from components import Configuration, deploy, parse
from components.openchoreo import V0_9, V1, Release
from components.resources import deployment as stack
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.stubs import HEALTHY, OPENCHOREO, Object, StubCluster, stub
from tests.unit.releases import in_words, on_each_release

RAW: Final[dict[str, Any]] = {
    "clusters": {plane: {"context": plane} for plane in ("buildPlane", "controlPlane", "dataPlane")},
    "secretStores": {"org": {"kubernetes": {"remoteNamespace": "vault", "server": {"fromKubeconfig": True}}}},
    "organizations": [
        {
            "name": "acme",
            "secretStore": "org",
            "git": {"basicAuth": {"password": {"remoteKey": "acme-git"}}},
            "registries": [{"server": "quay.io", "remoteKey": "acme-quay"}],
            "pullSecret": {
                "componentTypes": ["service"],
                "delivery": "namespace",
                "dockerConfig": {"remoteKey": "acme-pull"},
            },
            "buildPlane": {"secretStoreRef": "org-acme"},
            "dataPlane": {"secretStoreRef": "platform"},
        }
    ],
}
"""Every kind of object that both releases have."""
NAMES: Final[dict[str, dict[str, Any]]] = {
    "v0.9": {
        "namespace": "openchoreo-ci-acme",
        "git": "git-clone-secret",
        "git keys": ["clone-secret", "password", "username"],
        "data": [{"openchoreo.dev/release-namespace": "acme"}],
        "build plane": "BuildPlanePatch",
    },
    "v1": {
        "namespace": "workflows-acme",
        "git": "git-secret",
        "git keys": ["password", "username"],
        "data": [
            {"openchoreo.dev/rendered-release-namespace": "acme"},
            {"openchoreo.dev/release-namespace": "acme"},
        ],
        "build plane": "WorkflowPlanePatch",
    },
}


class Platform(StubCluster):
    """A platform of one release, with every object that is patched."""

    release: Release = V0_9

    def get(self, path: str) -> Object | None:
        if path == OPENCHOREO:
            return {"resources": [{"name": name} for name in self.release.served_kinds]}
        if path == "/api/v1/namespaces/kube-system":
            return {"metadata": {"uid": self.settings.context}}
        return {"metadata": {}, "spec": {}} if path.startswith(OPENCHOREO) else HEALTHY.get(path)


@pytest.fixture
def registered(recorder: Recorder, monkeypatch: pytest.MonkeyPatch, release: Release) -> dict[str, Registered]:
    monkeypatch.setattr(stack, "Cluster", type("Of", (Platform,), {"release": release}))

    def program() -> None:
        settings = parse(in_words(RAW, release), source="stacks/Pulumi.test.yaml")
        for name, deployed in deploy(Configuration(settings, release, {})).items():
            pulumi.export(name, deployed.outputs())

    return {f"{each.type.rpartition(':')[2]} {each.name}": each for each in recorder.run(program)}


@on_each_release
def test_objects_have_the_names_of_the_release(
    registered: dict[str, Registered], recorder: Recorder, release: Release
) -> None:
    names = NAMES[release.name]
    git = registered[f"ExternalSecret {release.resource_prefix}acme/{names['git']}"].inputs
    assert git["metadata"]["namespace"] == names["namespace"]
    assert sorted(git["spec"]["target"]["template"]["data"]) == names["git keys"]
    assert (
        registered[f"Namespace {release.resource_prefix}acme-namespace"].inputs["metadata"]["name"]
        == names["namespace"]
    )
    selectors = [{"matchLabels": labels} for labels in names["data"]]
    assert registered["ClusterExternalSecret acme/pull-secret"].inputs["spec"]["namespaceSelectors"] == selectors
    patch = registered[f"{names['build plane']} acme/build-plane"].inputs
    assert (patch["namespace"], patch["name"], patch["secretStoreRef"]) == ("acme", "default", "org-acme")
    assert registered["openchoreo control-plane"].inputs["release"] == release.name
    assert recorder.exported == {
        "acme": {
            "namespace": names["namespace"],
            "secrets": {"git": [names["git"]], "registry-push": ["registry-push-secret"]},
            "pullSecret": {"secretName": "registry-pull-secret", "componentTypes": ["service"]},
        }
    }


@on_each_release
def test_stores_serve_the_namespaces_of_the_release(registered: dict[str, Registered], release: Release) -> None:
    names = NAMES[release.name]
    conditions = {
        name: each.inputs["spec"]["conditions"]
        for name, each in registered.items()
        if each.type.endswith(":ClusterSecretStore")
    }
    assert conditions == {
        "ClusterSecretStore org-acme": [{"namespaces": [names["namespace"]]}],
        "ClusterSecretStore data-plane/org-acme": [
            {"namespaceSelector": {"matchLabels": labels}} for labels in names["data"]
        ],
    }


def test_a_cluster_of_another_release_is_a_warning(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a control plane, nothing else shows that the builds do not find the Secrets."""
    served = {OPENCHOREO: {"resources": [{"name": name} for name in V1.served_kinds]}}
    monkeypatch.setattr(stack, "Cluster", stub(objects=HEALTHY | served))
    raw = {
        "clusters": {"buildPlane": {"context": "build"}},
        "secretStores": RAW["secretStores"],
        "organizations": [{"name": "acme", "secretStore": "org", "git": {"remoteKey": "acme-git"}}],
    }
    recorder.run(lambda: deploy(Configuration(parse(raw, source="stacks/Pulumi.test.yaml"), V0_9, {})))
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warning.startswith('release: v0.9, but build plane (context "build") serves the kinds of OpenChoreo v1 (')
