"""A value of a shared object that is another one for some namespaces, and stays as it was for all the rest.

Several stacks can override one value. What is written follows from the original and the overrides of all of them, so
they agree whatever their order, and the last one to go restores the original.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..openchoreo.kinds import Step, Steps
from ..schema.text import quote
from .written_code import embed, write_membership, write_value

_MISSING: Final = "does not exist{}; correct the path, or add the value to the object"


@dataclass(frozen=True)
class Override:
    """One value that is another one for some namespaces."""

    path: Steps
    """Where the value is."""
    variable: str
    """Expression for the namespace, without ``${}``: ``metadata.namespaceName``."""
    namespaces: tuple[str, ...]
    """Where the other value applies, sorted; at least one."""
    value: str
    """The other value, as an expression without ``${}``: ``"git-secret"`` with its quotation marks, or ``false`` in the
    place of a condition."""
    otherwise: str = ""
    """What a missing value means, as an expression. Empty: it must exist."""
    unless: str = ""
    """Condition under which the value stays as it was, as an expression. Empty: there is none."""

    @property
    def clause(self) -> str:
        """What is written before the original, which is in brackets."""
        return _write_clause(self.variable, self.namespaces, self.unless, self.value)

    def plain(self) -> dict[str, Any]:
        """The override as JSON data, for the inputs of a resource."""
        return {"variable": self.variable, "namespaces": list(self.namespaces), **self.plain_value()}

    def plain_value(self) -> dict[str, Any]:
        """What differs between overrides for the same namespaces, as JSON data."""
        optional = {"otherwise": self.otherwise, "unless": self.unless}
        path = [step if isinstance(step, str) else {step[0]: step[1]} for step in self.path]
        return {"path": path, "value": self.value, **{field: text for field, text in optional.items() if text}}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Override:
        """The override that `plain` returned."""
        return cls(
            tuple(_read_step(step) for step in plain["path"]),
            plain["variable"],
            tuple(sorted(plain["namespaces"])),
            plain["value"],
            plain.get("otherwise") or "",
            plain.get("unless") or "",
        )


@dataclass(frozen=True)
class Overridden:
    """An override that was written, with what was there before."""

    override: Override
    original: str | None
    """The original value as JSON. None: there was none."""


def combine(original: str | None, overrides: Iterable[Override]) -> str | None:
    """What is written, as JSON: the same for every order of the overrides.

    Args:
        original: the value as JSON. None: there is none.
        overrides: of one path. None of them: the original.

    Raises:
        ExpressionError: the original is a text with an expression that has no end.
        LookupError: there is no original, and no override says what a missing value means.
        PatchError: the expression becomes too long.
        TypeError: the original is a list or a mapping.
    """
    chosen: dict[tuple[str, str, str], set[str]] = {}
    otherwise = ""
    for override in overrides:
        chosen.setdefault((override.variable, override.unless, override.value), set()).update(override.namespaces)
        otherwise = max(otherwise, override.otherwise)
    if not chosen:
        return original
    if original is None and not otherwise:
        raise LookupError(describe_missing())
    code = _write_original(original, otherwise)
    for (variable, unless, value), namespaces in sorted(chosen.items(), reverse=True):
        code = f"{_write_clause(variable, namespaces, unless, value)}({code})"
    return json.dumps(embed(code))


def describe_original(original: str | None, overrides: Iterable[Override]) -> str:
    """What `combine` writes in the place of the original, as an expression without ``${}``.

    Raises:
        ExpressionError: as `combine`.
        TypeError: as `combine`.
    """
    return _write_original(original, max(override.otherwise for override in overrides))


def _write_original(original: str | None, otherwise: str) -> str:
    return otherwise if original is None else write_value(json.loads(original))


def describe_missing(present: str = "") -> str:
    """Why there is no value, as the end of a sentence about its path.

    Args:
        present: what exists instead, as a clause. Empty: it is unknown.
    """
    return _MISSING.format(f"; {present}" if present else "")


def describe_path(path: Steps) -> str:
    """The path in messages: ``spec.resources["git-secret"].includeWhen``."""
    keys = (f"[{quote(step[1])}]" if isinstance(step, tuple) else f".{step}" for step in path)
    return "".join(keys).removeprefix(".")


def list_plain(overridden: Iterable[Overridden]) -> list[dict[str, Any]]:
    """Overrides that were written, as JSON data in which overrides for the same namespaces list them once."""
    groups: dict[tuple[str, tuple[str, ...]], list[dict[str, Any]]] = {}
    for entry in sort(overridden):
        original = {} if entry.original is None else {"original": entry.original}
        key = (entry.override.variable, entry.override.namespaces)
        groups.setdefault(key, []).append({**entry.override.plain_value(), **original})
    return [
        {"variable": variable, "namespaces": list(namespaces), "values": values}
        for (variable, namespaces), values in groups.items()
    ]


def read_plain(groups: Iterable[Mapping[str, Any]]) -> tuple[Overridden, ...]:
    """The overrides that `list_plain` returned."""
    return sort(
        Overridden(Override.from_plain({**group, **value}), value.get("original"))
        for group in groups
        for value in group["values"]
    )


def sort(overridden: Iterable[Overridden]) -> tuple[Overridden, ...]:
    """In an order that does not depend on that of the inputs."""
    return tuple(sorted(overridden, key=lambda entry: (entry.override.namespaces, json.dumps(entry.override.plain()))))


def _write_clause(variable: str, namespaces: Iterable[str], unless: str, value: str) -> str:
    membership = write_membership(variable, namespaces)
    condition = f"{membership} && !({unless})" if unless else membership
    # The grammar of CEL has no choice between "?" and ":" without brackets.
    return f"{condition} ? {f'({value})' if '?' in value else value} : "


def _read_step(step: Any) -> Step:
    if isinstance(step, str):
        return step
    ((field, value),) = step.items()
    return field, value
