"""For which namespaces an entry or a value of a shared object is, in messages."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from ..openchoreo.template_engine import START
from .written_code import Membership, read_membership

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


def read_condition(condition: Any) -> Membership | None:
    """How a condition begins that lists namespaces; its rest includes the closing brace. None: it has another form."""
    has_code = isinstance(condition, str) and condition.startswith(START)
    return read_membership(condition.removeprefix(START)) if has_code else None


def read_namespaces(condition: Any) -> frozenset[str]:
    """The namespaces that a condition lists. Empty: it has another form."""
    membership = read_condition(condition)
    return frozenset() if membership is None else frozenset(membership.namespaces)
