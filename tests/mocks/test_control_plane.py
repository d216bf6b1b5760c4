"""ControlPlane: the whole patch of each object, and its provider."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import (
    ComponentWorkflows,
    ControlPlane,
    ControlPlaneArgs,
    GitCredential,
    OpenChoreoProvider,
    OpenChoreoProviderArgs,
    Organization,
    PullSecret,
    RegistryCredential,
    RemoteRef,
    SecretStore,
    SecretStoreArgs,
)
from components.managers.kubernetes import KubernetesStore
from components.managers.manager import PlannedStore
from components.pull.credential import PlaneStore
from components.schema.sources import ManualRegistry
from tests.mocks.recorder import Recorder, Registered
from tests.mocks.signature import STACK
from tests.unit.templates import word

pytestmark = pytest.mark.usefixtures("default_providers")

COMPONENT = "openchoreo:index:ControlPlane"
PROVIDER = "pulumi:providers:openchoreo control-plane"
IDENTITY = {"stack": "acme-corp/openchoreo-secrets/test", "name": "acme"}
DEFAULT = "${metadata.name}-registry-pull-secret"
PULL = PullSecret(component_types=("service", "web"), docker_config=RemoteRef(remote_key="registry-credentials"))
GIT = GitCredential(remote_key="acme-pat", secret_key="token")
REGISTRY = RegistryCredential(server="ghcr.io", remote_key="acme-registry")


def external_secret(name: str, namespace: str, store: str, *, interval: str = "1h0m0s", **kind: Any) -> dict[str, Any]:
    """The ExternalSecret that a resource renders; ``kind`` has what differs between git, push and pull."""
    organization = {"openchoreo.dev/organization": "acme"}
    metadata: dict[str, Any] = {"labels": {**organization, "openchoreo-secrets/credential": kind["credential"]}}
    if "annotations" in kind:
        metadata["annotations"] = kind["annotations"]
    template = {"engineVersion": "v2", "mergePolicy": "Replace", "type": kind["type"]}
    defaults = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}
    data = [{"secretKey": key, "remoteRef": {**ref, **defaults}} for key, ref in kind["data"].items()]
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {"app.kubernetes.io/managed-by": "openchoreo-secrets", **organization},
            "annotations": STACK,
        },
        "spec": {
            "refreshInterval": interval,
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": store},
            "target": {
                "creationPolicy": "Owner",
                "deletionPolicy": "Retain",
                "template": {
                    **template,
                    "metadata": metadata,
                    **({"data": kind["templates"]} if "templates" in kind else {}),
                },
            },
            "data": data,
        },
    }


def pull_secret(name: str = DEFAULT, store: str = "${dataplane.secretStore}", interval: str = "1h0m0s") -> Any:
    return external_secret(
        name,
        "${metadata.namespace}",
        store,
        interval=interval,
        credential="registry-pull",
        type="kubernetes.io/dockerconfigjson",
        data={".dockerconfigjson": {"key": "registry-credentials"}},
    )


def patch(kind: str, name: str, *, resource_name: str = "", **inputs: Any) -> Registered:
    return Registered(
        f"openchoreo:index:{kind}Patch",
        resource_name or f"acme/{name}",
        {"namespace": "acme", "name": name, **inputs, "identity": IDENTITY},
        parent=f"{COMPONENT} acme",
        provider=PROVIDER,
    )


def run(recorder: Recorder, make: Callable[[], ControlPlaneArgs]) -> list[Registered]:
    """What is registered under a ControlPlane, itself aside."""
    component = Registered(COMPONENT, "acme", {"organization": "acme"})

    def program() -> None:
        provider = OpenChoreoProvider("control-plane", OpenChoreoProviderArgs("kind-control", plane="control plane"))
        ControlPlane("acme", make(), pulumi.ResourceOptions(providers=[provider]))

    registered = recorder.run(program)
    assert component in registered
    inputs = {"plane": "control plane", "context": "kind-control", "release": "v0.9"}
    assert Registered("pulumi:providers:openchoreo", "control-plane", inputs) in registered
    return [each for each in registered if each.parent == str(component)]


def pulling(**changes: Any) -> Organization:
    return Organization(name="acme", pull_secret=PULL.model_copy(update=changes))


def test_every_component_creates_its_own_pull_secret(recorder: Recorder) -> None:
    registered = run(recorder, lambda: ControlPlaneArgs(pulling()))

    gained: dict[str, Any] = {
        "resources": [{"id": "registry-pull-secret", "template": pull_secret()}],
        "imagePullSecrets": [DEFAULT],
    }
    assert registered == [patch("ComponentType", "service", **gained), patch("ComponentType", "web", **gained)]
    assert recorder.outputs == {f"{COMPONENT} acme": {"componentTypes": ["service", "web"], "componentWorkflows": []}}


def test_names_stores_and_intervals_are_those_of_the_settings(recorder: Recorder) -> None:
    organization = pulling(component_types=("web",), secret_name="fixed", resource_id="mine", refresh_interval="5m0s")

    registered = run(recorder, lambda: ControlPlaneArgs(organization, pull_store="vault", refresh_interval="2h0m0s"))

    resources = [{"id": "mine", "template": pull_secret("fixed", "vault", "5m0s")}]
    assert registered == [patch("ComponentType", "web", resources=resources, imagePullSecrets=["fixed"])]


@pytest.mark.parametrize(
    ("own", "interval"), [pytest.param("30m0s", "30m0s", id="organization"), pytest.param(None, "2h0m0s", id="stack")]
)
def test_the_nearest_interval_counts(recorder: Recorder, own: str | None, interval: str) -> None:
    organization = pulling(component_types=("web",)).model_copy(update={"refresh_interval": own})

    registered = run(recorder, lambda: ControlPlaneArgs(organization, refresh_interval="2h0m0s"))

    resources = [{"id": "registry-pull-secret", "template": pull_secret(interval=interval)}]
    assert registered == [patch("ComponentType", "web", resources=resources, imagePullSecrets=[DEFAULT])]


def test_a_store_component_gives_its_name(recorder: Recorder) -> None:
    planned = PlannedStore(
        name="vault-acme",
        manager=KubernetesStore(remote_namespace="vault"),
        organizations=("acme",),
        namespaces=(),
        keys=("registry-credentials",),
        selectors=({"openchoreo.dev/organization": "acme"},),
    )
    organization = pulling(component_types=("web",))

    registered = run(
        recorder,
        lambda: ControlPlaneArgs(
            organization, pull_store=SecretStore("vault-acme", SecretStoreArgs.from_plan(planned))
        ),
    )

    resources = [{"id": "registry-pull-secret", "template": pull_secret(store="vault-acme")}]
    assert registered == [patch("ComponentType", "web", resources=resources, imagePullSecrets=[DEFAULT])]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"delivery": "namespace"}, id="one ClusterExternalSecret makes it"),
        pytest.param(
            {
                "delivery": "manual",
                "docker_config": None,
                "registries": (
                    RegistryCredential(server="ghcr.io", manual=ManualRegistry(username="bot", password="token")),
                ),
                "namespaces": ("dp-acme",),
            },
            id="it comes from the stack's configuration",
        ),
    ],
)
def test_an_existing_secret_is_referenced_by_the_pods_only(recorder: Recorder, changes: dict[str, Any]) -> None:
    registered = run(recorder, lambda: ControlPlaneArgs(pulling(component_types=("web",), **changes)))

    assert registered == [patch("ComponentType", "web", imagePullSecrets=["registry-pull-secret"])]


@pytest.mark.parametrize(
    ("secret_names", "prefix"),
    [pytest.param("run", "${metadata.workflowRunName}-", id="run"), pytest.param("fixed", "", id="fixed")],
)
def test_each_run_creates_its_credentials(recorder: Recorder, secret_names: Any, prefix: str) -> None:
    organization = Organization(
        name="acme",
        git=GIT,
        registries=(REGISTRY,),
        component_workflows=ComponentWorkflows(names=("docker", "buildpacks"), secret_names=secret_names),
    )

    registered = run(recorder, lambda: ControlPlaneArgs(organization, "vault"))

    namespace = "openchoreo-ci-${metadata.orgName}"
    git = external_secret(
        f"{prefix}git-clone-secret",
        namespace,
        "vault",
        credential="git",
        type="Opaque",
        annotations={"openchoreo-secrets/git-host": "github.com"},
        data={"token": {"key": "acme-pat"}},
        templates={GIT.secret_key or "clone-secret": word(".token", "acme-pat")},
    )
    (push,) = (each["template"] for each in registered[0].inputs["resources"] if each["id"] == "registry-credentials")
    expected_push = external_secret(
        f"{prefix}registry-push-secret",
        namespace,
        "vault",
        credential="registry-push",
        type="kubernetes.io/dockerconfigjson",
        data={"registry_0": {"key": "acme-registry"}},
        # The Go template is the business of the unit tests.
        templates={".dockerconfigjson": push["spec"]["target"]["template"]["data"][".dockerconfigjson"]},
    )
    resources = [
        {"id": "git-credentials", "template": git},
        {"id": "registry-credentials", "template": expected_push},
    ]
    assert registered == [
        patch("ComponentWorkflow", "buildpacks", resources=resources),
        patch("ComponentWorkflow", "docker", resources=resources),
    ]
    assert recorder.outputs[f"{COMPONENT} acme"] == {
        "componentTypes": [],
        "componentWorkflows": ["docker", "buildpacks"],
    }


def test_planes_reference_their_stores(recorder: Recorder) -> None:
    organization = Organization(
        name="acme",
        git=GIT,
        build_plane=PlaneStore(name="ci", secret_store_ref="vault"),
        data_plane=PlaneStore(secret_store_ref="other"),
    )

    assert run(recorder, lambda: ControlPlaneArgs(organization)) == [
        patch("BuildPlane", "ci", resource_name="acme/build-plane", secretStoreRef="vault"),
        patch("DataPlane", "default", resource_name="acme/data-plane", secretStoreRef="other"),
    ]
