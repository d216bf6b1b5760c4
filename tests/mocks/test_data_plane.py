"""DataPlane: the whole resources of each delivery of a pull secret."""

from __future__ import annotations

import base64
import json
from typing import Any

import pulumi
import pytest

from components import (
    DataPlane,
    DataPlaneArgs,
    Organization,
    PullSecret,
    RegistryCredential,
    RemoteRef,
    SecretStore,
    SecretStoreArgs,
)
from components.managers.kubernetes import KubernetesStore
from components.managers.manager import PlannedStore
from components.plan.expected import FanOut
from components.schema.sources import ManualRegistry
from tests.mocks.recorder import Recorder, Registered, Secret, resolve
from tests.mocks.signature import OWNER

pytestmark = pytest.mark.usefixtures("default_providers")

COMPONENT = "openchoreo:index:DataPlane"
MANUAL = "openchoreo:index:ManualSecrets"
OWNED = {
    "app.kubernetes.io/managed-by": "openchoreo-secrets",
    "openchoreo.dev/organization": "acme",
}
PLANNED = PlannedStore(
    name="vault-acme",
    manager=KubernetesStore(remote_namespace="vault"),
    organizations=("acme",),
    namespaces=(),
    keys=("registry-credentials",),
    selectors=({"openchoreo.dev/organization": "acme"},),
)


def everywhere(store: str, interval: str, *, depends_on: frozenset[str] = frozenset()) -> Registered:
    labels = {"openchoreo.dev/organization": "acme", "openchoreo-secrets/credential": "registry-pull"}
    return Registered(
        "kubernetes:external-secrets.io/v1:ClusterExternalSecret",
        "acme/pull-secret",
        {
            "apiVersion": "external-secrets.io/v1",
            "kind": "ClusterExternalSecret",
            "metadata": {"name": "registry-pull-secret-acme", "labels": OWNED, "annotations": OWNER},
            "spec": {
                "externalSecretName": "regcred",
                "externalSecretMetadata": {"labels": OWNED},
                "externalSecretSpec": {
                    "refreshInterval": interval,
                    "secretStoreRef": {"kind": "ClusterSecretStore", "name": store},
                    "target": {
                        "creationPolicy": "Owner",
                        "deletionPolicy": "Retain",
                        "template": {
                            "engineVersion": "v2",
                            "mergePolicy": "Replace",
                            "type": "kubernetes.io/dockerconfigjson",
                            "metadata": {"labels": labels},
                        },
                    },
                    "data": [
                        {
                            "secretKey": ".dockerconfigjson",
                            "remoteRef": {
                                "key": "registry-credentials",
                                "version": "2",
                                "conversionStrategy": "Default",
                                "decodingStrategy": "None",
                                "metadataPolicy": "None",
                            },
                        }
                    ],
                },
                "namespaceSelectors": [{"matchLabels": {"openchoreo.dev/release-namespace": "acme"}}],
                "refreshTime": "1h0m0s",
            },
        },
        parent=f"{COMPONENT} acme",
        depends_on=depends_on,
    )


def fan_out(**changes: Any) -> Organization:
    pull = PullSecret(
        component_types=("web",),
        delivery="namespace",
        docker_config=RemoteRef(remote_key="registry-credentials", version="2"),
        secret_name="regcred",
    )
    return Organization(name="acme", pull_secret=pull.model_copy(update=changes))


@pytest.mark.parametrize(
    ("organization", "interval"),
    [
        pytest.param(fan_out(), "2h0m0s", id="interval of the stack"),
        pytest.param(fan_out().model_copy(update={"refresh_interval": "30m0s"}), "30m0s", id="of the organization"),
        pytest.param(
            fan_out(refresh_interval="5m0s").model_copy(update={"refresh_interval": "30m0s"}), "5m0s", id="its own"
        ),
    ],
)
def test_one_object_for_every_namespace_of_the_organization(
    recorder: Recorder, organization: Organization, interval: str
) -> None:
    planes: list[DataPlane] = []
    args = DataPlaneArgs(organization, "vault", refresh_interval="2h0m0s")

    registered = recorder.run(lambda: planes.append(DataPlane("acme", args)))

    assert [plane.fan_outs for plane in planes] == [(FanOut("acme", "registry-pull-secret-acme"),)]
    assert registered == [everywhere("vault", interval), Registered(COMPONENT, "acme", {"organization": "acme"})]
    assert recorder.outputs == {f"{COMPONENT} acme": {"secretName": "regcred"}}


def test_the_store_comes_first(recorder: Recorder) -> None:
    def program() -> None:
        DataPlane("acme", DataPlaneArgs(fan_out(), SecretStore("vault-acme", SecretStoreArgs.from_plan(PLANNED))))

    registered = recorder.run(program)

    (store,) = (each for each in registered if each.type.endswith(":ClusterSecretStore"))
    identity = {str(each) for each in registered if each.parent == store.parent} - {str(store)}
    assert len(identity) == 3
    assert store.depends_on == identity
    assert everywhere("vault-acme", "1h0m0s", depends_on=frozenset({str(store)})) in registered


def test_manual_values_reach_every_namespace_encrypted(recorder: Recorder) -> None:
    registries = (
        RegistryCredential(server="quay.io", manual=ManualRegistry(username="robot", password="quay")),
        RegistryCredential(server="ghcr.io", manual=ManualRegistry(username="bot", password="ghcr")),
    )
    pull = PullSecret(
        component_types=("web",), delivery="manual", registries=registries, namespaces=("dp-acme-dev", "dp-acme-prod")
    )

    def program() -> None:
        values = {"quay": "päss", "ghcr": "word", "unused": "never"}
        manual = {name: pulumi.Output.secret(value) for name, value in values.items()}
        DataPlane("acme", DataPlaneArgs(Organization(name="acme", pull_secret=pull), manual=manual))

    registered = recorder.run(program)

    config = {
        "auths": {
            "quay.io": {"username": "robot", "password": "päss", "auth": encoded("robot:päss")},
            "ghcr.io": {"username": "bot", "password": "word", "auth": encoded("bot:word")},
        }
    }
    assert registered == [
        *(
            Registered(
                "kubernetes:core/v1:Secret",
                f"acme/{namespace}/registry-pull-secret",
                {
                    "apiVersion": "v1",
                    "kind": "Secret",
                    "type": "kubernetes.io/dockerconfigjson",
                    "metadata": {
                        "name": "registry-pull-secret",
                        "namespace": namespace,
                        "labels": {**OWNED, "openchoreo-secrets/credential": "registry-pull"},
                        "annotations": OWNER,
                    },
                    "data": Secret({".dockerconfigjson": encoded(json.dumps(config, ensure_ascii=False))}),
                },
                parent=f"{MANUAL} acme/{namespace}",
            )
            for namespace in ("dp-acme-dev", "dp-acme-prod")
        ),
        Registered(COMPONENT, "acme", {"organization": "acme"}),
        *(
            Registered(
                MANUAL,
                f"acme/{namespace}",
                {"organization": "acme", "namespace": namespace, "secrets": ["registry-pull-secret"]},
                parent=f"{COMPONENT} acme",
            )
            for namespace in ("dp-acme-dev", "dp-acme-prod")
        ),
    ]
    assert recorder.outputs[f"{COMPONENT} acme"] == {"secretName": "registry-pull-secret"}


def test_a_value_that_was_not_marked_becomes_a_secret(recorder: Recorder) -> None:
    """Whatever a program passes for a password, it is encrypted in the state."""
    registry = RegistryCredential(server="ghcr.io", manual=ManualRegistry(username="bot", password="token"))
    pull = PullSecret(component_types=("web",), delivery="manual", registries=(registry,), namespaces=("dp-acme",))

    def program() -> None:
        manual = {"token": pulumi.Output.from_input("t0ken")}
        DataPlane("acme", DataPlaneArgs(Organization(name="acme", pull_secret=pull), manual=manual))

    (data,) = (each.inputs["data"] for each in recorder.run(program) if each.type == "kubernetes:core/v1:Secret")

    config = {"auths": {"ghcr.io": {"username": "bot", "password": "t0ken", "auth": encoded("bot:t0ken")}}}
    assert data == Secret({".dockerconfigjson": encoded(json.dumps(config))})


def test_components_that_bring_their_own_need_nothing_here(recorder: Recorder) -> None:
    planes: list[DataPlane] = []
    organization = fan_out(delivery="component", secret_name=None)

    names: list[str] = []

    async def program() -> None:
        planes.append(DataPlane("acme", DataPlaneArgs(organization)))
        names.append(await resolve(planes[0].secret_name))

    registered = recorder.run(program)

    assert registered == [Registered(COMPONENT, "acme", {"organization": "acme"})]
    assert [plane.namespaces for plane in planes] == [()]
    assert names == ["${metadata.name}-registry-pull-secret"]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()
