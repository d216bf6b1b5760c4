"""A catalog of values by name, to which a program or a test can add its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, Generic, TypeVar

Entry = TypeVar("Entry")


class Catalog(Generic[Entry]):
    """Values by name, in the order of their registration."""

    def __init__(self, what: str, entries: Iterable[Entry], key: str = "name") -> None:
        """Register the first values.

        Args:
            what: kind of the values, for messages.
            entries: the first values.
            key: attribute of a value with its name in the configuration.
        """
        self._what = what
        self._key: Callable[[Any], str] = attrgetter(key)
        self._entries: dict[str, Entry] = {}
        self._listeners: list[Callable[[], None]] = []
        for entry in entries:
            self.register(entry)

    def __iter__(self) -> Iterator[Entry]:
        return iter(tuple(self._entries.values()))

    def __getitem__(self, name: str) -> Entry:
        return self._entries[name]

    def register(self, entry: Entry) -> None:
        """Add a value.

        Raises:
            ValueError: another value has its name, or a listener refuses it.
        """
        name = self._key(entry)
        if name in self._entries:
            msg = f"{self._what} {name} is registered already"
            raise ValueError(msg)
        self._entries[name] = entry
        try:
            self._notify()
        except ValueError:
            self._remove(name)
            raise

    @contextmanager
    def registered(self, entry: Entry) -> Iterator[None]:
        """Add a value for the duration of a ``with`` statement, for tests."""
        self.register(entry)
        try:
            yield
        finally:
            self._remove(self._key(entry))

    def names(self) -> tuple[str, ...]:
        """Names of all values."""
        return tuple(self._entries)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call a function after every change of the catalog, in the order of these calls."""
        self._listeners.append(listener)

    def check_name(self, name: str) -> str:
        """The name, if the catalog has it.

        Raises:
            ValueError: it has not; the message lists all names.
        """
        if name not in self._entries:
            msg = f"is not a known {self._what}; expected one of: {', '.join(self._entries)}"
            raise ValueError(msg)
        return name

    def _remove(self, name: str) -> None:
        del self._entries[name]
        self._notify()

    def _notify(self) -> None:
        for listener in self._listeners:
            listener()
