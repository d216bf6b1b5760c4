"""A catalog of values by name, to which a program or a test can add its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """A value of a catalog."""

    @property
    def name(self) -> str:
        """Its name in the configuration."""


Entry = TypeVar("Entry", bound=Named)


class Catalog(Generic[Entry]):
    """Values by name, in the order of their registration."""

    def __init__(self, what: str, entries: Iterable[Entry]) -> None:
        self._what = what
        self._entries: dict[str, Entry] = {}
        for entry in entries:
            self.register(entry)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries.values()))

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def register(self, entry: Entry) -> None:
        """Add a value.

        Raises:
            ValueError: another value has its name.
        """
        if entry.name in self._entries:
            msg = f"{self._what} {entry.name} is registered already"
            raise ValueError(msg)
        self._entries[entry.name] = entry

    @contextmanager
    def registered(self, entry: Entry) -> Iterator[None]:
        """Add a value for the duration of a ``with`` statement, for tests."""
        self.register(entry)
        try:
            yield
        finally:
            del self._entries[entry.name]

    def check_name(self, name: str) -> str:
        """The name, if the catalog has it.

        Raises:
            ValueError: it has not; the message lists all names.
        """
        if name not in self._entries:
            msg = f"is not a known {self._what}; expected one of: {', '.join(self._entries)}"
            raise ValueError(msg)
        return name
