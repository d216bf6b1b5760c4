"""What a plan lets one organization reach of another one, each with its reason and what removes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from ..managers.remote_keys import RemotePlace
from .graph import Configured, Store
from .model import Crossing, Origin, is_between
from .policies import Grant, list_overlaps
from .rooms import Room

_SEPARATE: Final = (
    'give each organization its own store: remove "scope: shared" from the entry of secretStores, or use '
    '"isolation: store"'
)


def list_planned_crossings(configured: Configured, grants: Iterable[Grant]) -> tuple[Crossing, ...]:
    """Every way from one organization to another, sorted."""
    crossings = [
        *_list_shared_stores(configured),
        *_list_shared_identities(configured),
        *_list_shared_keys(configured),
        *_list_shared_values(configured),
        *_list_foreign_namespaces(configured),
        *_list_sources(configured),
        *_list_shared_generators(configured),
        *_list_plane_stores(configured),
        *(
            Crossing(
                "policy",
                "configuration",
                (overlap.reader,),
                overlap.owners,
                store=overlap.store,
                identity=overlap.identity,
                keys=overlap.keys,
                why=f"the pattern {overlap.pattern} of its policy matches keys of others",
                remedy="end the path in the managed block with {organization}/, so that no path contains another one",
            )
            for overlap in list_overlaps(grants)
        ),
    ]
    return tuple(sorted(set(crossings)))


def unite(names: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Names of several lists, sorted, without duplicates."""
    return tuple(sorted({name for group in names for name in group}))


def _list_shared_stores(configured: Configured) -> Iterator[Crossing]:
    """Stores of several organizations, and stores whose conditions let in rooms of others."""
    for store in configured.stores:
        rooms = configured.room_index.admit(store.plane, store.conditions)
        readers = unite([store.organizations, *(room.organizations for room in rooms)])
        if not is_between(readers, store.organizations):
            continue
        if store.shared:
            yield Crossing(
                "shared-store",
                "configuration",
                readers,
                name_owners(configured.owners, [store]),
                store=str(store),
                identity=store.identity,
                keys=locate_keys(store),
                why="the store serves all of them, so an ExternalSecret of one can name every key of the others",
                remedy=_SEPARATE,
            )
        else:
            strangers = [room for room in rooms if not set(room.organizations) <= set(store.organizations)]
            yield describe_admission(store, strangers, "configuration")


def locate_keys(store: Store) -> tuple[str, ...]:
    """The planned keys of a store with their place in the manager, sorted."""
    return tuple(sorted(store.sign_in.locate(key) for key in store.keys))


def describe_admission(store: Store, strangers: Iterable[Room], origin: Origin) -> Crossing:
    """A store of one organization whose conditions let in rooms of others."""
    strangers = list(strangers)
    names = sorted({room.name or room.subject for room in strangers})
    return Crossing(
        "store-conditions",
        origin,
        unite(room.organizations for room in strangers),
        store.organizations,
        subject=_shorten(names),
        store=str(store),
        identity=store.identity,
        keys=locate_keys(store),
        why="the conditions of the store let in namespaces of other organizations",
        remedy=f"restrict the conditions of {store} to the namespaces of {', '.join(store.organizations)}",
    )


def _shorten(names: list[str], most: int = 5) -> str:
    return ", ".join([*names[:most], *([f"and {len(names) - most} more"] if len(names) > most else [])])


def name_owners(owners: Mapping[RemotePlace, tuple[str, ...]], stores: Iterable[Store]) -> tuple[str, ...]:
    """Organizations that use stores, or whose keys the stores read."""
    every = list(stores)
    places = {store.sign_in.identify(key) for store in every for key in store.keys}
    return unite([*(store.organizations for store in every), *(owners.get(place, ()) for place in places)])


def _list_shared_identities(configured: Configured) -> Iterator[Crossing]:
    """Stores of different organizations that the secret manager cannot distinguish."""
    groups: dict[str, list[Store]] = {}
    for store in configured.stores:
        groups.setdefault(store.sign_in.principal, []).append(store)
    for group in groups.values():
        names = unite(store.organizations for store in group)
        if len({store.name for store in group}) > 1 and is_between(names, names):
            yield Crossing(
                "shared-identity",
                "configuration",
                names,
                name_owners(configured.owners, group),
                store=_shorten([str(store) for store in group]),
                identity=group[0].identity,
                keys=unite(locate_keys(store) for store in group),
                why="their stores sign in as one identity, so what one may read, all may read",
                remedy="give each organization an identity of its own, with {organization} in the block of the store",
            )


def _list_plane_stores(configured: Configured) -> Iterator[Crossing]:
    """Planes that name the store of other organizations, from which OpenChoreo then reads for this one."""
    for use in configured.planes:
        store = configured.by_name.get((use.plane, use.store))
        if store is not None and store.organizations and use.organization not in store.organizations:
            yield Crossing(
                "plane-store",
                "configuration",
                (use.organization,),
                store.organizations,
                object=use.object,
                store=str(store),
                identity=store.identity,
                keys=locate_keys(store),
                why=f"its plane names a store of {_shorten(list(store.organizations))} in secretStoreRef",
                remedy=f"name a store of {use.organization} in secretStoreRef of {use.object}",
            )


def _list_shared_keys(configured: Configured) -> Iterator[Crossing]:
    """One key that several organizations read, grouped by organizations."""
    groups: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for place, names in configured.owners.items():
        if len(names) > 1:
            groups.setdefault((names, place in configured.accepted_places), []).extend(configured.spellings[place])
    for (names, accepted), keys in groups.items():
        yield Crossing(
            "shared-key",
            "configuration",
            names,
            names,
            keys=tuple(sorted(keys)),
            why=f"they read one key{', which sharedKeys accepts' if accepted else ''}, so they have one credential",
            remedy="create a key for each organization, and name it in remoteKey",
        )


def _list_shared_values(configured: Configured) -> Iterator[Crossing]:
    """One value of the configuration in Secrets of several organizations."""
    users: dict[str, set[str]] = {}
    for value in configured.values:
        users.setdefault(value.entry, set()).add(value.organization)
    groups: dict[tuple[str, ...], list[str]] = {}
    for entry, organizations in users.items():
        groups.setdefault(tuple(sorted(organizations)), []).append(entry)
    for names, entries in groups.items():
        if is_between(names, names):
            yield Crossing(
                "shared-value",
                "configuration",
                names,
                names,
                keys=tuple(sorted(entries)),
                why="their Secrets have one value of manualSecrets",
                remedy="set a value for each organization in manualSecrets, and name it in the credential",
            )


def _list_foreign_namespaces(configured: Configured) -> Iterator[Crossing]:
    """Manual Secrets in a namespace of another organization."""
    values: dict[tuple[str, str, str, str], list[str]] = {}
    for value in configured.values:
        values.setdefault((value.plane, value.namespace, value.organization, value.object), []).append(value.entry)
    pulled: dict[tuple[str, str], set[str]] = {}
    for value in configured.values:
        if not value.builds:
            pulled.setdefault((value.plane, value.namespace), set()).add(value.organization)
    for (plane, namespace, organization, text), entries in values.items():
        names = unite(room.organizations for room in configured.room_index.named(plane, namespace))
        readers = unite([names, pulled.get((plane, namespace), ())])
        readers = tuple(name for name in readers if name != organization)
        if readers:
            yield Crossing(
                "namespace",
                "configuration",
                readers,
                (organization,),
                subject=f"namespace {namespace}",
                object=text,
                keys=tuple(sorted(set(entries))),
                why="the Secret is in a namespace that is theirs too",
                remedy=f"take {namespace} out of pullSecret.namespaces of {organization}",
            )


def _list_sources(configured: Configured) -> Iterator[Crossing]:
    """Source Secrets in a namespace of an organization, whose builds or workloads could read them."""
    for store in configured.stores:
        yield from describe_source(store, _name_residents(configured, store), "configuration")


def _name_residents(configured: Configured, store: Store) -> tuple[str, ...]:
    source = store.sign_in.source
    owner = configured.control_namespaces.get(source) if source else None
    rooms = configured.room_index.named(store.plane, source) if source else []
    return unite([[owner] if owner else [], *(room.organizations for room in rooms)])


def describe_source(store: Store, residents: tuple[str, ...], origin: Origin) -> Iterator[Crossing]:
    """A store whose source Secrets are in a namespace of other organizations."""
    readers = tuple(name for name in residents if store.organizations and (name,) != store.organizations)
    if readers:
        yield Crossing(
            "source-namespace",
            origin,
            readers,
            store.organizations,
            subject=f"namespace {store.sign_in.source}",
            store=str(store),
            identity=store.identity,
            keys=locate_keys(store),
            why="the source Secrets are in a namespace of theirs",
            remedy="move the source Secrets to a namespace of the platform, and name it in remoteNamespace",
        )


def _list_shared_generators(configured: Configured) -> Iterator[Crossing]:
    """Generators of different organizations that sign in as one identity."""
    groups: dict[str, Mapping[str, str]] = {}
    words: dict[str, str] = {}
    for generator in configured.generators:
        groups[generator.principal] = {**groups.get(generator.principal, {}), generator.organization: generator.object}
        words[generator.principal] = generator.identity
    for principal, objects in groups.items():
        names = tuple(sorted(objects))
        if is_between(names, names):
            yield Crossing(
                "shared-identity",
                "configuration",
                names,
                names,
                object=_shorten(sorted(objects.values())),
                identity=words[principal],
                why="their generators sign in as one identity, so each gets tokens for what the others have",
                remedy="give each organization an identity of its own, with {organization} in the block of the token",
            )
