"""Entries of ``spec.resources`` of a cluster-scoped object, each for as many namespaces as possible.

A namespace could have an entry of its own, but then an object that 1,000 namespaces share would have 1,000 entries.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..errors import PatchError
from ..manifests import Manifest
from ..openchoreo.template_engine import START, becomes_list
from ..schema.deferred import Deferred
from .model import Resource
from .written_code import embed, write_choice, write_membership

_DIGITS: Final = 8
_STRING: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
"""A string literal of a Go template, and the text in it."""
_LITERAL: Final = ("apiVersion", "kind")
"""Fields of a template that must not be expressions."""


def share_entries(
    templates: Mapping[str, Manifest], *, variable: str, identifier: str, stack: str = "", unless: str = ""
) -> tuple[Resource, ...]:
    """Entries that render for each namespace what an entry of its own would render, and nothing for other namespaces.

    Texts that differ only in the namespace contain its expression, and other texts come from a map. A Go template with
    string literals that differ is written once, and only those literals come from maps. Namespaces whose templates
    differ in more than texts, or contain outputs, have entries of their own.

    Args:
        templates: namespace -> template of the entry that it would have alone, with the final remote keys. Empty: no
            entries.
        variable: expression for the namespace, without ``${}``: ``metadata.componentNamespace``.
        identifier: what ids begin with. The rest is a hash of the stack and of what cannot be a common expression, so
            ids neither depend on other stacks nor change when namespaces are added.
        stack: name of the stack. Empty: it is unknown.
        unless: expression without ``${}``; nothing is rendered if it is true. Empty: there is none.

    Raises:
        PatchError: ``unless`` is too long.
    """
    groups: dict[str, dict[str, Manifest]] = {}
    for namespace in sorted(templates):
        template = templates[namespace]
        # A text that is not known yet can be neither compared nor quoted.
        parts = [namespace] if _is_deferred(template) else _find_shape(template)
        shape = json.dumps(parts, sort_keys=True)
        groups.setdefault(shape, {})[namespace] = template
    entries = []
    for shape, members in groups.items():
        digest = hashlib.sha256(json.dumps([stack, shape]).encode()).hexdigest()[:_DIGITS]
        try:
            rendered = list(_render(members, variable, unless))
        except PatchError as error:
            msg = f'the condition or a text of the resource "{identifier}" {error}'
            raise PatchError(msg) from None
        for index, (condition, template) in enumerate(rendered):
            number = f"-{index + 1}" if index else ""
            entries.append(Resource(f"{identifier}-{digest}{number}", template, condition))
    return tuple(sorted(entries, key=lambda entry: entry.id))


def _is_deferred(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_is_deferred(item) for item in value.values())
    if isinstance(value, list):
        return any(_is_deferred(item) for item in value)
    return isinstance(value, Deferred)


def _find_shape(template: Manifest) -> dict[str, Any]:
    """What must be equal in the templates of one entry."""
    return {key: value if key in _LITERAL else _find_fixed(value) for key, value in template.items()}


def _find_fixed(value: Any) -> Any:
    """A value without its texts; a text with an expression, or that OpenChoreo renders as a list, stays."""
    if isinstance(value, dict):
        return {key: _find_fixed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_find_fixed(item) for item in value]
    return None if isinstance(value, str) and START not in value and not becomes_list(value) else [value]


def _render(members: Mapping[str, Manifest], variable: str, unless: str) -> Iterator[tuple[str, Manifest]]:
    """Condition and template of one entry, or of several if its expressions would be too long."""
    try:
        membership = write_membership(variable, members)
        condition = embed(f"{membership} && !({unless})" if unless else membership)
        template = _merge(members, variable)
    except PatchError:
        if len(members) == 1:
            raise
        namespaces = [*members]
        half = len(namespaces) // 2
        for part in (namespaces[:half], namespaces[half:]):
            yield from _render({namespace: members[namespace] for namespace in part}, variable, unless)
    else:
        yield condition, template


def _merge(values: Mapping[str, Any], variable: str) -> Any:
    """The value that becomes that of each namespace."""
    first = next(iter(values.values()))
    if len(values) == 1:
        return first
    if isinstance(first, dict):
        return {key: _merge({name: value[key] for name, value in values.items()}, variable) for key in first}
    if isinstance(first, list):
        return [_merge({name: value[index] for name, value in values.items()}, variable) for index in range(len(first))]
    if all(value == first for value in values.values()):
        return first
    return _merge_texts(values, variable)


def _merge_texts(values: Mapping[str, str], variable: str) -> str:
    common = set.intersection(*(_find_parts(namespace, text) for namespace, text in values.items()))
    whole = embed(variable)
    text = whole.join(min(common)) if common else ""
    # OpenChoreo removes space around a single expression, and a workflow refuses what looks like a JSON array.
    usable = text and (text == whole or text.strip() != whole) and not becomes_list(text)
    if usable:
        return text
    literals = _merge_literals(values, variable)
    choice = write_choice(variable, values)
    return embed(choice) if literals is None or len(literals) > len(choice) else literals


def _merge_literals(values: Mapping[str, str], variable: str) -> str | None:
    """A Go template in which only string literals depend on the namespace. None: more is different."""
    pieces = {namespace: _STRING.split(text) for namespace, text in values.items()}
    first = next(iter(pieces.values()))
    code = {tuple(piece[::2]) for piece in pieces.values()}
    if len(code) > 1 or len(first) == 1:
        return None
    merged = []
    for index, piece in enumerate(first):
        literals = {namespace: own[index] for namespace, own in pieces.items()}
        same = all(literal == piece for literal in literals.values())
        text = piece if same else _merge_texts(literals, variable)
        merged.append(f'"{text}"' if index % 2 else text)
    return "".join(merged)


def _find_parts(namespace: str, text: str) -> set[tuple[str, ...]]:
    """What can be around the namespace in a text."""
    pieces = text.split(namespace)
    if len(pieces) == 1:
        return set()
    single = {(namespace.join(pieces[:index]), namespace.join(pieces[index:])) for index in range(1, len(pieces))}
    return {*single, tuple(pieces)}
