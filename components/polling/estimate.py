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

from ..managers.cluster_secret_store import cluster_secret_store
from ..managers.planned import PlannedStore
from ..openchoreo.release import Release
from ..plan.credentials import credentials
from ..plan.pull import component_type_patch, fan_out
from ..plan.stores import plan
from ..plan.workflow import component_workflow_patch, in_workflow
from ..secrets.external_secret import SecretTemplate, Target, external_secret
from ..settings.rules.pull import pull_store
from ..settings.stack import Organization, StackSettings
from .model import Load, StoreLoad
from .poll import Poll, poll, store_of
from .tariff import UNKNOWN, Place, place


@dataclass(frozen=True)
class _Delivery:
    organization: Organization
    spec: Mapping[str, Any]
    brought_by: str = ""
    copies: int = 1


def estimate(settings: StackSettings, release: Release) -> Load:
    """The load of a stack. Nothing is asked: neither a cluster nor a secret manager.

    Args:
        settings: of the stack, as `parse` has accepted them.
        release: of the platform.
    """
    found = [
        delivery
        for organization in settings.organizations
        for delivery in _deliveries(organization, settings, release)
        if delivery.copies
    ]
    made = {planned.name: _place(planned) for planned in plan(settings, release)}
    places = {
        (each.organization.name, entry): made[settings.made_name(each.organization, entry)]
        for each in found
        if (entry := store_of(each.spec)) in settings.secret_stores
    }
    reads_once = {entry for (_, entry), each in places.items() if each.tariff.reads_once}
    polls = tuple(
        poll(each.organization.name, each.spec, copies=each.copies, brought_by=each.brought_by, reads_once=reads_once)
        for each in found
    )
    stores: dict[str, list[tuple[Poll, Place]]] = {}
    for one in polls:
        if one.store:
            stores.setdefault(one.store, []).append((one, places.get((one.organization, one.store), UNKNOWN)))
    return Load(tuple(_store(entry, used) for entry, used in sorted(stores.items())), polls)


def _deliveries(organization: Organization, settings: StackSettings, release: Release) -> Iterator[_Delivery]:
    """Every ExternalSecret of an organization, with an entry of ``secretStores`` as the name of its store."""
    interval = settings.refresh_interval
    namespace = release.build_namespace(organization.name)
    found = credentials(organization, Target(organization.name, namespace, organization.secret_store, interval))
    for each in found:
        if isinstance(each.secret, SecretTemplate) and not in_workflow(organization, each):
            yield _Delivery(organization, external_secret(each.target, each.secret)["spec"])
    workflows = organization.component_workflows
    if workflows is not None:
        runs = _expected(organization, settings, "runs")
        copies = min(runs, 1) if workflows.secret_names == "fixed" else runs
        for resource in component_workflow_patch(organization, found, release=release).resources:
            yield _Delivery(organization, resource.template["spec"], "run", copies)
    if organization.pull_secret is not None:
        yield from _pulls(organization, settings, release)


def _pulls(organization: Organization, settings: StackSettings, release: Release) -> Iterator[_Delivery]:
    entry, interval = pull_store(organization), settings.refresh_interval
    patch = component_type_patch(organization, release=release, store=entry, refresh_interval=interval)
    for resource in patch.resources:
        components = _expected(organization, settings, "components")
        yield _Delivery(organization, resource.template["spec"], "component", components)
    everywhere = fan_out(organization, store=entry or "", refresh_interval=interval, release=release)
    if everywhere is not None:
        namespaces = _expected(organization, settings, "namespaces")
        yield _Delivery(organization, everywhere["spec"]["externalSecretSpec"], "namespace", namespaces)


def _expected(organization: Organization, settings: StackSettings, what: str) -> int:
    """How many are expected: the organization's number, else the stack's, else one."""
    numbers: tuple[int | None, ...] = (getattr(organization.load, what), getattr(settings.load, what), 1)
    return next(number for number in numbers if number is not None)


def _place(planned: PlannedStore) -> Place:
    kind, _ = planned.store.manager
    if kind in {"kubernetes", "fake"}:
        # Their blocks need an address or values, which are not known here; they have neither prices nor quotas.
        return place(kind, {})
    ((provider, block),) = cluster_secret_store(planned, {}, None)["spec"]["provider"].items()
    return place(provider, block)


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
