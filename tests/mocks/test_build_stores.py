"""Stores of single credentials: arguments of the components, and a whole stack."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pulumi
import pytest

from components import (
    BuildPlane,
    BuildPlaneArgs,
    ComponentWorkflows,
    ControlPlane,
    ControlPlaneArgs,
    GitCredential,
    Organization,
    RegistryCredential,
    SecretStore,
    SecretStoreArgs,
    SettingsError,
)
from components.managers.kubernetes import KubernetesStore
from components.managers.manager import PlannedStore
from tests.mocks.recorder import Recorder
from tests.unit.samples import NOT_AN_OBJECT_NAME

pytestmark = pytest.mark.usefixtures("default_providers")

GIT = GitCredential(remote_key="acme-git", secret_store="vault")
GHCR = RegistryCredential(registry="ghcr", remote_key="acme-ghcr")
QUAY = RegistryCredential(registry="quay", remote_key="acme-quay", secret_store="vault")
ACME = Organization(name="acme", git=GIT, registries=(GHCR, QUAY))
RUNS = Organization(name="acme", git=GIT, registries=(GHCR, QUAY), component_workflows=ComponentWorkflows(names=("a",)))
MISSING = (
    "stores.vault: is missing, but credentials of the organization have it as their secretStore; pass a SecretStore, "
    "or the name of a ClusterSecretStore"
)
UNREAD = (
    'stores.vault: the store "vault-acme" may not read "acme-quay" of acme; pass every remote key in keys of the '
    'store, such as keys=organization.build_reads["vault"]'
)
KEYS = ACME.build_reads["vault"]
VAULT = PlannedStore("vault-acme", KubernetesStore(remote_namespace="vault"), ("acme",), ("openchoreo-ci-acme",), KEYS)


def _stores(spec: Any) -> list[Any]:
    """The store of an ExternalSecret, and that of each of its values."""
    return [spec["secretStoreRef"]["name"], *(entry.get("sourceRef") for entry in spec["data"])]


def _source(store: object) -> Any:
    return {"storeRef": {"kind": "ClusterSecretStore", "name": store}}


def test_builds_read_from_several_stores(recorder: Recorder) -> None:
    def program() -> None:
        vault = SecretStore("vault-acme", SecretStoreArgs.from_plan(VAULT))
        BuildPlane("acme", BuildPlaneArgs(ACME, "org-acme", stores={"vault": vault}))

    registered = recorder.run(program)

    (store,) = (item for item in registered if item.type.endswith(":ClusterSecretStore"))
    secrets = [item for item in registered if item.type.endswith(":ExternalSecret")]
    assert {item.name: _stores(item.inputs["spec"]) for item in secrets} == {
        "acme/git-clone-secret": ["vault-acme", None],
        "acme/registry-push-secret": ["org-acme", None, _source("vault-acme")],
    }
    assert all(str(store) in item.depends_on for item in secrets)


def test_runs_read_from_several_stores(recorder: Recorder) -> None:
    def program() -> None:
        name = pulumi.Output.from_input("vault-acme")
        ControlPlane("acme", ControlPlaneArgs(RUNS, "org-acme", stores={"vault": name}))

    (patch,) = (item for item in recorder.run(program) if item.type.endswith(":ComponentWorkflowPatch"))
    git, push = (entry["template"]["spec"] for entry in patch.inputs["resources"])
    assert (_stores(git), _stores(push)) == (["vault-acme", None], ["org-acme", None, _source("vault-acme")])


@pytest.mark.parametrize(
    ("stores", "problem"),
    [
        ({}, MISSING),
        ({"vault": None}, MISSING),
        (
            {"vault": "Vault"},
            f'stores.vault: "Vault" {NOT_AN_OBJECT_NAME}',
        ),
    ],
)
@pytest.mark.parametrize("component", [BuildPlane, ControlPlane])
def test_a_store_that_is_missing_or_has_no_name(
    recorder: Recorder, component: Any, stores: dict[str, str | None], problem: str
) -> None:
    arguments = {BuildPlane: BuildPlaneArgs, ControlPlane: ControlPlaneArgs}[component]

    def program() -> None:
        with pytest.raises(SettingsError) as caught:
            component("acme", arguments(RUNS if component is ControlPlane else ACME, "org-acme", stores=stores))
        assert str(caught.value) == f'{component.__name__} "acme": 1 problem\n  - {problem}'

    assert recorder.run(program) == []


def test_a_store_without_the_keys_of_the_credentials(recorder: Recorder) -> None:
    def program() -> None:
        store = SecretStore("vault-acme", SecretStoreArgs.from_plan(replace(VAULT, keys=("acme-git",))))
        with pytest.raises(SettingsError) as caught:
            BuildPlane("acme", BuildPlaneArgs(ACME, "org-acme", stores={"vault": store}))
        assert str(caught.value) == f'BuildPlane "acme": 1 problem\n  - {UNREAD}'

    assert not any(item.type.endswith(":BuildPlane") for item in recorder.run(program))
