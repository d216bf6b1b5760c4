"""The namespaces of a cluster and the organizations that they belong to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .configuration import Configured, Store
from .crossings import unite
from .model import Crossing
from .rooms import Building, Room, format_labels
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
    building: Building
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
        # Selected by labels: every store that the namespace may use.
        rooms = self.building.named(self.plane, namespace) or [Room(self.plane, namespace)]
        return [store for store in self.stores if store.kind == use.kind and admits(store, rooms)]

    def name_residents(self, namespace: str) -> tuple[str, ...]:
        """Organizations to which a namespace belongs."""
        return unite(room.organizations for room in self.building.named(self.plane, namespace))


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
        own = [*configured.building.named(plane, name), *_select(configured, plane, labels)]
        organizations = unite([*(room.organizations for room in own), pulled.get(name, ())])
        yield Room(plane, name, labels, organizations, builds=any(room.builds for room in own))
    yield from (room for room in configured.rooms if room.plane == plane and room.name not in namespaces)


def _select(configured: Configured, plane: str, labels: Mapping[str, str]) -> Iterator[Room]:
    """Planned rooms whose labels a namespace has."""
    for room in configured.building.list_labelled(plane, labels):
        if not room.name and all(labels.get(key) == value for key, value in room.labels.items()):
            yield room


def list_namespace_crossings(site: Site) -> Iterator[Crossing]:
    """Namespaces that belong to one organization by their name and to another one by their labels."""
    names = frozenset(site.configured.names)
    for room in site.building.rooms:
        if not room.name:
            continue
        by_name = _name_owners(site, room, names)
        owners = tuple(name for name in room.organizations if name not in by_name)
        if by_name and owners:
            yield _describe(room, by_name, owners)
        elif len(room.organizations) > 1 and not by_name:
            yield _describe(room, room.organizations, room.organizations)


def _name_owners(site: Site, room: Room, names: frozenset[str]) -> tuple[str, ...]:
    """Organizations that the name of a namespace names; those that its labels name too come first and alone."""
    planned = unite(item.organizations for item in site.configured.building.named(site.plane, room.name))
    if planned:
        return planned
    parts = room.name.split("-")
    inner = {"-".join(parts[start:end]) for start in range(1, len(parts)) for end in range(start + 1, len(parts))}
    mentioned = inner & names
    # A name such as dp-acme-globex-dev is ambiguous; a label that it explains is believed.
    return () if not mentioned or mentioned & set(room.organizations) else tuple(sorted(mentioned))


def _describe(room: Room, readers: tuple[str, ...], owners: tuple[str, ...]) -> Crossing:
    return Crossing(
        "namespace",
        "live",
        readers,
        owners,
        subject=f"namespace {room.name}",
        why=f"its labels ({format_labels(room.labels)}) let it use the stores of {', '.join(owners)}",
        remedy=f"correct the labels of the namespace {room.name}, and restrict who may label namespaces",
    )
