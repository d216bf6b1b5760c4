"""The objects of a cluster that read and write keys: ExternalSecrets and PushSecrets, planned or of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..object_names import format_object
from .crossings import unite
from .graph import Store
from .live_rooms import Site, admits
from .model import Crossing, Difference, Reason
from .rooms import Room, read_selectors
from .uses import ANY_KEY, Use, list_pushes, list_uses

_INNER: Final = {"ClusterExternalSecret": "externalSecretSpec", "ClusterPushSecret": "pushSecretSpec"}
"""Kind that creates objects in several namespaces -> place of their spec."""
_SINGLE: Final = ("ExternalSecret", "PushSecret")
_PLAN_KINDS: Final = ("ExternalSecret ", "ClusterExternalSecret ")


@dataclass(frozen=True)
class _Object:
    kind: str
    name: str
    namespace: str
    owned: bool
    """Whether another object has created it."""
    rooms: tuple[Room, ...]
    uses: tuple[Use, ...]

    def __str__(self) -> str:
        return format_object(self.kind, self.name, self.namespace)

    @property
    def organizations(self) -> tuple[str, ...]:
        return unite(room.organizations for room in self.rooms)


def list_object_crossings(site: Site) -> Iterator[Crossing]:
    """Objects of one organization that read or write keys of another one."""
    planned = {read.object for read in site.configured.reads}
    for item in _list_objects(site):
        for use in item.uses:
            for store in site.find_stores(use, item.namespace):
                owners = _name_owners(site, store, use)
                rooms = [room for room in item.rooms if admits(store, [room])]
                if str(item) in planned:
                    # What it creates in namespaces with wrong labels is an object of its own.
                    rooms = [room for room in rooms if not _has_labels(room, owners)]
                strangers = tuple(name for name in unite(room.organizations for room in rooms) if name not in owners)
                if strangers and owners:
                    labelled = any(_has_labels(room, owners) for room in rooms)
                    yield _describe(item, use, store, strangers, owners, labelled=labelled)


def _has_labels(room: Room, owners: tuple[str, ...]) -> bool:
    return bool(set(room.labelled) & set(owners))


def _name_owners(site: Site, store: Store, use: Use) -> tuple[str, ...]:
    """Organizations whose key a use means."""
    owners = site.configured.find_owners(store.sign_in.identify(use.key))
    return store.organizations if use.key == ANY_KEY or not owners else owners


def _describe(  # noqa: PLR0913 -- what a crossing is about
    item: _Object, use: Use, store: Store, readers: tuple[str, ...], owners: tuple[str, ...], *, labelled: bool
) -> Crossing:
    pushes = "Push" in item.kind
    reason: Reason = "push-secret" if pushes else "external-secret"
    return Crossing(
        reason,
        "live",
        readers,
        owners,
        object=str(item),
        store=str(store),
        identity=store.identity,
        keys=(store.sign_in.locate(use.key),),
        why=f"the object {'writes' if pushes else 'reads'} a key of {', '.join(owners)}",
        remedy=(
            f"correct the labels of the namespace {item.namespace}, then delete {item}"
            if labelled
            else f"delete {item}, and restrict the conditions of {store}"
        ),
    )


def list_used_stores(site: Site) -> Iterator[str]:
    """Stores that live objects use."""
    for item in _list_objects(site):
        for use in item.uses:
            yield from map(str, site.find_stores(use, item.namespace))


def list_object_differences(site: Site) -> Iterator[tuple[bool, Difference]]:
    """Planned objects that are missing, and live ones that are not planned."""
    planned = {read.object for read in site.configured.reads if read.plane == site.plane and _is_named(read.object)}
    live: set[str] = set()
    for item in _list_objects(site):
        text = str(item)
        live.add(text)
        if text not in planned and not item.owned:
            yield False, _compare(site, item)
    stores = {read.object: f"{read.use.kind} {read.use.store}" for read in site.configured.reads}
    for text in planned - live:
        yield True, Difference(site.cluster, text, stores[text], "the object does not exist")


def _is_named(text: str) -> bool:
    """Whether a planned object has a fixed name, which objects of components and runs have not."""
    return text.startswith(_PLAN_KINDS) and " each " not in text


def _compare(site: Site, item: _Object) -> Difference:
    own = bool(item.uses and item.organizations) and item.kind == "ExternalSecret"
    words: list[str] = []
    refusing: list[str] = []
    for use in item.uses:
        if use.generator:
            words.append(f"{use.kind} {use.store}")
            own &= any(use.kind in site.configured.generator_kinds.get(name, ()) for name in item.organizations)
            continue
        stores = site.find_stores(use, item.namespace)
        words += [str(store) for store in stores] or [
            f"{use.kind} {use.store or ('with labels' if use.selector else 'without a name')}"
        ]
        refusing += [str(store) for store in stores if not admits(store, list(item.rooms))]
        names = unite(store.organizations for store in stores)
        own &= bool(names) and names == item.organizations
    where = ", ".join(item.organizations) or "no organization"
    text = f"of {where}, {_count_keys(item.uses)}"
    refusing, words = ([*dict.fromkeys(names)] for names in (refusing, words))
    if refusing:
        which = "the store" if len(words) == 1 else ", ".join(refusing)
        text = f"{text}; {which} {'refuse' if len(refusing) > 1 else 'refuses'} its namespace"
    return Difference(site.cluster, str(item), ", ".join(words), text, own and not refusing)


def _count_keys(uses: tuple[Use, ...]) -> str:
    keys = {(use.kind, use.store, use.selector, use.key) for use in uses if not use.generator}
    if any(use.key == ANY_KEY for use in uses):
        return "every key"
    return f"{len(keys)} key{'' if len(keys) == 1 else 's'}"


def _list_objects(site: Site) -> Iterator[_Object]:
    for manifest in site.objects:
        kind = manifest["kind"]
        if kind in _SINGLE:
            namespace = str(manifest["metadata"]["namespace"])
            rooms = site.room_index.named(site.plane, namespace) or [Room(site.plane, namespace)]
            yield _read(manifest, kind, namespace, tuple(rooms), manifest.get("spec") or {})
        elif kind in _INNER:
            spec = manifest.get("spec") or {}
            rooms = site.room_index.admit(site.plane, read_selectors(spec), unless_empty=True)
            yield _read(manifest, kind, "", tuple(rooms), spec.get(_INNER[kind]) or {})


def _read(
    manifest: Mapping[str, Any], kind: str, namespace: str, rooms: tuple[Room, ...], spec: Mapping[str, Any]
) -> _Object:
    uses = list_pushes(spec) if "Push" in kind else list_uses(spec)
    metadata = manifest["metadata"]
    return _Object(kind, str(metadata["name"]), namespace, bool(metadata.get("ownerReferences")), rooms, uses)
