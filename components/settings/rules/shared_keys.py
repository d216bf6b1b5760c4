"""One secret of a manager is for one organization, unless its entry of ``secretStores`` lists it in ``sharedKeys``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from ...errors import Problem
from ...managers.manager import Manager
from ...managers.remote_keys import PlaceIndex, RemotePlace, overlap
from ...schema.partial import Doubtful, certain
from ...schema.suggestions import find_nearest
from ...schema.text import quote
from ..stack import StackSettings
from .rendered import find_repeated
from .used_stores import Used, list_certain_stores


@dataclass(frozen=True)
class _Read:
    """A secret that an organization reads."""

    organization: str
    entry: str
    key: str
    owner: str
    """Configuration path of the block that names the key."""
    place: RemotePlace
    allowed: bool
    """Whether its entry lists it."""


def find_idle_keys(settings: StackSettings) -> Iterator[Problem]:
    """Entries of ``sharedKeys`` that no organization reads. A key that is an output may be any of them."""
    listing = {entry: store for entry, store in settings.secret_stores.items() if store.shared_keys}
    uses_of: dict[str, list[tuple[str, Used]]] = {entry: [] for entry in listing}
    for path, owner in settings.located if listing else ():
        for used in list_certain_stores(owner, path):
            if used.entry in listing:
                uses_of[used.entry].append((owner.name, used))
    for entry, store in listing.items():
        uses = uses_of[entry]
        if any(not isinstance(key, str) for _, used in uses for key in used.keys):
            continue
        for index, shared in enumerate(store.shared_keys or ()):
            if not any(_is_read(store.manager, shared, name, used) for name, used in uses):
                keys = sorted({str(key) for _, used in uses for key in used.keys})
                nearest = find_nearest(shared, keys)
                advice = f"did you mean {quote(nearest)}?" if nearest else "remove it"
                path = f"secretStores.{entry}.sharedKeys[{index}]"
                yield Problem(path, f"{quote(shared)} is a key of no organization; {advice}")


def _is_read(manager: Manager, shared: str, organization: str, used: Used) -> bool:
    """Whether a key of ``sharedKeys`` is one of the keys that an organization reads."""
    listed = manager.locate(shared, organization)
    places = [manager.locate(str(key), organization) for key in used.keys]
    return any(listed is None or place is None or overlap(listed, place) for place in places)


def validate_shared_keys(settings: StackSettings) -> Iterator[Problem]:
    """Secrets that several organizations read, whatever the spelling of their keys and the name of the entry.

    Shared stores are left out: their organizations share them on purpose.
    """
    for name in settings.secret_stores:
        yield from certain(_listed(settings, name))
    reads = tuple(_list_reads(settings))
    places = PlaceIndex(read.place for read in reads)
    readers: dict[RemotePlace, dict[tuple[str, bool], _Read]] = {}
    for read in reads:
        own = readers.setdefault(read.place, {})
        if own.setdefault((read.organization, read.allowed), read) is not read:
            continue
        others = (other for place in places.find(read.place) for other in readers.get(place, {}).values())
        first = next((other for other in others if _conflict(read, other)), None)
        if first is not None:
            spelling = "" if first.key == read.key else f" as {quote(first.key)}"
            store = "" if first.entry == read.entry else f' through the store "{first.entry}"'
            unlisted = read.entry if not read.allowed else first.entry
            yield Problem(
                read.owner,
                f'remoteKey {quote(read.key)} is also read by the organization "{first.organization}"{spelling}{store}'
                f"; use a key of its own, or list it in secretStores.{unlisted}.sharedKeys if both may read it",
            )


def _conflict(read: _Read, other: _Read) -> bool:
    return other.organization != read.organization and not (other.allowed and read.allowed)


def _list_reads(settings: StackSettings) -> Iterator[_Read]:
    for path, organization in settings.located:
        for used in list_certain_stores(organization, path):
            with suppress(Doubtful):
                if used.entry not in settings.secret_stores or settings.get_scope(used.entry) == "shared":
                    continue
                name, store = organization.name, settings.secret_stores[used.entry]
                elsewhere = used.pulls and not settings.clusters.one_cluster
                listed = [_locate(store.manager, key, name, elsewhere=elsewhere) for key in store.shared_keys or ()]
                allowed = [place for place in listed if place is not None]
                for key in used.keys:
                    place = _locate(store.manager, key, name, elsewhere=elsewhere) if isinstance(key, str) else None
                    if place is not None:
                        may = any(overlap(place, other) for other in allowed)
                        yield _Read(name, used.entry, str(key), used.owner, place, may)


def _locate(manager: Manager, key: str, organization: str, *, elsewhere: bool) -> RemotePlace | None:
    """The secret that a key names; ``elsewhere`` is whether the store is on a data plane of its own."""
    place = manager.locate(key, organization)
    return ("data plane", *place) if place is not None and elsewhere and manager.reads_own_cluster else place


def _listed(settings: StackSettings, entry: str) -> Iterator[Problem]:
    yield from find_repeated(settings.secret_stores[entry].shared_keys or (), f"secretStores.{entry}.sharedKeys")
    if settings.secret_stores[entry].shared_keys is not None and settings.get_scope(entry) == "shared":
        text = 'has no effect with scope "shared", which shares every key; leave it out'
        yield Problem(f"secretStores.{entry}.sharedKeys", text)
