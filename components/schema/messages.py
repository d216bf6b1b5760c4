"""Messages of the validation library in plain English: what users read about a value of the wrong size or choice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic_core import ErrorDetails

_CHOICE: Final = re.compile(r"'([^']*)'")


def _too_long(limits: Mapping[str, Any]) -> str:
    return f"is longer than {limits['max_length']} characters"


def _too_many(limits: Mapping[str, Any]) -> str:
    # pydantic stops counting the entries of a mapping at the limit.
    count = limits["actual_length"] or "too many"
    return f"has {count} entries; expected at most {limits['max_length']}"


def _choices(limits: Mapping[str, Any]) -> str:
    return f"must be one of {', '.join(_CHOICE.findall(limits['expected']))}"


_MESSAGES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "literal_error": _choices,
    "string_too_long": _too_long,
    "too_long": _too_many,
    "greater_than": lambda limits: f"must be greater than {limits['gt']:g}",
    "greater_than_equal": lambda limits: f"must be {limits['ge']} or more",
    "less_than_equal": lambda limits: f"must be {limits['le']} or less",
    "finite_number": lambda _: "must be a finite number",
    "string_unicode": lambda _: "is not valid Unicode text",
    "invalid_key": lambda _: "must be text; put it in quotation marks",
}
_EMPTY: Final = frozenset({"string_too_short", "too_short"})


def is_empty(detail: ErrorDetails) -> bool:
    """Whether a text, a list or a mapping is empty where it must not be."""
    return detail["type"] in _EMPTY


def simplify_message(detail: ErrorDetails) -> str:
    """What is wrong with a value, to be put behind that value: ``must be one of own, adopt``.

    A message of a validator of this package stays as it is. Nothing of the library's own text is repeated.
    """
    if detail["type"] == "value_error":
        return detail["msg"].removeprefix("Value error, ")
    if is_empty(detail):
        return "is empty; expected at least one " + ("entry" if detail["type"] == "too_short" else "character")
    message = _MESSAGES.get(detail["type"])
    return "has the wrong form" if message is None else message(detail.get("ctx", {}))
