"""The admission policies of a stack: which stores, identities and namespaces they protect on each cluster."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ..admission.model import AdmissionRules, Place
from ..managers.manager import Plane, PlannedStore
from ..manifests import MANAGED_BY
from ..object_names import format_account_user
from ..openchoreo.release import Release
from ..schema.placeholder import fill
from ..settings.admission import Admission
from .organization import OrganizationPlan

_ACCOUNT_KEYS: Final = frozenset({"serviceAccount", "serviceAccountRef"})
_INVALID: Final = re.compile(r"[^a-z0-9]+")
_STACK_LENGTH: Final = 40
_DIGEST_LENGTH: Final = 8


def plan_admission(  # noqa: PLR0913 -- the parts of a plan
    limits: Admission,
    release: Release,
    stores: Iterable[PlannedStore],
    organizations: Iterable[OrganizationPlan],
    *,
    stack: str | None,
    pull_plane: Plane,
) -> dict[Plane, AdmissionRules]:
    """Plane -> the rules on its cluster; one entry if both planes are one cluster.

    Args:
        limits: settings.
        release: OpenChoreo release of the platform.
        stores: all stores of the stack.
        organizations: all organizations.
        stack: ``<pulumi organization>/<project>/<stack>``. None: not known.
        pull_plane: plane of the pull secrets; ``build`` where both planes are one cluster.
    """
    plans = tuple(organizations)
    planes: tuple[Plane, ...] = ("build",) if pull_plane == "build" else ("build", pull_plane)
    rules: dict[Plane, AdmissionRules] = {}
    for plane in planes:
        here = [store for store in stores if store.plane == plane]
        rules[plane] = AdmissionRules(
            name=_name(stack),
            administrators=tuple(limits.administrators),
            operators=tuple(limits.operators),
            agents=limits.list_agents(release),
            organizations=tuple(dict.fromkeys(plan.name for plan in plans)),
            build_stores=_list_build_stores(plans) if plane == "build" else {},
            workload_stores=_list_workload_stores(plans) if plane == pull_plane else {},
            stores=tuple(sorted({store.name for store in here})),
            accounts=_list_own_accounts(here, limits.operators),
            roles=tuple(sorted({place for store in here for place in _list_identity(store, "Role")})),
            sources=tuple(sorted({name for store in here for name in _list_sources(store)})),
            build_prefixes=tuple(dict.fromkeys(part.build_namespace("") for part in release.parts)),
            workload_namespaces=release.workload_namespaces,
            secret_api=release.secret_api if limits.secret_api else None,
            secret_api_stores=_list_api_stores(plans, plane, pull_plane) if limits.secret_api else {},
            minimum_refresh_interval=limits.minimum_refresh_interval,
        )
    return rules


def _name(stack: str | None) -> str:
    """Part of the names: readable, and different for stacks whose readable parts are the same."""
    if stack is None:
        return MANAGED_BY
    readable = _INVALID.sub("-", stack.partition("/")[2].lower()).strip("-")
    # The usual name of the project is that of this package, which the names begin with already.
    readable = readable.removeprefix(f"{MANAGED_BY}-")[:_STACK_LENGTH].strip("-")
    digest = hashlib.sha256(stack.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{MANAGED_BY}-{readable}-{digest}"


def _list_build_stores(plans: Iterable[OrganizationPlan]) -> dict[str, tuple[str, ...]]:
    return _group(
        (plan.name, (*plan.build_stores.values(), _store_of(plan.organization.build_plane))) for plan in plans
    )


def _list_workload_stores(plans: Iterable[OrganizationPlan]) -> dict[str, tuple[str, ...]]:
    """Organizations whose workloads use a store of the stack; the plan does not have the stores of the others."""
    stores = _group((plan.name, (plan.pull_store, _store_of(plan.organization.data_plane))) for plan in plans)
    return {name: names for name, names in stores.items() if names}


def _list_api_stores(plans: Iterable[OrganizationPlan], plane: Plane, pull_plane: Plane) -> dict[str, tuple[str, ...]]:
    """Stores that the planes on a cluster name: OpenChoreo pushes with them on each plane, if it has the API."""
    stores = _group(
        (
            plan.name,
            (
                _store_of(plan.organization.build_plane) if plane == "build" else None,
                _store_of(plan.organization.data_plane) if plane == pull_plane else None,
            ),
        )
        for plan in plans
        if plan.release.secret_api is not None
    )
    return {name: names for name, names in stores.items() if names}


def _store_of(plane: Any) -> object:
    return None if plane is None else plane.secret_store_ref


def _group(pairs: Iterable[tuple[str, Iterable[object]]]) -> dict[str, tuple[str, ...]]:
    names: dict[str, set[str]] = {}
    for organization, stores in pairs:
        names.setdefault(organization, set()).update(name for name in stores if isinstance(name, str) and name)
    return {organization: tuple(sorted(stores)) for organization, stores in names.items()}


def _list_own_accounts(stores: Iterable[PlannedStore], operators: Iterable[str]) -> tuple[Place, ...]:
    """ServiceAccounts of stores, without the operator's own, which needs its Pods."""
    places = {place for store in stores for place in _list_accounts(store)}
    return tuple(sorted(place for place in places if format_account_user(*place) not in operators))


def _list_accounts(store: PlannedStore) -> Iterator[Place]:
    """ServiceAccounts that a store uses: its own, and existing ones that its settings name."""
    yield from _list_identity(store, "ServiceAccount")
    for organization in store.organizations:
        yield from _find_accounts(fill(store.manager.template(), organization))


def _list_sources(store: PlannedStore) -> Iterator[str]:
    """Namespaces to which the settings of a store refer."""
    for organization in store.organizations:
        for _, namespace in store.manager.references():
            yield str(fill(namespace, organization))


def _list_identity(store: PlannedStore, kind: str) -> Iterator[Place]:
    for manifest in store.identity:
        if manifest["kind"] == kind:
            yield manifest["metadata"]["namespace"], manifest["metadata"]["name"]


def _find_accounts(tree: Any) -> Iterator[Place]:
    if isinstance(tree, Mapping):
        for key, value in tree.items():
            if key in _ACCOUNT_KEYS and isinstance(value, Mapping):
                place = value.get("namespace"), value.get("name")
                if all(isinstance(part, str) for part in place):
                    yield place  # type: ignore[misc]
            yield from _find_accounts(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _find_accounts(value)
