"""A stack's settings -> its load.

The manifests that the stack makes are walked, those inside ComponentTypes and ComponentWorkflows too, so a credential
of any kind is counted as it is delivered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..managers.tariff import UNKNOWN, Place
from ..plan.organization import OrganizationPlan
from ..plan.stack import Plan
from ..settings.organization import Organization
from ..settings.stack import StackSettings
from .model import Load, StoreLoad
from .poll import Poll, read_poll, store_of


@dataclass(frozen=True)
class _Delivery:
    plan: OrganizationPlan
    entry: str | None
    """Entry of ``secretStores`` behind its store. None: the store is not one of the stack's."""
    spec: Mapping[str, Any]
    brought_by: str = ""
    copies: int = 1


def estimate(plan: Plan) -> Load:
    """The load of a stack. Nothing is asked of a cluster or a secret manager.

    Args:
        plan: of the stack.
    """
    settings = plan.settings
    deliveries = [
        delivery
        for organization in plan.organizations
        for delivery in _deliveries(organization, settings)
        if delivery.copies
    ]
    places = {store.name: store.manager.place(store) for store in plan.stores}
    reads_once = {name for name, where in places.items() if where.tariff.reads_once}
    polls: list[Poll] = []
    stores: dict[str, list[tuple[Poll, Place]]] = {}
    for each in deliveries:
        name = store_of(each.spec)
        one = read_poll(
            each.plan.name,
            each.spec,
            store=(each.entry if name in places and each.entry else name),
            copies=each.copies,
            brought_by=each.brought_by,
            reads_once=name in reads_once,
        )
        polls.append(one)
        if one.store:
            stores.setdefault(one.store, []).append((one, places.get(name, UNKNOWN)))
    return Load(tuple(_store(entry, used) for entry, used in sorted(stores.items())), tuple(polls))


def _deliveries(plan: OrganizationPlan, settings: StackSettings) -> Iterator[_Delivery]:
    """Every ExternalSecret of an organization, wherever it is delivered."""
    organization = plan.organization
    entry, pull_entry = organization.secret_store, organization.pull_store
    for manifest in plan.external_secrets:
        yield _Delivery(plan, entry, manifest["spec"])
    workflows = organization.component_workflows
    patched: set[str] = set()
    for patch in plan.patches:
        # Each object of a kind gets the same entries; a component or a run brings those of one of them.
        if patch.kind.name in patched:
            continue
        patched.add(patch.kind.name)
        for resource in patch.patch.resources:
            if patch.reads == "pull":
                components = _expected(organization, settings, "components")
                yield _Delivery(plan, pull_entry, resource.template["spec"], "component", components)
            else:
                runs = _expected(organization, settings, "runs")
                fixed = workflows is not None and workflows.secret_names == "fixed"
                copies = min(runs, 1) if fixed else runs
                yield _Delivery(plan, entry, resource.template["spec"], "run", copies)
    if plan.fan_out is not None:
        namespaces = _expected(organization, settings, "namespaces")
        yield _Delivery(plan, pull_entry, plan.fan_out["spec"]["externalSecretSpec"], "namespace", namespaces)


def _expected(organization: Organization, settings: StackSettings, what: str) -> int:
    """How many are expected: the organization's number, else the stack's, else one."""
    numbers: tuple[int | None, ...] = (getattr(organization.load, what), getattr(settings.load, what), 1)
    return next(number for number in numbers if number is not None)


def _store(entry: str, used: list[tuple[Poll, Place]]) -> StoreLoad:
    stored: dict[tuple[str, str], str] = {}
    calls: dict[str, Fraction] = {}
    for each, found in used:
        calls[found.where] = calls.get(found.where, Fraction(0)) + each.calls_per_second
        for key in each.keys:
            stored.setdefault((found.where, found.prefix + key), each.organization)
    _, first = used[0]
    return StoreLoad(
        entry, first.tariff, tuple(each for each, _ in used), dict(Counter(stored.values())), max(calls.values())
    )
