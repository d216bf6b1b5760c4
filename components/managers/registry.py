"""The registered secret managers, by the key of their block.

The built-in managers register when `secret_store` is imported. Another package may register its own before it
validates settings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from .manager import Manager

ManagerClass = TypeVar("ManagerClass", bound=type[Manager])

_MANAGERS: Final[dict[str, type[Manager]]] = {}
_LISTENERS: Final[list[Callable[[], None]]] = []


def register(manager: ManagerClass) -> ManagerClass:
    """Make a manager available in ``secretStores``; usable as a class decorator.

    Raises:
        ValueError: another manager has its settings key or its provider key.
    """
    for other in _MANAGERS.values():
        if other.settings_key == manager.settings_key or other.provider_key == manager.provider_key:
            msg = f"{manager.__name__} has the settings key or the provider key of {other.__name__}"
            raise ValueError(msg)
    _MANAGERS[manager.settings_key] = manager
    _notify()
    return manager


@contextmanager
def register_temporarily(manager: type[Manager]) -> Iterator[None]:
    """Register a manager for the duration of a ``with`` statement, for tests."""
    register(manager)
    try:
        yield
    finally:
        del _MANAGERS[manager.settings_key]
        _notify()


def list_managers() -> tuple[type[Manager], ...]:
    """All managers, sorted by the key of their block."""
    return tuple(manager for _, manager in sorted(_MANAGERS.items()))


def find_manager(provider_key: str) -> type[Manager] | None:
    """The manager with an ESO provider: ``azurekv``. None: no typed manager has it."""
    return next((manager for manager in list_managers() if manager.provider_key == provider_key), None)


def on_change(listener: Callable[[], None]) -> None:
    """Call a function after every change of the registry, in the order of these calls."""
    _LISTENERS.append(listener)


def _notify() -> None:
    for listener in _LISTENERS:
        listener()
