"""Parts of CEL expressions of ValidatingAdmissionPolicies.

Source: Kubernetes, "Common Expression Language in Kubernetes". Optional fields (``.?``) exist since 1.29.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

_LONGEST: Final = 90_000
"""Number of characters of one literal. The API server refuses expressions of more than 100,000."""
_IS_USER: Final = "request.userInfo.username in "


def quote(text: str) -> str:
    """A text as a literal. JSON's escapes are a part of CEL's."""
    return json.dumps(text, ensure_ascii=False)


def format_list(texts: Iterable[str]) -> str:
    """A list of texts as a literal."""
    return f"[{', '.join(quote(text) for text in texts)}]"


def define_list(name: str, texts: Iterable[str]) -> dict[str, str]:
    """A list as a variable, and before it those of its parts if one expression would be too long."""
    parts = [f"[{part}]" for part in _join_parts(quote(text) for text in texts)]
    if len(parts) == 1:
        return {name: parts[0]}
    names = [f"{name}{number}" for number in range(1, len(parts) + 1)]
    return {**dict(zip(names, parts, strict=True)), name: " + ".join(f"variables.{part}" for part in names)}


@dataclass(frozen=True)
class Table:
    """A map from a text to a list of texts as variables: one, or several if one expression would be too long."""

    name: str
    lists: Mapping[str, Iterable[str]]

    @property
    def variables(self) -> dict[str, str]:
        """Name -> expression."""
        entries = (f"{quote(key)}: {format_list(texts)}" for key, texts in self.lists.items())
        parts = [f"{{{part}}}" for part in _join_parts(entries)]
        if len(parts) == 1:
            return {self.name: parts[0]}
        return {f"{self.name}{number}": part for number, part in enumerate(parts, 1)}

    def contains(self, key: str) -> str:
        """Whether the map has the value of an expression as a key."""
        checks = " || ".join(f"{key} in variables.{name}" for name in self.variables)
        return checks if len(self.variables) == 1 else f"({checks})"

    def get(self, key: str) -> str:
        """The list of a key; empty if there is none."""
        first, *others = (f"variables.{name}[?{key}]" for name in self.variables)
        return f"{first}{''.join(f'.or({other})' for other in others)}.orValue([])"


def _join_parts(items: Iterable[str]) -> Iterator[str]:
    """Items with commas, in texts that are not too long; at least one text."""
    part: list[str] = []
    size = 0
    for item in items:
        if size + len(item) > _LONGEST:
            yield ", ".join(part)
            part, size = [], 0
        part.append(item)
        size += len(item) + 2
    yield ", ".join(part)


def read_users(expression: str) -> tuple[str, ...]:
    """The users in an expression that contains `is_user`; empty if there is none."""
    start = expression.find(_IS_USER)
    if start < 0:
        return ()
    try:
        users, _ = json.JSONDecoder().raw_decode(expression, start + len(_IS_USER))
    except ValueError:
        return ()
    return tuple(map(str, users)) if isinstance(users, list) else ()


def is_user(users: Iterable[str]) -> str:
    """Whether one of some users sent the request."""
    return f"{_IS_USER}{format_list(users)}"
