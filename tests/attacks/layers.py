"""The layers: how each is removed and put back, and how the suite knows that it is gone or back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from local.grants import MOUNT, bind_account
from tests.attacks.api import wait_for
from tests.attacks.attack import STOCK
from tests.attacks.scene import ESO, build_external_secret, from_store
from tests.attacks.subjects import AGENT, RBAC, TENANTS, WIDE, bind_cluster_role, user_of
from tests.attacks.world import MANAGER, ORGANIZATIONS, OUTSIDE, World

_PROBE: Final = "probe"
_STOCK_ROLE: Final = "openchoreo-secret-writer-role"
_STOCK_RULES: Final = """
path "secret/data/*" { capabilities = ["create", "read", "update", "delete"] }
path "secret/metadata/*" { capabilities = ["create", "read", "update", "delete", "list"] }
"""
"""Policy of OpenBao as OpenChoreo's ``setup.sh`` writes it."""


@contextmanager
def prepared(world: World, phase: str) -> Iterator[None]:
    """The platform in one phase; as before after the block."""
    removal = {"without store": _without_store, "without identity": _without_identity, "without rbac": _without_rbac}
    if phase == STOCK:
        with _stock(world):
            yield
    elif phase in removal:
        with removal[phase](world):
            yield
    else:
        yield


@contextmanager
def _without_store(world: World) -> Iterator[None]:
    """Every store of the stack for every namespace."""
    admin = world.admin
    stores = {
        item["metadata"]["name"]: item["spec"]["conditions"]
        for item in admin.list(ESO, "ClusterSecretStore")
        if "conditions" in item["spec"]
    }
    for name in stores:
        admin.patch(ESO, "ClusterSecretStore", name, {"spec": {"conditions": None}})
    for organization in ORGANIZATIONS:
        wait_for(partial(_may_use, world, f"bao-{organization}", organization), f"the store of {organization} to open")
    yield
    for name, conditions in stores.items():
        admin.patch(ESO, "ClusterSecretStore", name, {"spec": {"conditions": conditions}})
    for organization in ORGANIZATIONS:
        wait_for(
            partial(_may_not, _may_use, world, f"bao-{organization}", organization),
            f"the store of {organization} to close",
        )


def _may_not(may: Callable[..., bool], *arguments: object) -> bool:
    return not may(*arguments)


def _may_use(world: World, store: str, organization: str) -> bool:
    """Whether a namespace of nobody may use a store."""
    admin = world.admin
    admin.create(build_external_secret(_PROBE, OUTSIDE, **from_store(store, f"org/{organization}/git")))
    ready: list[str] = []

    def is_decided() -> bool:
        live = admin.get(ESO, "ExternalSecret", _PROBE, OUTSIDE) or {}
        ready[:] = [entry["status"] for entry in (live.get("status") or {}).get("conditions") or ()]
        return bool(ready)

    wait_for(is_decided, f"the answer of {store}")
    admin.delete(ESO, "ExternalSecret", _PROBE, OUTSIDE)
    wait_for(lambda: admin.get(ESO, "ExternalSecret", _PROBE, OUTSIDE) is None, "the probe to go")
    admin.delete("v1", "Secret", _PROBE, OUTSIDE)
    return ready == ["True"]


@contextmanager
def _without_identity(world: World) -> Iterator[None]:
    """Every identity may read everything, and everybody may use it."""
    admin = world.admin
    roles = {
        item["metadata"]["name"]: item["rules"]
        for item in admin.list(f"{RBAC}/v1", "Role", MANAGER)
        if item["metadata"]["name"].startswith("eso-")
    }
    everything = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "list", "watch"]}]
    world.grant(everything=True)
    _write_roles(world, dict.fromkeys(roles, everything))
    for name in roles:
        wait_for(partial(_may_read_any, world, name), f"{name} to read everything")
    yield
    world.grant()
    _write_roles(world, roles)
    for name in roles:
        wait_for(partial(_may_not, _may_read_any, world, name), f"{name} to read its keys only")


def _write_roles(world: World, roles: dict[str, Any]) -> None:
    for name, rules in roles.items():
        world.admin.patch(f"{RBAC}/v1", "Role", name, {"rules": rules}, MANAGER)


def _may_read_any(world: World, account: str) -> bool:
    return world.admin.may(user_of((MANAGER, account)), "list", "secrets", namespace=MANAGER)


@contextmanager
def _without_rbac(world: World) -> Iterator[None]:
    """The tenants and the agent may do everything that the attacks ask for."""
    subjects = [*((TENANTS, name) for name in ORGANIZATIONS), AGENT]
    bind_cluster_role(world.admin, WIDE, *subjects)
    for subject in subjects:
        wait_for(partial(_is_wide, world, user_of(subject)), f"{subject[1]} to have wide rights")
    yield
    world.admin.delete(f"{RBAC}/v1", "ClusterRoleBinding", WIDE)
    for subject in subjects:
        wait_for(partial(_may_not, _is_wide, world, user_of(subject)), f"{subject[1]} to lose wide rights")


def _is_wide(world: World, user: str) -> bool:
    return world.admin.may(user, "create", "external-secrets.io/clusterexternalsecrets")


@contextmanager
def _stock(world: World) -> Iterator[None]:
    """The ClusterSecretStore that OpenChoreo ships: no conditions, and one role that may do everything."""
    account = {"name": "external-secrets-openbao", "namespace": "openbao"}
    admin = world.admin
    admin.ensure({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    world.openbao.call("PUT", f"sys/policies/acl/{_STOCK_ROLE}", {"policy": _STOCK_RULES})
    bind_account(world.openbao, _STOCK_ROLE, ("openbao", "*"), _STOCK_ROLE)
    live = admin.get(ESO, "ClusterSecretStore", "bao-acme") or {}
    login = {"mountPath": "kubernetes", "role": _STOCK_ROLE, "serviceAccountRef": account}
    block = {**live["spec"]["provider"]["vault"], "path": MOUNT, "auth": {"kubernetes": login}}
    admin.create(
        {
            "apiVersion": ESO,
            "kind": "ClusterSecretStore",
            "metadata": {"name": "default"},
            "spec": {"provider": {"vault": block}},
        }
    )
    wait_for(partial(_may_use, world, "default", "acme"), "the store default")
    yield
    admin.delete(ESO, "ClusterSecretStore", "default")
