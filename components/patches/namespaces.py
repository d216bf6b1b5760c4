"""For which namespaces an entry or a value of a shared object is, in messages."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any, Final

_MEMBERSHIP: Final = re.compile(r"\$\{[\w.]+ in (?=\[)")
_SHOWN: Final = 5


def list_names(namespaces: Collection[str]) -> str:
    """The first namespaces, and the number of the others."""
    names = sorted(namespaces)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def describe_difference(before: Collection[str], after: Collection[str]) -> str:
    """``for globex too, no longer for acme``. Empty: both are equal."""
    more, fewer = {*after} - {*before}, {*before} - {*after}
    parts = [f"for {list_names(more)} too"] if more else []
    parts += [f"no longer for {list_names(fewer)}"] if fewer else []
    return ", ".join(parts)


def read_namespaces(condition: Any) -> frozenset[str]:
    """The namespaces in a condition that begins as `write_membership` writes it. Empty: it has another form."""
    match = _MEMBERSHIP.match(condition) if isinstance(condition, str) else None
    if match is None:
        return frozenset()
    try:
        names, _ = json.JSONDecoder().raw_decode(condition, match.end())
    except ValueError:
        return frozenset()
    return frozenset(names) if all(isinstance(name, str) for name in names) else frozenset()
