"""What users read about a value is plain English, never the validation library's own text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_core import InitErrorDetails, ValidationError

from components.schema.messages import simplify_message
from components.settings.stack import StackSettings


def _plain(kind: Any, value: object, context: dict[str, Any]) -> str:
    details = InitErrorDetails(type=kind, loc=("x",), input=value, ctx=context)
    return simplify_message(ValidationError.from_exception_data("x", [details]).errors()[0])


@pytest.mark.parametrize(
    ("kind", "value", "context", "expected"),
    [
        ("literal_error", "b", {"expected": "'a', 'c' or 'd'"}, "must be one of a, c, d"),
        ("string_too_short", "", {"min_length": 1}, "is empty; expected at least one character"),
        ("string_too_long", "abcd", {"max_length": 3}, "is longer than 3 characters"),
        (
            "too_short",
            [],
            {"field_type": "List", "min_length": 1, "actual_length": 0},
            "is empty; expected at least one entry",
        ),
        (
            "too_long",
            [1, 2, 3],
            {"field_type": "List", "max_length": 2, "actual_length": 3},
            "has 3 entries; expected at most 2",
        ),
        ("greater_than", 0.0, {"gt": 0.0}, "must be greater than 0"),
        ("greater_than_equal", -1, {"ge": 0}, "must be 0 or more"),
        ("finite_number", float("inf"), {}, "must be a finite number"),
        ("string_unicode", "\ud800", {}, "is not valid Unicode text"),
        ("invalid_key", 1, {}, "must be text; put it in quotation marks"),
        ("string_pattern_mismatch", "a", {"pattern": "^b$"}, "has the wrong form"),
        ("value_error", "a", {"error": ValueError("is not b; use b")}, "is not b; use b"),
    ],
)
def test_message(kind: str, value: object, context: dict[str, Any], expected: str) -> None:
    assert _plain(kind, value, context) == expected


def _patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if schema.get("type") == "str" and "pattern" in schema:
            yield schema["pattern"]
        for part in schema.values():
            yield from _patterns(part)
    elif isinstance(schema, (list, tuple)):
        for part in schema:
            yield from _patterns(part)


def test_no_field_has_an_expression_without_words_for_it() -> None:
    """The library checks `Field(pattern=...)` itself, and then has no example of the right form to show."""
    assert list(_patterns(StackSettings.__pydantic_core_schema__)) == []
