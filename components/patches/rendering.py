"""What an entry of ``spec.resources`` renders for one namespace, of the expressions that this package writes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..openchoreo.template_engine import START
from .namespaces import read_namespaces

_VARIABLE: Final = re.compile(r"\$\{([\w.]+) in \[")
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
    """A text with another value for each namespace."""

    text: str
    values: Mapping[str, Any]


def render_entry(entry: Entry) -> dict[str, Rendered]:
    """Namespace -> what the entry renders for it. Empty: its condition does not list namespaces."""
    condition = entry.get("includeWhen")
    namespaces = read_namespaces(condition)
    if not namespaces or not isinstance(condition, str):
        return {}
    match = _VARIABLE.match(condition)
    variable = "" if match is None else match[1]
    # The map of a text has an entry for each namespace, so it is parsed once.
    template, rest = _parse(entry["template"], variable), condition.partition("]")[2]
    return {name: Rendered(rest, _resolve(template, variable, name)) for name in namespaces}


def _parse(value: Any, variable: str) -> Any:
    if isinstance(value, dict):
        return {key: _parse(item, variable) for key, item in value.items()}
    if isinstance(value, list):
        return [_parse(item, variable) for item in value]
    end = f"[{variable}]}}"
    if isinstance(value, str) and value.startswith(f"{START}{{") and value.endswith(end):
        try:
            values = json.loads(value[len(START) : -len(end)])
        except ValueError:
            return value
        return _Choice(value, values)
    return value


def _resolve(value: Any, variable: str, namespace: str) -> Any:
    if isinstance(value, dict):
        return {key: _resolve(item, variable, namespace) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolve(item, variable, namespace) for item in value]
    if isinstance(value, _Choice):
        return value.values.get(namespace, value.text)
    return value.replace(f"{START}{variable}}}", namespace) if isinstance(value, str) else value
