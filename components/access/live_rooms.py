"""The namespaces of a cluster and the organizations that they belong to."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .crossings import unite
from .graph import Configured, Store
from .model import Crossing, is_between
from .rooms import Room, RoomIndex, format_labels, selects
from .sign_in import Account
from .uses import STORE, Use


@dataclass(frozen=True)
class Site:
    """One cluster beside the plan."""

    configured: Configured
    cluster: str
    """Its context."""
    plane: str
    namespaces: Mapping[str, Mapping[str, str]]
    accounts: frozenset[Account]
    room_index: RoomIndex
    """Its namespaces, and the planned ones that do not exist yet."""
    stores: tuple[Store, ...]
    """Its stores; those with a plan have organizations."""
    objects: tuple[Mapping[str, Any], ...]

    @cached_property
    def _by_name(self) -> dict[tuple[str | None, str], Store]:
        return {(store.namespace, store.name): store for store in self.stores}

    def find_stores(self, use: Use, namespace: str) -> list[Store]:
        """The stores that a use in a namespace means."""
        if use.store:
            store = self._by_name.get((None if use.kind == STORE else namespace, use.store))
            return [] if store is None else [store]
        if not use.selector:
            return []
        selector, where = json.loads(use.selector), None if use.kind == STORE else namespace
        stores = [store for store in self.stores if store.kind == use.kind and store.namespace == where]
        return [store for store in stores if selects(selector, Room(self.plane, labels=store.labels))]

    def name_residents(self, namespace: str) -> tuple[str, ...]:
        """Organizations to which a namespace belongs."""
        return unite(room.organizations for room in self.room_index.named(self.plane, namespace))


def admits(store: Store, rooms: list[Room]) -> bool:
    """Whether a store lets in one of these rooms."""
    return any(not store.conditions or any(item.admits(room) for item in store.conditions) for room in rooms)


def list_rooms(configured: Configured, plane: str, namespaces: Mapping[str, Mapping[str, str]]) -> Iterator[Room]:
    """Every namespace of a cluster as a room, and the planned rooms of which there is none yet."""
    pulled: dict[str, set[str]] = {}
    for value in configured.values:
        if value.plane == plane and not value.builds:
            pulled.setdefault(value.namespace, set()).add(value.organization)
    for name, labels in namespaces.items():
        planned, labelled = configured.room_index.named(plane, name), unite(_select(configured, plane, labels))
        owners = unite([*(room.organizations for room in planned), pulled.get(name, ())])
        owners = owners or _find_names(configured, name, labelled) or labelled
        builds = any(room.builds for room in planned)
        yield Room(plane, name, labels, owners, labelled, builds)
    yield from (room for room in configured.rooms if room.plane == plane and room.name not in namespaces)


def _select(configured: Configured, plane: str, labels: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """Organizations of planned rooms whose labels a namespace has."""
    for room in configured.room_index.list_labelled(plane, labels):
        if not room.name and all(labels.get(key) == value for key, value in room.labels.items()):
            yield room.organizations


def _find_names(configured: Configured, name: str, labelled: tuple[str, ...]) -> tuple[str, ...]:
    """Organizations with which a name such as ``dp-acme-default-dev`` begins. Empty: none, or the labels explain it.

    ``dp-acme-corp-dev`` can be of acme or of acme-corp, and OpenChoreo shortens long names, so labels that may be right
    are believed.
    """
    rest = name.partition("-")[2]
    parts = rest.split("-")
    mentioned = {"-".join(parts[:end]) for end in range(1, len(parts))} & configured.name_set
    beginnings = {rest[: len(other) + 2] for other in mentioned}
    explained = any(label in mentioned or label.startswith(tuple(beginnings)) for label in labelled)
    return () if explained or not labelled else tuple(sorted(mentioned))


def list_namespace_crossings(site: Site) -> Iterator[Crossing]:
    """Namespaces of one organization with the labels of another one."""
    for room in site.room_index.rooms:
        others = tuple(name for name in room.labelled if name not in room.organizations)
        owners = others or room.labelled
        if room.name and is_between(room.organizations, owners):
            yield Crossing(
                "namespace",
                "live",
                room.organizations,
                owners,
                subject=f"namespace {room.name}",
                why=f"its labels ({format_labels(room.labels)}) let it use the stores of {', '.join(owners)}",
                remedy=f"correct the labels of the namespace {room.name}, and restrict who may label namespaces",
            )
