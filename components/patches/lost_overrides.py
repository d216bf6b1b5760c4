"""Overrides in a value whose record somebody has removed, read from the value itself.

Their stack writes the record again with its next update. Until then its overrides must stay, whatever other stacks do.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ..openchoreo.template_engine import START
from .override import Overridden, Override, combine, describe_original
from .written_code import read_membership

_UNLESS: Final = " && !("
_THEN: Final = " ? "
_ELSE: Final = " : ("
_QUOTES: Final = frozenset("'\"")


def find_lost(live: str | None, recorded: Sequence[Overridden]) -> list[Overridden]:
    """The overrides in a value that no record lists. Empty: there are none, or the value has another form.

    Args:
        live: the value, as JSON.
        recorded: overrides of all records for the value, at least one of which has its original.
    """
    for entry in recorded:
        listed = [other.override for other in recorded if other.original == entry.original]
        lost = list(_read(live, entry.original, listed))
        if lost and combine(entry.original, [*listed, *lost]) == live:
            return [Overridden(override, entry.original) for override in lost]
    return []


def _read(live: str | None, original: str | None, listed: Sequence[Override]) -> Iterator[Override]:
    """The clauses of a value, each without the namespaces that are listed."""
    template = listed[0]
    value = None if live is None else json.loads(live)
    if not isinstance(value, str) or not value.startswith(START):
        return
    code, end = value[len(START) : -1], describe_original(original, listed)
    while code != end:
        clause = _split(code)
        if clause is None:
            return
        override, code = clause
        own = {
            name
            for other in listed
            if (other.variable, other.unless, other.value) == (override.variable, override.unless, override.value)
            for name in other.namespaces
        }
        names = tuple(name for name in override.namespaces if name not in own)
        if names:
            yield replace(override, path=template.path, namespaces=names, otherwise=template.otherwise)


def _split(code: str) -> tuple[Override, str] | None:
    """The first clause as an override without a path, and what follows it in brackets. None: it has another form."""
    membership = read_membership(code)
    if membership is None:
        return None
    rest = membership.rest
    then = _find(rest, _THEN, 0)
    otherwise = _find(rest, _ELSE, then + len(_THEN))
    if min(then, otherwise) < 0 or not rest.endswith(")"):
        return None
    unless, value = rest[:then], rest[then + len(_THEN) : otherwise]
    if unless:
        if not unless.startswith(_UNLESS):
            return None
        unless = unless[len(_UNLESS) : -1]
    if "?" in value and value.startswith("("):
        value = value[1:-1]
    override = Override((), membership.variable, membership.namespaces, value, unless=unless)
    return override, rest[otherwise + len(_ELSE) : -1]


def _find(code: str, text: str, start: int) -> int:
    """Index of a text outside of brackets and quotation marks; -1: there is none."""
    depth, quotation, index = 0, "", start
    while index < len(code):
        character = code[index]
        if quotation:
            index += character == "\\"
            quotation = "" if character == quotation else quotation
        elif not depth and code.startswith(text, index):
            return index
        else:
            quotation = character if character in _QUOTES else ""
            depth += (character in "([{") - (character in ")]}")
        index += 1
    return -1
