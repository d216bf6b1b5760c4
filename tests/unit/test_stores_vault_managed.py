"""Managed stores of Vault: the ClusterSecretStore with its identity, and its resources in Vault."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from components.errors import SettingsError
from components.managers.cluster_secret_store import render_store
from components.openchoreo.v0_9 import V0_9
from components.plan.stores import plan_stores
from components.plan.vault_managed import (
    ManagedVaultStore,
    VaultMount,
    VaultServer,
    plan_managed_vault_stores,
    split_namespace,
)
from tests.unit.managers import operator
from tests.unit.samples import CA_BUNDLE, on_every_plane, planned, settings
from tests.unit.vault_managed import GIT, RULES, SERVER, list_rules, managed, plan, with_managed

ACME = ManagedVaultStore(
    name="default-acme",
    organization="acme",
    server=VaultServer("default", SERVER, None, None),
    namespace=None,
    role="eso-default-acme",
    policy=RULES,
    account=("external-secrets", "eso-default-acme"),
    audience="vault",
    auth_mounts=("kubernetes",),
    token_seconds=600,
    mount=None,
)
PULL = {"componentTypes": ["service"], "delivery": "namespace", "dockerConfig": {"remoteKey": "org/acme/pull"}}


def test_a_store_signs_in_with_the_created_role() -> None:
    (only,) = plan_stores(settings(with_managed()), V0_9)
    store = render_store(only, {}, None)
    assert list(operator().problems(store)) == []
    assert list(operator().additions(store)) == []
    assert only.identity == (
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {
                "name": "eso-default-acme",
                "namespace": "external-secrets",
                "labels": {"app.kubernetes.io/managed-by": "openchoreo-secrets"},
            },
        },
    )
    login = {
        "mountPath": "kubernetes",
        "role": "eso-default-acme",
        "serviceAccountRef": {"name": "eso-default-acme", "namespace": "external-secrets", "audiences": ["vault"]},
    }
    block = {"server": SERVER, "path": "secret", "version": "v2", "auth": {"kubernetes": login}}
    assert store["spec"]["provider"] == {"vault": block}


def test_resources_in_vault() -> None:
    assert plan(with_managed()) == (ACME,)


def test_a_store_with_everything() -> None:
    keys = {"roleName": "x-{organization}", "authMount": "k8s/prod", "audience": "bao", "tokenTtl": "1h"}
    beside = {"version": "v1", "namespace": "teams/{organization}/builds", "caBundle": CA_BUNDLE}
    (store,) = plan(with_managed(managed(beside, **keys, createMount=True)))
    assert store == replace(
        ACME,
        server=VaultServer("default", SERVER, CA_BUNDLE, "teams"),
        namespace="acme/builds",
        role="x-acme",
        policy=RULES.replace("secret/data/", "secret/"),
        audience="bao",
        auth_mounts=("k8s/prod",),
        token_seconds=3600,
        mount=VaultMount("default-acme", "secret", "v1", "acme/builds"),
    )


@pytest.mark.parametrize(
    ("path", "mount"),
    [
        ("secret", VaultMount("default", "secret", "v2", None)),
        ("kv-{organization}", VaultMount("default-acme", "kv-acme", "v2", None)),
    ],
)
def test_a_mount_is_for_all_organizations_or_for_one(path: str, mount: VaultMount) -> None:
    (store,) = plan(with_managed(managed({"path": path}, createMount=True)))
    assert store.mount == mount


def test_stores_on_two_clusters_have_a_role_each_in_the_auth_method_of_their_cluster() -> None:
    edits = {
        **on_every_plane(git=GIT, pullSecret=PULL),
        "secretStores.default": managed(authMount="build", dataPlaneAuthMount="apps"),
    }
    stores = plan_stores(settings(edits), V0_9)
    mounts = {
        store.plane: render_store(store, {}, None)["spec"]["provider"]["vault"]["auth"]["kubernetes"]["mountPath"]
        for store in stores
    }
    assert mounts == {"build": "build", "data": "apps"}
    builds = replace(ACME, auth_mounts=("build",))
    pulls = replace(
        ACME,
        name="default-pull-acme",
        role="eso-default-pull-acme",
        policy=RULES.replace("org/acme/*", "org/acme/pull"),
        auth_mounts=("apps",),
    )
    assert plan(edits) == (builds, pulls)


def test_each_organization_reads_its_own_path() -> None:
    names = ["acme", "acme2", "acme-corp"]
    organizations = [{"name": name, "git": {"remoteKey": f"org/{name}/git"}} for name in names]
    stores = plan({"secretStores.default": managed(), "organizations": organizations})
    assert {store.organization: next(iter(list_rules(store.policy))) for store in stores} == {
        name: f"secret/data/org/{name}/*" for name in names
    }


def test_a_store_that_names_an_existing_role_needs_nothing() -> None:
    store = {"vault": {"server": SERVER, "path": "secret", "auth": {"kubernetes": {"role": "{organization}"}}}}
    assert plan(with_managed(store)) == ()


def test_the_plan_of_a_program() -> None:
    """Without an entry of ``secretStores`` the provider has the name of the store."""
    (store,) = plan_managed_vault_stores([planned(managed())])
    assert (store.name, store.server) == ("org-acme", VaultServer("org-acme", SERVER, None, None))


@pytest.mark.parametrize("path", ["org/", "org-{organization}/"])
def test_a_program_cannot_give_all_one_path(path: str) -> None:
    """Programs that build their settings by themselves have no `parse` that would refuse it."""
    with pytest.raises(SettingsError) as raised:
        plan_managed_vault_stores([planned(managed(path=path))])
    assert str(raised.value) == (
        "store org-acme: 1 problem\n"
        f'  - vault.managed.path: "{path}" is not exclusive to one organization; it must contain {{organization}}'
    )


@pytest.mark.parametrize(
    ("template", "parts"),
    [
        (None, (None, None)),
        ("builds", ("builds", None)),
        ("teams/builds", ("teams/builds", None)),
        ("{organization}", (None, "acme")),
        ("teams/{organization}", ("teams", "acme")),
        ("teams/x-{organization}/builds", ("teams", "x-acme/builds")),
    ],
)
def test_a_namespace_is_split_at_the_first_part_of_an_organization(template: Any, parts: tuple[Any, Any]) -> None:
    assert split_namespace(template, "acme") == parts
