"""The expected load of a stack, from its plan.

It reads every planned manifest, including those inside ComponentTypes and ComponentWorkflows, so credentials of every
kind count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..managers.tariff import UNKNOWN, Place
from ..manifests import Manifest
from ..plan.organization import OrganizationPlan
from ..plan.stack import Plan
from ..schema.deferred import InputStr, join_texts
from ..settings.organization import Organization
from ..settings.stack import StackSettings
from .model import Load, StoreLoad
from .poll import Poll, read_poll, read_store_names


@dataclass(frozen=True)
class _Delivery:
    plan: OrganizationPlan
    entries: Mapping[InputStr, str]
    """Name of a store of the stack -> its entry of ``secretStores``."""
    secret: str
    """Name of the ExternalSecret and of its Secret."""
    spec: Mapping[str, Any]
    brought_by: str = ""
    copies: int = 1


def estimate_polling(plan: Plan) -> Load:
    """The expected load of a stack. It calls neither a cluster nor a secret manager.

    Args:
        plan: plan of the stack.
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
    for number, delivery in enumerate(deliveries):
        for name in read_store_names(delivery.spec):
            poll = read_poll(
                delivery.plan.name,
                delivery.secret,
                delivery.spec,
                store_name=name,
                store=(delivery.entries.get(name, name) if name in places else name),
                copies=delivery.copies,
                brought_by=delivery.brought_by,
                reads_once=name in reads_once,
                number=number,
            )
            polls.append(poll)
            if poll.store:
                stores.setdefault(poll.store, []).append((poll, places.get(name, UNKNOWN)))
    return Load(tuple(_store(entry, used) for entry, used in sorted(stores.items())), tuple(polls))


def _deliveries(plan: OrganizationPlan, settings: StackSettings) -> Iterator[_Delivery]:
    """Every ExternalSecret of an organization, wherever it is delivered."""
    organization = plan.organization
    entries: dict[InputStr, str] = {name: entry for entry, name in plan.build_stores.items() if entry is not None}
    pull_entries: dict[InputStr, str] = {}
    if plan.pull_store is not None and organization.pull_store is not None:
        pull_entries[plan.pull_store] = organization.pull_store
    for manifest in plan.external_secrets:
        yield _Delivery(plan, entries, *_read(manifest))
    namespaces = _expected(organization, settings, "namespaces")
    pull, workflows = organization.pull_secret, organization.component_workflows
    if pull is not None and plan.pull_entry is not None:
        # All types get the same entry, and a component or a project uses one of them.
        component = pull.delivery == "component"
        copies = _expected(organization, settings, "components") if component else namespaces
        holder = "component" if component else "namespace"
        yield _Delivery(plan, pull_entries, *_read(plan.pull_entry.template), holder, copies)
    for entry in plan.run_entries:
        runs = _expected(organization, settings, "runs")
        fixed = workflows is not None and workflows.secret_names == "fixed"
        yield _Delivery(plan, entries, *_read(entry.template), "run", min(runs, 1) if fixed else runs)
    if plan.fan_out is not None:
        fan_out = plan.fan_out["spec"]
        secret, spec = fan_out["externalSecretName"], fan_out["externalSecretSpec"]
        yield _Delivery(plan, pull_entries, secret, spec, "namespace", namespaces)


def _read(manifest: Manifest) -> tuple[str, Mapping[str, Any]]:
    """Name and ``spec`` of an ExternalSecret."""
    return manifest["metadata"]["name"], manifest["spec"]


def _expected(organization: Organization, settings: StackSettings, what: str) -> int:
    """Expected number: that of the organization, else of the stack, else 1."""
    numbers: tuple[int | None, ...] = (getattr(organization.load, what), getattr(settings.load, what), 1)
    return next(number for number in numbers if number is not None)


def _store(entry: str, used: list[tuple[Poll, Place]]) -> StoreLoad:
    stored: dict[tuple[InputStr, InputStr], str] = {}
    calls: dict[InputStr, Fraction] = {}
    for poll, place in used:
        calls[place.where] = calls.get(place.where, Fraction(0)) + poll.calls_per_second
        for key in poll.keys:
            stored.setdefault((place.where, join_texts(place.prefix, key)), poll.organization)
    _, first = used[0]
    return StoreLoad(
        entry, first.tariff, tuple(poll for poll, _ in used), dict(Counter(stored.values())), max(calls.values())
    )
