"""One value of ``manualSecrets`` is for one organization: several are errors with ``isolation: strict``.

With ``isolation: store`` the same problems are warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass

from ...errors import Problem
from ...schema.partial import Doubtful, certain
from ...schema.text import quote
from ..organization import Organization
from ..partial import certain_credentials
from ..stack import StackSettings
from .used_stores import Used, list_certain_stores


@dataclass(frozen=True)
class _Use:
    """A value of ``manualSecrets`` that an organization gets."""

    organization: str
    name: str
    """Entry of ``manualSecrets``."""
    path: str
    """Configuration path that names the value, or the block with the remote key."""
    key: str | None = None
    """Remote key with the value. None: a credential names the value itself."""
    entry: str | None = None
    """Entry of ``secretStores`` with the key."""
    allowed: bool = False
    """Whether its ``sharedKeys`` lists the key."""


def validate_manual_values(settings: StackSettings, manual_names: AbstractSet[str] | None) -> Iterator[Problem]:
    """What ``isolation: strict`` refuses. Empty without it, and if the names of the values are not known."""
    if settings.isolation == "strict":
        # Other names are not repeated: one may be the secret itself, pasted by mistake.
        yield from _find_shared(use for use in _list_uses(settings) if use.name in (manual_names or ()))


def find_shared_values(settings: StackSettings) -> Iterator[Problem]:
    """Values that several organizations get. The names of all values must be valid."""
    yield from _find_shared(_list_uses(settings))


def _find_shared(uses: Iterator[_Use]) -> Iterator[Problem]:
    """One problem for each value of a second organization, whatever its number of uses."""
    uses_of: dict[str, list[_Use]] = {}
    reported: set[tuple[str, str]] = set()
    for use in uses:
        others = uses_of.setdefault(use.name, [])
        first = next((other for other in others if _conflict(use, other)), None)
        others.append(use)
        if first is not None and (use.organization, use.name) not in reported:
            reported.add((use.organization, use.name))
            key = "" if use.key is None else f", the value of remoteKey {quote(use.key)},"
            shared = f", or list the key in secretStores.{use.entry}.sharedKeys if both may have it"
            yield Problem(
                use.path,
                f'{quote(use.name)}{key} is also a value of the organization "{first.organization}"; give '
                f'"{use.organization}" a value under a name of its own with: pulumi config set --secret --path '
                f"'manualSecrets.<name>'{shared if use.entry is not None and use.entry == first.entry else ''}",
            )


def _conflict(use: _Use, other: _Use) -> bool:
    accepted = use.allowed and other.allowed and use.entry == other.entry
    return use.organization != other.organization and not accepted


def _list_uses(settings: StackSettings) -> Iterator[_Use]:
    for path, organization in settings.located:
        with suppress(Doubtful):
            name = organization.name
            for located in certain_credentials(organization):
                for key, manual in located.credential.manuals.items():
                    yield _Use(name, manual, f"{path}.{located.prefix}{key}")
            for used in list_certain_stores(organization, path):
                yield from certain(_list_stored(settings, organization, used))


def _list_stored(settings: StackSettings, organization: Organization, used: Used) -> Iterator[_Use]:
    """Values inside of a store. Shared stores are left out: their organizations share them on purpose."""
    if used.entry not in settings.secret_stores or settings.get_scope(used.entry) == "shared":
        return
    store = settings.secret_stores[used.entry]
    for key in used.keys:
        if isinstance(key, str):
            allowed = key in (store.shared_keys or ())
            for manual in store.manager.manuals_of(key):
                yield _Use(organization.name, manual, used.owner, key, used.entry, allowed)
