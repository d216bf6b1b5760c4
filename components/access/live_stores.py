"""The stores of a cluster: those of others, and planned ones that are missing or that someone has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from .configuration import read_store
from .crossings import describe_admission, describe_source, locate_keys, unite
from .graph import Configured, Store
from .live_rooms import Site
from .model import Crossing, Difference, is_between
from .rooms import Condition, Room, describe_conditions
from .sign_in import Annotations
from .uses import STORE

STORES: Final = (STORE, "SecretStore")


def read_live_stores(
    configured: Configured, plane: str, accounts: Annotations, objects: Iterable[Mapping[str, Any]]
) -> tuple[Store, ...]:
    """Every store of a cluster; a planned one has its organizations and their keys."""
    return tuple(_read(configured, plane, accounts, manifest) for manifest in objects if manifest["kind"] in STORES)


def _read(configured: Configured, plane: str, accounts: Annotations, manifest: Mapping[str, Any]) -> Store:
    store = read_store(plane, manifest, accounts)
    planned = configured.by_name.get((plane, store.name)) if store.kind == STORE else None
    if planned is None:
        return store
    same = planned.sign_in.principal == store.sign_in.principal
    return replace(
        store,
        organizations=planned.organizations,
        keys=planned.keys,
        shared=planned.shared,
        identity=planned.identity if same else store.identity,
    )


def list_store_crossings(site: Site) -> Iterator[Crossing]:
    """What the stores of a cluster let one organization reach of another one."""
    principals = _group_principals(site.configured)
    realms = _group_realms(site.configured)
    for store in site.stores:
        rooms = site.room_index.admit(site.plane, store.conditions)
        admitted = unite(room.organizations for room in rooms)
        if store.organizations:
            strangers = [room for room in rooms if _is_stranger(room, store)]
            if not store.shared and strangers:
                yield describe_admission(store, strangers, "live")
            yield from describe_source(store, site.name_residents(store.sign_in.source), "live")
        elif is_between(admitted, admitted):
            yield _describe_foreign(store, admitted, realms.get(store.sign_in.realm, ()))
        owners = principals.get(store.sign_in.principal, ())
        readers = tuple(name for name in store.organizations or admitted if (name,) != owners)
        # Stores that the plan has on one identity are in the crossings of the configuration.
        if readers and owners and not (set(readers) <= set(owners) and store.organizations):
            yield Crossing(
                "shared-identity",
                "live",
                readers,
                owners,
                store=str(store),
                identity=store.identity,
                keys=unite(locate_keys(item) for item in site.configured.stores if item.organizations == owners),
                why="the store signs in as the identity of another organization",
                remedy=f"delete {store}, or give it an identity of its own",
            )


def _is_stranger(room: Room, store: Store) -> bool:
    """Whether a room belongs to others only, and does not have the labels that the store selects by plan."""
    return bool(set(room.organizations) - set(store.organizations)) and not set(room.labelled) & set(
        store.organizations
    )


def _group_principals(configured: Configured) -> dict[str, tuple[str, ...]]:
    owners: dict[str, tuple[str, ...]] = {}
    for store in configured.stores:
        owners[store.sign_in.principal] = unite([owners.get(store.sign_in.principal, ()), store.organizations])
    return owners


def _group_realms(configured: Configured) -> dict[str, tuple[str, ...]]:
    groups: dict[str, set[str]] = {}
    for store in configured.stores:
        groups.setdefault(store.sign_in.realm, set()).update(store.organizations)
    return {realm: tuple(sorted(names)) for realm, names in groups.items()}


def _describe_foreign(store: Store, admitted: tuple[str, ...], neighbours: tuple[str, ...]) -> Crossing:
    where = f", and it reads where the keys of {len(neighbours)} of them are" if neighbours else ""
    return Crossing(
        "shared-store",
        "live",
        admitted,
        admitted,
        subject=describe_conditions(store.conditions),
        store=str(store),
        identity=store.identity,
        why=f"the store is not in the plan and serves all of them{where}",
        remedy=f"delete {store}, or restrict its conditions to namespaces of one organization",
    )


def list_store_differences(site: Site) -> Iterator[tuple[bool, Difference]]:
    """Stores and identities: whether each is missing, and the difference."""
    live = {store.name: store for store in site.stores if store.kind == STORE}
    for planned in site.configured.stores:
        if planned.plane != site.plane:
            continue
        store = live.get(planned.name)
        if store is None:
            yield True, Difference(site.cluster, str(planned), "", "the store does not exist")
        else:
            yield from ((False, item) for item in _list_changes(site, planned, store))
        account = planned.sign_in.account
        if account is not None and account not in site.accounts:
            text = f"ServiceAccount {'/'.join(account)}"
            yield True, Difference(site.cluster, text, str(planned), "the identity of the store does not exist")
    for store in site.stores:
        if not store.organizations:
            names = unite(room.organizations for room in site.room_index.admit(site.plane, store.conditions))
            yield False, Difference(site.cluster, str(store), "", _describe_store(store, names))


def _describe_store(store: Store, names: tuple[str, ...]) -> str:
    users = f"{len(names)} organizations" if len(names) != 1 else names[0]
    where = f"serves {describe_conditions(store.conditions)} ({users})"
    return f"{where}, reads {store.sign_in.realm} as {store.identity}"


def _list_changes(site: Site, planned: Store, store: Store) -> Iterator[Difference]:
    if _list_words(planned.conditions) != _list_words(store.conditions):
        text = f"serves {describe_conditions(store.conditions)}; planned: {describe_conditions(planned.conditions)}"
        yield Difference(site.cluster, str(store), "", text)
    if planned.sign_in.principal != store.sign_in.principal or planned.sign_in.prefix != store.sign_in.prefix:
        text = f"signs in as {store.identity}; planned: {planned.identity}"
        yield Difference(site.cluster, str(store), "", text)


def _list_words(conditions: Iterable[Condition]) -> set[str]:
    return {condition.describe() for condition in conditions}
