"""The layers: how each is removed and put back, and how the suite knows that it is gone or back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any, Final

from components.admission.quotas import COUNTED
from local.grants import MOUNT, bind_account
from tests.attacks.api import RefusedError
from tests.attacks.attack import LAYERS, NONE, SHARED, STOCK, STORE
from tests.attacks.names import MANAGER, MAXIMUM, ORGANIZATIONS, OUTSIDE
from tests.attacks.scene import ESO, build_external_secret, from_store
from tests.attacks.subjects import AGENT, RBAC, SHIPPED, TENANTS, WIDE, bind_cluster_role, user_of
from tests.attacks.world import World
from tests.platform.harness import eventually

_ADMISSION: Final = "admissionregistration.k8s.io/v1"
_BINDING: Final = "ValidatingAdmissionPolicyBinding"
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
    removals = {
        "admission": _without_admission,
        "store": _without_store,
        "identity": _without_identity,
        "rbac": _without_rbac,
        "quota": _without_quota,
    }
    removed = {
        NONE: LAYERS,
        STOCK: ("admission", "quota"),
        **{f"without {layer}": (layer,) for layer in LAYERS},
    }.get(phase, ())
    with ExitStack() as stack:
        if phase in {STORE, SHARED}:
            stack.enter_context(_deployed(world, phase.removeprefix("isolation: ")))
        for layer in removed:
            stack.enter_context(removals[layer](world))
        if phase == STOCK:
            stack.enter_context(_stock(world))
        yield


@contextmanager
def _deployed(world: World, isolation: str) -> Iterator[None]:
    """The stack with less isolation, and the agent with the role that OpenChoreo ships; then as before."""
    world.deploy(isolation)
    bind_cluster_role(world.admin, SHIPPED, AGENT)
    eventually(partial(_is_shipped, world), "the agent to have its role")
    yield
    world.admin.delete(f"{RBAC}/v1", "ClusterRoleBinding", SHIPPED)
    eventually(partial(_may_not, _is_shipped, world), "the agent to lose its role")
    world.deploy("strict")
    eventually(partial(_may_not, _may_create_store, world), "the policies to come back")
    wait_for_quotas(world)


def _is_shipped(world: World) -> bool:
    return world.admin.may(user_of(AGENT), "create", "external-secrets.io/clustersecretstores")


@contextmanager
def _without_admission(world: World) -> Iterator[None]:
    """No policy is bound."""
    admin = world.admin
    bindings = [_strip(_ADMISSION, _BINDING, item) for item in admin.list(_ADMISSION, _BINDING)]
    # The tenant's attempt to create a store shows that the last binding is gone, or back.
    bindings.sort(key=lambda binding: str(binding["metadata"]["name"]).endswith("-stores"))
    for binding in bindings:
        admin.delete(_ADMISSION, _BINDING, binding["metadata"]["name"])
    eventually(partial(_may_create_store, world), "the policies to go")
    yield
    for binding in bindings:
        admin.create(binding)
    eventually(partial(_may_not, _may_create_store, world), "the policies to come back")


def _may_create_store(world: World) -> bool:
    metadata = {"name": _PROBE, "namespace": world.build_namespace("acme")}
    fixed = {"fake": {"data": [{"key": "a", "value": "b"}]}}
    store = {"apiVersion": ESO, "kind": "SecretStore", "metadata": metadata, "spec": {"provider": fixed}}
    try:
        world.tenants["acme"].create(store, dry_run=True)
    except RefusedError:
        return False
    return True


@contextmanager
def _without_quota(world: World) -> Iterator[None]:
    """No namespace of builds has a quota."""
    admin = world.admin
    quotas = [_strip("v1", "ResourceQuota", item) for item in admin.list("v1", "ResourceQuota")]
    for quota in quotas:
        admin.delete("v1", "ResourceQuota", quota["metadata"]["name"], quota["metadata"]["namespace"])
    yield
    for quota in quotas:
        admin.create(quota)
    wait_for_quotas(world)


def wait_for_quotas(world: World) -> None:
    """Wait until the quotas count, and have noticed that ExternalSecrets are gone.

    Their controller knows a new kind after half a minute, and looks at a quota again when its limit changes.
    """
    admin = world.admin
    limits = itertools.count(MAXIMUM + 1)

    def are_low() -> bool:
        limit = next(limits)
        quotas = admin.list("v1", "ResourceQuota")
        if all(map(_is_low, quotas)):
            return True
        for quota in quotas:
            _limit(world, quota, limit)
        return False

    def are_restored() -> bool:
        return all(_read_status(quota, "hard") == MAXIMUM for quota in admin.list("v1", "ResourceQuota"))

    eventually(are_low, "the quotas to count")
    for quota in admin.list("v1", "ResourceQuota"):
        _limit(world, quota, MAXIMUM)
    eventually(are_restored, "the quotas to have their limits")


def _limit(world: World, quota: Any, limit: int) -> None:
    metadata = quota["metadata"]
    hard = {"spec": {"hard": {COUNTED: str(limit)}}}
    world.admin.patch("v1", "ResourceQuota", metadata["name"], hard, metadata["namespace"])


def _is_low(quota: Any) -> bool:
    used = _read_status(quota, "used")
    return used is not None and used < MAXIMUM // 4


def _read_status(quota: Any, field: str) -> int | None:
    """A number of ExternalSecrets in the status of a quota. None: they are not counted."""
    value = ((quota.get("status") or {}).get(field) or {}).get(COUNTED)
    return None if value is None else int(value)


def _strip(api: str, kind: str, live: Any) -> dict[str, Any]:
    """An object of a list, without what the API server adds."""
    kept = ("name", "namespace", "labels", "annotations")
    metadata = {key: value for key, value in live["metadata"].items() if key in kept}
    return {"apiVersion": api, "kind": kind, "metadata": metadata, "spec": live["spec"]}


@contextmanager
def _without_store(world: World) -> Iterator[None]:
    """Every store for every namespace."""
    admin = world.admin
    stores = {
        item["metadata"]["name"]: item["spec"]["conditions"]
        for item in admin.list(ESO, "ClusterSecretStore")
        if "conditions" in item["spec"]
    }
    # Those that are waited for come last, so the operator has seen the others then.
    names = sorted(stores, key=lambda name: name.startswith("bao-"))
    for name in names:
        admin.patch(ESO, "ClusterSecretStore", name, {"spec": {"conditions": None}})
    for organization in ORGANIZATIONS:
        eventually(
            partial(_may_use, world, f"bao-{organization}", organization), f"the store of {organization} to open"
        )
    yield
    for name in names:
        admin.patch(ESO, "ClusterSecretStore", name, {"spec": {"conditions": stores[name]}})
    for organization in ORGANIZATIONS:
        eventually(
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

    eventually(is_decided, f"the answer of {store}")
    admin.delete(ESO, "ExternalSecret", _PROBE, OUTSIDE)
    eventually(lambda: admin.get(ESO, "ExternalSecret", _PROBE, OUTSIDE) is None, "the probe to go")
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
        eventually(partial(_may_read_any, world, name), f"{name} to read everything")
    yield
    world.grant()
    _write_roles(world, roles)
    for name in roles:
        eventually(partial(_may_not, _may_read_any, world, name), f"{name} to read its keys only")


def _write_roles(world: World, roles: dict[str, Any]) -> None:
    for name, rules in roles.items():
        world.admin.patch(f"{RBAC}/v1", "Role", name, {"rules": rules}, MANAGER)


def _may_read_any(world: World, account: str) -> bool:
    return world.admin.may(user_of((MANAGER, account)), "list", "secrets", namespace=MANAGER)


@contextmanager
def _without_rbac(world: World) -> Iterator[None]:
    """The tenants and the agent may do all that the attacks ask for; the agent has the role that OpenChoreo ships."""
    subjects = [*((TENANTS, name) for name in ORGANIZATIONS), AGENT]
    bind_cluster_role(world.admin, SHIPPED, AGENT)
    bind_cluster_role(world.admin, WIDE, *subjects)
    for subject in subjects:
        eventually(partial(_is_wide, world, user_of(subject)), f"{subject[1]} to have wide rights")
    yield
    for role in (SHIPPED, WIDE):
        world.admin.delete(f"{RBAC}/v1", "ClusterRoleBinding", role)
    for subject in subjects:
        eventually(partial(_may_not, _is_wide, world, user_of(subject)), f"{subject[1]} to lose wide rights")


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
    eventually(partial(_may_use, world, "default", "acme"), "the store default")
    yield
    admin.delete(ESO, "ClusterSecretStore", "default")
