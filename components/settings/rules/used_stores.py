"""Which stores an organization reads from, and where its settings name them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from ...schema.deferred import InputStr, sort_unique
from ...schema.partial import Doubtful, certain
from ...secrets.credential import LocatedCredential
from ..organization import Organization
from ..partial import BUILD_KINDS, certain_credentials


@dataclass(frozen=True)
class Used:
    """A store that an organization reads from, the keys that it reads, and their place in the configuration."""

    entry: str
    keys: tuple[InputStr, ...]
    path: str
    """Configuration path of the key that names the store."""
    owner: str
    """Configuration path of the block that names the remote keys."""
    pulls: bool = False
    """Whether workloads read, through a pull store."""


def _build_stores(organization: Organization, path: str, credentials: Iterable[LocatedCredential]) -> Iterator[Used]:
    """The store of the organization, and those that its credentials name."""
    named: dict[tuple[str | None, str], list[InputStr]] = {}
    for located in credentials:
        for read in located.credential.reads:
            owner = "" if read.entry is None else f".{located.prefix}{read.prefix}".removesuffix(".")
            named.setdefault((read.entry, owner), []).append(read.ref.remote_key)
    for (entry, owner), keys in named.items():
        store = organization.secret_store if entry is None else entry
        yield Used(store, sort_unique(keys), f"{path}{owner}.secretStore", f"{path}{owner}")


def list_certain_stores(organization: Organization, path: str) -> Iterator[Used]:
    """Every store of an organization, its builds' first, as far as nothing in it is doubtful.

    With a doubtful credential, a store that is named is used.
    """
    used = list(certain(_build_stores(organization, path, certain_credentials(organization, BUILD_KINDS))))
    doubts = any(kind not in vars(organization) for kind in BUILD_KINDS)
    if doubts and "secret_store" in organization.model_fields_set and all(store.owner != path for store in used):
        with suppress(Doubtful):
            yield Used(organization.secret_store, (), f"{path}.secretStore", path)
    yield from used
    yield from certain(_pull_store(organization, path))


def _pull_store(organization: Organization, path: str) -> Iterator[Used]:
    store = organization.pull_store
    if store is not None:
        named = organization.pull_secret is not None and organization.pull_secret.secret_store is not None
        where = f"{path}.pullSecret.secretStore" if named else f"{path}.secretStore"
        yield Used(store, organization.pull_keys, where, f"{path}.pullSecret", pulls=True)
