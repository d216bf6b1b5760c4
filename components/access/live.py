"""What the clusters of a stack have, compared with its plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ..admission.model import AdmissionRules
from ..managers.manager import Plane
from .denials import is_denied, is_limited, list_missing_policies
from .graph import BUILD, Configured
from .live_objects import list_object_crossings, list_object_differences, list_used_stores
from .live_rooms import Site, list_namespace_crossings, list_rooms
from .live_stores import list_store_crossings, list_store_differences, read_live_stores
from .model import Crossing, Difference, Reacher
from .rbac import read_grants
from .rights import list_reachers, list_reaches, list_right_crossings
from .rooms import RoomIndex
from .sign_in import Annotations

_DATA: Final[Plane] = "data"


@dataclass(frozen=True)
class LiveCluster:
    """Everything on one cluster that decides who can read what. No values of Secrets."""

    context: str
    """Its context; with its plane if another cluster's context has the same name."""
    planes: tuple[str, ...]
    """``build``, ``control``, ``data``, sorted."""
    namespaces: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Name -> labels."""
    accounts: Annotations = field(default_factory=dict)
    """ServiceAccount -> annotations."""
    objects: tuple[Mapping[str, Any], ...] = ()
    """Stores, their users, and RBAC, each with its kind."""

    def __str__(self) -> str:
        return f"{self.context} ({', '.join(self.planes)})"

    @property
    def plane(self) -> Plane:
        """The plane in the plan: ``build`` where both are one cluster."""
        return BUILD if BUILD in self.planes else _DATA


@dataclass(frozen=True)
class Comparison:
    """What only the clusters show."""

    crossings: tuple[Crossing, ...] = ()
    reachers: tuple[Reacher, ...] = ()
    missing: tuple[Difference, ...] = ()
    unplanned: tuple[Difference, ...] = ()
    objects: Mapping[str, int] = field(default_factory=dict)
    denied: tuple[Crossing, ...] = ()
    """Crossings that admission policies deny on every cluster; none of them is in `crossings`."""
    is_guarded: bool = False
    """Whether every cluster has the planned policies."""


def compare(
    configured: Configured, live: Sequence[LiveCluster], rules: Mapping[Plane, AdmissionRules] | None = None
) -> Comparison:
    """What the clusters have beside the plan, and lack. It is pure.

    Args:
        configured: what the plan says.
        live: the clusters.
        rules: of the admission policies on them. None or empty: there are none.
    """
    crossings: set[Crossing] = set()
    reachers: set[Reacher] = set()
    missing: set[Difference] = set()
    unplanned: set[Difference] = set()
    counts: Counter[str] = Counter()
    usable: set[str] = set()
    unguarded: set[Difference] = set()
    for cluster in live:
        site = _read_site(configured, cluster)
        grants = read_grants(cluster.objects)
        crossings |= {*list_namespace_crossings(site), *list_store_crossings(site), *list_object_crossings(site)}
        reaches = tuple(list_reaches(site, grants))
        crossings |= set(list_right_crossings(reaches))
        reachers |= set(list_reachers(site.cluster, reaches))
        for differences in (list_store_differences(site), list_object_differences(site)):
            for is_missing, difference in differences:
                (missing if is_missing else unplanned).add(difference)
        usable |= set(list_used_stores(site))
        if rules and cluster.plane in rules:
            usable |= set(_list_open_stores(site, rules[cluster.plane]))
            unguarded |= set(list_missing_policies(site.cluster, rules[cluster.plane], cluster.objects))
        counts.update(str(item["kind"]) for item in cluster.objects)
        counts["Namespace"] += len(cluster.namespaces)
    guarding = list(rules.values()) if rules and not unguarded else []
    denied = {item for item in crossings if is_denied(item, guarding, usable)}
    missing |= unguarded
    by_interest = sorted(unplanned, key=lambda item: (item.own, item))
    return Comparison(
        tuple(sorted(crossings - denied)),
        tuple(sorted(reachers)),
        tuple(sorted(missing)),
        tuple(by_interest),
        dict(counts),
        tuple(sorted(denied)),
        bool(guarding),
    )


def _list_open_stores(site: Site, rules: AdmissionRules) -> Iterator[str]:
    """Stores that let in namespaces of organizations which the policies do not limit to a list."""
    for store in site.stores:
        rooms = site.room_index.admit(site.plane, store.conditions)
        if any(room.organizations and not is_limited(rules, room) for room in rooms):
            yield str(store)


def _read_site(configured: Configured, cluster: LiveCluster) -> Site:
    plane = cluster.plane
    rooms = list_rooms(configured, plane, cluster.namespaces)
    stores = read_live_stores(configured, plane, cluster.accounts, cluster.objects)
    return Site(
        configured=configured,
        cluster=cluster.context,
        plane=plane,
        namespaces=cluster.namespaces,
        accounts=frozenset(cluster.accounts),
        room_index=RoomIndex(rooms),
        stores=stores,
        objects=cluster.objects,
    )
