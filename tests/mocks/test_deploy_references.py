"""deploy with SecretReferences: the object on the control plane, and what protects it."""

from __future__ import annotations

import copy
from typing import Any, Final

import pulumi
import pytest

from components import (
    Configuration,
    ControlPlane,
    ControlPlaneArgs,
    Organization,
    PreflightError,
    SettingsError,
    deploy,
    find_release,
    parse,
)
from components.openchoreo import V1
from components.resources import deployment
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.stubs import HEALTHY, OPENCHOREO, Object, stub

GIT: Final[dict[str, Any]] = {"secretReference": "github", "remoteKey": "a", "property": "token"}
RAW: Final[dict[str, Any]] = {
    "release": "v1",
    "clusters": {"workflowPlane": {"context": "kind-build"}, "controlPlane": {"context": "kind-control"}},
    "secretStores": {"org": {"kubernetes": {"remoteNamespace": "vault"}}},
    "namespaces": [{"name": "acme", "secretStore": "org", "git": GIT}],
}
SERVED: Final[dict[str, Object]] = {
    **HEALTHY,
    OPENCHOREO: {"resources": [{"name": name} for name in sorted(V1.served_kinds)]},
}
LIVE: Final = f"{OPENCHOREO}/secretreferences"
RESOURCE: Final = "kubernetes:openchoreo.dev/v1alpha1:SecretReference acme/github"
COMPARED: Final = "openchoreo:index:LiveObjects control-plane"
PROVIDER: Final = "pulumi:providers:kubernetes control-plane"


def _deploy(
    recorder: Recorder,
    monkeypatch: pytest.MonkeyPatch,
    git: dict[str, Any],
    collections: dict[str, list[Object]] | None = None,
) -> dict[str, Registered]:
    monkeypatch.setattr(deployment, "Cluster", stub(objects=SERVED, collections=collections))
    config = copy.deepcopy(RAW)
    config["namespaces"][0]["git"] = git

    def program() -> None:
        settings = parse(config, source="stacks/Pulumi.test.yaml")
        for name, deployed in deploy(Configuration(settings, find_release(settings.release), {})).items():
            pulumi.export(name, deployed.outputs())

    return {str(each): each for each in recorder.run(program)}


def test_the_object(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    registered = _deploy(recorder, monkeypatch, GIT)

    reference = registered[RESOURCE]
    assert reference.inputs["metadata"] == {
        "name": "github",
        "namespace": "acme",
        "labels": {"app.kubernetes.io/managed-by": "openchoreo-secrets", "openchoreo.dev/organization": "acme"},
        "annotations": {
            "pulumi.com/patchFieldManager": "acme-corp/openchoreo-secrets/test",
            "pulumi.com/patchForce": "true",
        },
    }
    assert reference.inputs["spec"]["data"] == [
        {"secretKey": "password", "remoteRef": {"key": "a", "property": "token"}}
    ]
    assert '"kind":"SecretReference"' in registered[COMPARED].inputs["manifests"]
    assert registered[PROVIDER].inputs["context"] == "kind-control"
    assert recorder.exported["acme"] == {
        "namespace": "workflows-acme",
        "secrets": {"git": ["git-secret"]},
        "secretReferences": ["github"],
    }


def test_the_control_plane_is_compared_without_one_too(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that an object that another stack has taken over is not deleted with its setting."""
    registered = _deploy(recorder, monkeypatch, {"remoteKey": "a"})
    assert COMPARED in registered
    assert not {PROVIDER, RESOURCE} & registered.keys()


def test_an_object_of_others_ends_it(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    live = {"metadata": {"name": "github", "namespace": "acme"}}
    with pytest.raises(PreflightError) as caught:
        _deploy(recorder, monkeypatch, GIT, {LIVE: [live]})
    (obstacle,) = caught.value.obstacles
    assert obstacle.organization == "acme"
    assert obstacle.text.startswith(
        'organization "acme": SecretReference acme/github exists and this stack did not create it; '
    )


def test_a_component_without_a_kubernetes_provider(recorder: Recorder) -> None:
    organization = Organization.model_validate({"name": "acme", "git": GIT})

    def program() -> None:
        ControlPlane("acme", ControlPlaneArgs(organization, release=V1))

    with pytest.raises(SettingsError, match="has no Kubernetes provider"):
        recorder.run(program)


def test_a_component_with_a_release_that_has_none(recorder: Recorder) -> None:
    organization = Organization.model_validate({"name": "acme", "git": GIT})

    def program() -> None:
        ControlPlane("acme", ControlPlaneArgs(organization))

    with pytest.raises(SettingsError, match=r"git\.secretReference: is not supported with OpenChoreo v0\.9"):
        recorder.run(program)
