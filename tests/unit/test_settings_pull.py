"""Pull secrets, ComponentWorkflows and planes: the settings that they become."""

from __future__ import annotations

from typing import Any

import pytest

from components.errors import SettingsError
from components.openchoreo.v0_9 import V0_9
from components.pull.credential import ComponentWorkflows, PlaneStore, PullSecret
from components.registries.credential import RegistryCredential
from components.schema.sources import ManualRegistry, RemoteRef
from components.settings.organization import Organization
from tests.unit.samples import (
    Raw,
    on_every_plane,
    settings,
)

CONFIG: Raw = {"remoteKey": "registry-credentials"}
QUAY: Raw = {"server": "quay.io", "remoteKey": "acme-quay"}
BOT: Raw = {"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}


def _pull(**keys: Any) -> Raw:
    return {"componentTypes": ["service"], **keys}


def _organization(**keys: Any) -> Organization:
    return settings(on_every_plane(**keys)).organizations[0]


def _pull_secret(**keys: Any) -> PullSecret:
    pull = _organization(pullSecret=_pull(**keys)).pull_secret
    assert pull is not None
    return pull


def test_defaults() -> None:
    assert _pull_secret(dockerConfig=CONFIG) == PullSecret(
        component_types=("service",),
        delivery="component",
        registries=None,
        docker_config=RemoteRef(remote_key="registry-credentials"),
        secret_name=None,
        resource_id=None,
        secret_store=None,
        namespaces=None,
        refresh_interval=None,
    )


def test_every_key() -> None:
    found = _organization(
        git={"remoteKey": "acme-git"},
        pullSecret={
            "componentTypes": ["service", "web-app"],
            "delivery": "namespace",
            "registries": [QUAY],
            "secretName": "pull",
            "resourceId": "pull-id",
            "secretStore": "default",
            "refreshInterval": "90m",
        },
        componentWorkflows={"names": ["docker", "react"], "secretNames": "fixed"},
        buildPlane={"secretStoreRef": "build"},
        dataPlane={"name": "edge", "secretStoreRef": "data"},
    )
    assert found.pull_secret == PullSecret(
        component_types=("service", "web-app"),
        delivery="namespace",
        registries=(RegistryCredential(server="quay.io", remote_key="acme-quay"),),
        secret_name="pull",
        resource_id="pull-id",
        secret_store="default",
        refresh_interval="1h30m0s",
    )
    assert found.component_workflows == ComponentWorkflows(names=("docker", "react"), secret_names="fixed")
    assert found.build_plane == PlaneStore(name="default", secret_store_ref="build")
    assert found.data_plane == PlaneStore(name="edge", secret_store_ref="data")


def test_manual_delivery() -> None:
    bot = RegistryCredential(server="quay.io", manual=ManualRegistry(username="bot", password="quayPassword"))
    pull = _pull_secret(delivery="manual", registries=[BOT], namespaces=["dp-a", "dp-b"])
    assert pull == PullSecret(
        component_types=("service",), delivery="manual", registries=(bot,), namespaces=("dp-a", "dp-b")
    )
    assert pull.remotes == ()


def test_workflows_have_secrets_of_each_run_by_default() -> None:
    assert ComponentWorkflows(names=("docker",)).secret_names == "run"


@pytest.mark.parametrize(
    ("keys", "name"),
    [
        ({"dockerConfig": CONFIG}, "${metadata.name}-registry-pull-secret"),
        ({"dockerConfig": CONFIG, "delivery": "namespace"}, "registry-pull-secret"),
        ({"registries": [BOT], "delivery": "manual", "namespaces": ["dp-a"]}, "registry-pull-secret"),
        ({"dockerConfig": CONFIG, "secretName": "pull"}, "pull"),
        (
            {"dockerConfig": CONFIG, "secretName": "${metadata.componentName}.${metadata.environmentName}"},
            "${metadata.componentName}.${metadata.environmentName}",
        ),
        ({"dockerConfig": CONFIG, "secretName": "${metadata.projectName}"}, "${metadata.projectName}"),
        ({"dockerConfig": CONFIG, "delivery": "namespace", "secretName": "pull"}, "pull"),
    ],
)
def test_name(keys: Raw, name: str) -> None:
    assert _pull_secret(**keys).name(V0_9.defaults) == name


def test_remotes() -> None:
    user, password = RemoteRef(remote_key="user"), RemoteRef(remote_key="password", version="2")
    ghcr = {
        "server": "ghcr.io",
        "username": {"remoteKey": "user"},
        "password": {"remoteKey": "password", "version": "2"},
    }
    assert _pull_secret(registries=[QUAY, ghcr]).remotes == (RemoteRef(remote_key="acme-quay"), user, password)
    whole = {"remoteKey": "registry-credentials", "property": "value"}
    assert _pull_secret(dockerConfig=whole).remotes == (RemoteRef(remote_key="registry-credentials", property="value"),)


def test_a_name_of_expressions_may_not_be_too_long() -> None:
    name = "${metadata.name}-" + "a" * 251
    assert len(_pull_secret(dockerConfig=CONFIG, secretName=name).name(V0_9.defaults)) == 268
    with pytest.raises(SettingsError, match="at most 253 characters"):
        PullSecret(component_types=("a",), docker_config=RemoteRef(remote_key="a"), secret_name=name + "a")
