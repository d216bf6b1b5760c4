"""One secret of a manager is for one organization, unless its entry of ``secretStores`` lists it in ``sharedKeys``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from ...errors import Problem
from ...managers.remote_keys import RemotePlace
from ...schema.partial import Doubtful, certain
from ...schema.text import quote
from ..stack import StackSettings
from .used_stores import list_certain_stores


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


def validate_shared_keys(settings: StackSettings) -> Iterator[Problem]:
    """Secrets that several organizations read, whatever the spelling of their keys and the name of the entry.

    Shared stores are left out: their organizations share them on purpose.
    """
    for name in settings.secret_stores:
        yield from certain(_idle(settings, name))
    readers: dict[RemotePlace, _Read] = {}
    for read in _list_reads(settings):
        first = readers.setdefault(read.place, read)
        if first.organization != read.organization and not (first.allowed and read.allowed):
            spelling = "" if first.key == read.key else f" as {quote(first.key)}"
            store = "" if first.entry == read.entry else f' through the store "{first.entry}"'
            unlisted = read.entry if not read.allowed else first.entry
            yield Problem(
                read.owner,
                f'remoteKey {quote(read.key)} is also read by the organization "{first.organization}"{spelling}{store}'
                f"; use a key of its own, or list it in secretStores.{unlisted}.sharedKeys if both may read it",
            )


def _list_reads(settings: StackSettings) -> Iterator[_Read]:
    for path, organization in settings.located:
        for used in list_certain_stores(organization, path):
            with suppress(Doubtful):
                if used.entry not in settings.secret_stores or settings.get_scope(used.entry) == "shared":
                    continue
                name, store = organization.name, settings.secret_stores[used.entry]
                allowed = {store.manager.locate(key, name) for key in store.shared_keys or ()}
                for key in used.keys:
                    place = store.manager.locate(key, name) if isinstance(key, str) else None
                    if place is not None:
                        yield _Read(name, used.entry, str(key), used.owner, place, place in allowed)


def _idle(settings: StackSettings, entry: str) -> Iterator[Problem]:
    if settings.secret_stores[entry].shared_keys is not None and settings.get_scope(entry) == "shared":
        text = 'has no effect with scope "shared", which shares every key; leave it out'
        yield Problem(f"secretStores.{entry}.sharedKeys", text)
