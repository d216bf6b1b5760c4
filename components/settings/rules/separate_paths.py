"""Paths of managed stores: that of one organization must not contain that of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from ...errors import Problem
from ...schema.text import quote


class OwnPath(Protocol):
    """A managed store with the name of one organization filled in."""

    @property
    def entry(self) -> str:
        """Entry of ``secretStores``."""

    @property
    def organization(self) -> str:
        """Name of the organization."""

    @property
    def realm(self) -> str:
        """Where the path is; paths of different realms have nothing in common."""

    @property
    def path(self) -> str:
        """Beginning of what the organization may read; ends in ``/``."""

    @property
    def where(self) -> str:
        """Path of the block ``managed`` in the configuration."""


def refuse_nested_paths(stores: Sequence[OwnPath]) -> Iterator[Problem]:
    """Problems of paths that contain the path of another organization."""
    by_path: dict[tuple[str, str], list[OwnPath]] = {}
    for store in stores:
        by_path.setdefault((store.realm, store.path), []).append(store)
    for inner in stores:
        # Every beginning of the path that ends in "/" may be the path of another organization.
        for end, letter in enumerate(inner.path, start=1):
            outer_stores = by_path.get((inner.realm, inner.path[:end]), ()) if letter == "/" else ()
            for outer in outer_stores:
                if outer.organization != inner.organization:
                    yield Problem(
                        f"{outer.where}.path",
                        f'{quote(outer.path)} of the organization "{outer.organization}" contains '
                        f'{quote(inner.path)} of the organization "{inner.organization}" in the store '
                        f'"{inner.entry}", whose secrets it could read; use separate paths',
                    )
