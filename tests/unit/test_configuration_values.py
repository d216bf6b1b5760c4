"""Values of the configuration as Pulumi hands them over: JSON text, and text that looks like it."""

from __future__ import annotations

import pytest

from components.errors import OpenChoreoSecretsError
from components.settings.parsing import read_value


@pytest.mark.parametrize(
    ("value", "parsed"),
    [
        pytest.param('{"a": [1]}', {"a": [1]}, id="mapping"),
        pytest.param(' \n["a"]', ["a"], id="list-after-blanks"),
        pytest.param('{"a": 1, "a": 2}', {"a": 2}, id="as-in-go-the-last-one-of-two-keys"),
        pytest.param("12", "12", id="number"),
        pytest.param("1" * 5000, "1" * 5000, id="long-number"),
        pytest.param("{organization}", "{organization}", id="no-json"),
        pytest.param({"a": 1}, {"a": 1}, id="no-text"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_values(value: object, parsed: object) -> None:
    assert read_value("key", value) == parsed


def test_levels() -> None:
    assert read_value("key", "[" * 100 + "]" * 100) != []


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        pytest.param(f'["hush", {"1" * 5000}]', "has a number of too many digits", id="digits"),
        pytest.param('["hush", ' * 101 + "1" + "]" * 101, "is nested more than 100 levels deep", id="deep"),
        pytest.param("[" * 99_999, "is nested more than 100 levels deep", id="very-deep"),
    ],
)
def test_values_that_cannot_be_read(value: str, problem: str) -> None:
    with pytest.raises(OpenChoreoSecretsError) as caught:
        read_value("organizations", value)
    assert str(caught.value) == f"organizations: {problem} (value not shown); correct the value"
