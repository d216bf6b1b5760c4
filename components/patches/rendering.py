"""What an entry of ``spec.resources`` renders for one namespace, of the expressions that this package writes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..openchoreo.template_engine import START, ExpressionError, find_expressions
from .namespaces import read_condition

Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Rendered:
    """An entry for one namespace."""

    condition: str
    """What the condition has after the list of namespaces."""
    template: Any
    """The template with the texts of the namespace."""


@dataclass(frozen=True)
class _Choice:
    """An expression with another text for each namespace."""

    code: str
    values: Mapping[str, str]

    def choose(self, namespace: str) -> str:
        """The text of a namespace; without one, the expression."""
        return self.values.get(namespace, self.code)


def render_entry(entry: Entry) -> dict[str, Rendered]:
    """Namespace -> what the entry renders for it. Empty: its condition does not list namespaces."""
    membership = read_condition(entry.get("includeWhen"))
    if membership is None or not membership.namespaces:
        return {}
    # The map of a text has an entry for each namespace, so it is parsed once.
    template = _parse(entry["template"], membership.variable)
    return {name: Rendered(membership.rest, _resolve(template, name)) for name in membership.namespaces}


def _parse(value: Any, variable: str) -> Any:
    """The value with a tuple of its parts in the place of each text."""
    if isinstance(value, dict):
        return {key: _parse(item, variable) for key, item in value.items()}
    if isinstance(value, list):
        return [_parse(item, variable) for item in value]
    return tuple(_split(value, variable)) if isinstance(value, str) else value


def _split(text: str, variable: str) -> Iterator[str | _Choice | None]:
    """The parts of a text: literal texts, choices, and None for the namespace."""
    end = 0
    try:
        expressions = list(find_expressions(text))
    except ExpressionError:
        expressions = []
    for expression in expressions:
        part = None if expression.code == variable else _read_choice(text[expression.start : expression.end], variable)
        yield text[end : expression.start]
        yield part
        end = expression.end
    yield text[end:]


def _read_choice(text: str, variable: str) -> str | _Choice:
    """What `write_choice` has written; an expression of another form stays as it is."""
    end = f"[{variable}]}}"
    if not text.endswith(end):
        return text
    try:
        values = json.loads(text[len(START) : -len(end)])
    except (ValueError, RecursionError):
        return text
    return _Choice(text, values) if isinstance(values, dict) else text


def _resolve(value: Any, namespace: str) -> Any:
    if isinstance(value, dict):
        return {key: _resolve(item, namespace) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, namespace) for item in value]
    if not isinstance(value, tuple):
        return value
    parts = (namespace if part is None else part if isinstance(part, str) else part.choose(namespace) for part in value)
    return "".join(parts)
