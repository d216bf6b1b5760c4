"""The report of a plan: its edges, and what each organization has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..plan.stack import Plan
from .configuration import read_plan
from .crossings import list_planned_crossings
from .denials import is_denied
from .graph import Configured, ManualValue, Read, Store, describe_use
from .live import LiveCluster, compare
from .model import Crossing, Edge, OrganizationAccess, Report
from .policies import list_grants
from .rooms import Room


def report_access(plan: Plan, stack: str, live: tuple[LiveCluster, ...] = (), skipped: str = "") -> Report:
    """Who can read which key.

    Args:
        plan: plan of the stack.
        stack: its name.
        live: the clusters of its planes. Empty: only the configuration is considered.
        skipped: why there are none, for people. Empty: the report is offline.
    """
    configured = read_plan(plan)
    edges = tuple(sorted(set(_list_edges(configured))))
    every = list_planned_crossings(configured, list_grants(plan))
    rules = plan.admission
    denied = tuple(item for item in every if is_denied(item, rules.values(), ()))
    without = frozenset(denied)
    crossings = tuple(item for item in every if item not in without)
    report = Report(stack, _summarize(configured, edges), edges, crossings, skipped=skipped, denied=denied)
    if not live:
        return report
    comparison = compare(configured, live, rules)
    if not comparison.is_guarded:
        # The clusters do not have the policies of the configuration yet.
        crossings, denied = every, ()
    return replace(
        report,
        crossings=merge_crossings(crossings, comparison.crossings),
        denied=merge_crossings(denied, comparison.denied),
        reachers=comparison.reachers,
        missing=comparison.missing,
        unplanned=comparison.unplanned,
        clusters=tuple(str(cluster) for cluster in live),
        objects=comparison.objects,
    )


def merge_crossings(planned: tuple[Crossing, ...], live: tuple[Crossing, ...]) -> tuple[Crossing, ...]:
    """All of them, sorted; what the configuration already explains is not listed again for the cluster."""
    explained = {(item.reason, item.store, item.readers, item.owners) for item in planned}
    new = (item for item in live if (item.reason, item.store, item.readers, item.owners) not in explained)
    return tuple(sorted({*planned, *new}))


def _list_edges(configured: Configured) -> Iterator[Edge]:
    read_keys: set[tuple[str, str, bool, str]] = set()
    for read in configured.reads:
        yield _read_edge(configured, read)
        read_keys.add((read.plane, read.use.store, read.builds, read.use.key))
    for value in configured.values:
        yield _value_edge(value)
    for store in configured.stores:
        if len(store.organizations) == 1:
            for room in configured.room_index.admit(store.plane, store.conditions):
                yield from _list_possible(store, room, read_keys)


def _read_edge(configured: Configured, read: Read) -> Edge:
    store = configured.find_store(read)
    if read.use.generator:
        identity = next(
            (
                item.identity
                for item in configured.generators
                if item.organization == read.organization and item.object.endswith(f"/{read.use.store}")
            ),
            "",
        )
        key = f"token of {read.use.kind} {read.use.store}"
        return Edge(read.organization, read.plane, read.subject, read.object, "", identity, key)
    words, identity = (describe_use(read.use), "") if store is None else (str(store), store.identity)
    return Edge(read.organization, read.plane, read.subject, read.object, words, identity, configured.locate(read))


def _value_edge(value: ManualValue) -> Edge:
    who = "builds" if value.builds else "workloads"
    subject = f"{who} in {value.namespace}"
    return Edge(value.organization, value.plane, subject, value.object, "", "", value.entry)


def _list_possible(store: Store, room: Room, read_keys: set[tuple[str, str, bool, str]]) -> Iterator[Edge]:
    """Keys that nothing planned reads in a room, though the store would deliver them there."""
    (organization,) = store.organizations
    if organization not in room.organizations:
        return
    for key in store.keys:
        if (store.plane, store.name, room.builds, key) not in read_keys:
            located = store.sign_in.locate(key)
            yield Edge(organization, store.plane, room.subject, "", str(store), store.identity, located)


def _summarize(configured: Configured, edges: tuple[Edge, ...]) -> tuple[OrganizationAccess, ...]:
    own: dict[str, list[Edge]] = {name: [] for name in configured.names}
    for edge in edges:
        own[edge.organization].append(edge)
    return tuple(
        OrganizationAccess(
            name,
            tuple(sorted({edge.subject for edge in own[name]})),
            tuple(sorted({edge.store for edge in own[name]} - {""})),
            tuple(sorted({edge.identity for edge in own[name]} - {""})),
            tuple(sorted({edge.key for edge in own[name]})),
        )
        for name in configured.names
    )
