"""Values of a shared object that are other ones for some namespaces, and stay as they were for all the rest.

Several stacks can override one value. What is written follows from the original and the overrides of all of them, so
they agree whatever their order, and the last one to go restores the original.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PatchError
from ..manifests import Manifest
from ..openchoreo.template_engine import START, ExpressionError, find_expressions
from ..schema.text import quote

Step = str | tuple[str, str]
"""A key of a mapping, or a field and its value that select one entry of a list: ``("name", "git-secret")``."""
Steps = tuple[Step, ...]

_MISSING: Final = object()
_NO_SCALAR: Final = "is a list or a mapping; expected a text, a number, true or false"


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
    """The other value, as an expression without ``${}``: ``"git-secret"`` with its quotation marks, or ``false``."""
    otherwise: str = ""
    """What a missing value means, as an expression. Empty: it must exist."""


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
        TypeError: the original is a list or a mapping.
    """
    chosen: dict[tuple[str, str], set[str]] = {}
    otherwise = ""
    for override in overrides:
        chosen.setdefault((override.variable, override.value), set()).update(override.namespaces)
        otherwise = override.otherwise
    if not chosen:
        return original
    code = otherwise if original is None else _to_code(json.loads(original))
    for (variable, value), namespaces in sorted(chosen.items(), reverse=True):
        code = f"{variable} in {json.dumps(sorted(namespaces))} ? {value} : ({code})"
    return json.dumps(f"{START}{code}}}")


def add(
    target: Manifest, desired: Sequence[Override], own: Sequence[Overridden], others: Sequence[Overridden], owner: str
) -> tuple[Overridden, ...]:
    """Write overrides, and take back those of an earlier patch that are not desired any more. ``target`` is changed.

    Args:
        target: the object.
        desired: at most one override for each path.
        own: what earlier versions of this patch wrote.
        others: what other patches wrote.
        owner: the object, for messages.

    Returns:
        What this patch has written, now and before.

    Raises:
        PatchError: there is no such value, or it is not one that can be overridden.
    """
    written = []
    wanted = {override.path: override for override in desired}
    paths = dict.fromkeys([*wanted, *(before.override.path for before in own)])
    for path in paths:
        recorded = [entry for entry in (*own, *others) if entry.override.path == path]
        foreign = [entry.override for entry in others if entry.override.path == path]
        override = wanted.get(path)
        try:
            original = _original(_read(target, path), recorded)
            value = combine(original, foreign if override is None else [*foreign, override])
            _write(target, path, value, must_exist=override is not None and not override.otherwise)
        except (ExpressionError, LookupError, TypeError) as error:
            msg = f"{owner}: {describe(path)} {error}"
            raise PatchError(msg) from None
        if override is not None:
            written.append(Overridden(override, original))
    return tuple(written)


def describe(path: Steps) -> str:
    """The path in messages: ``spec.resources["git-secret"].includeWhen``."""
    keys = (f"[{quote(step[1])}]" if isinstance(step, tuple) else f".{step}" for step in path)
    return "".join(keys).removeprefix(".")


def _original(live: Any, recorded: Sequence[Overridden]) -> str | None:
    """The value without any override, as JSON; what somebody else has written since then is a new original."""
    value = None if live is _MISSING else json.dumps(live)
    overrides = [entry.override for entry in recorded]
    for entry in recorded:
        if value == combine(entry.original, overrides):
            return entry.original
    return value


def _to_code(value: Any) -> str:
    """A value as an expression without ``${}``."""
    if isinstance(value, list | dict):
        raise TypeError(_NO_SCALAR)
    if not isinstance(value, str):
        return json.dumps(value)
    parts, end = [], 0
    for expression in find_expressions(value):
        if expression.start == 0 and expression.end == len(value):
            return expression.code
        parts += [*_literal(value[end : expression.start]), f"string({expression.code})"]
        end = expression.end
    parts += _literal(value[end:])
    return " + ".join(parts) or '""'


def _literal(text: str) -> Iterator[str]:
    if text:
        yield json.dumps(text)


def _read(target: Manifest, path: Steps) -> Any:
    """The value at a path. It is ``_MISSING`` if only the last key is missing.

    Raises:
        LookupError: something else on the path is missing; the message completes a sentence about the path.
    """
    parent = _parent(target, path)
    if parent is None:
        return _MISSING
    return parent.get(path[-1], _MISSING)


def _parent(target: Manifest, path: Steps) -> dict[Any, Any] | None:
    value: Any = target
    for step in path[:-1]:
        value = value.get(step) if isinstance(step, str) and isinstance(value, dict) else _entry(value, step)
    return value if isinstance(value, dict) else None


def _entry(value: Any, step: Step) -> Any:
    if not isinstance(value, list) or isinstance(step, str):
        return None
    field, name = step
    return next((entry for entry in value if isinstance(entry, dict) and entry.get(field) == name), None)


def _write(target: Manifest, path: Steps, value: str | None, *, must_exist: bool) -> None:
    parent = _parent(target, path)
    if parent is None or (must_exist and path[-1] not in parent):
        if value is None and not must_exist:
            return
        msg = "does not exist"
        raise LookupError(msg)
    if value is None:
        parent.pop(path[-1], None)
    else:
        parent[path[-1]] = json.loads(value)
