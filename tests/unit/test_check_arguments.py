"""Arguments of a function against its annotations: every kind of type."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence, Set as AbstractSet
from typing import Any

import pytest

from components.errors import SettingsError
from components.schema.arguments import check_arguments


@check_arguments()
def copy(
    anything: Any,
    names: AbstractSet[str],
    count: int = 1,
    share: float = 0.5,
    *,
    sure: bool = False,
    later: str | Awaitable[str] = "",
    rows: Sequence[Mapping[str, list[int]]] = (),
) -> None:
    """A function with an argument of every kind."""


def refusal(*args: Any, **kwargs: Any) -> list[str]:
    with pytest.raises(SettingsError) as raised:
        copy(*args, **kwargs)
    return [str(problem) for problem in raised.value.problems]


def test_values_of_the_right_types() -> None:
    async def wait() -> str:
        return "a"

    coroutine = wait()
    copy(print, {"a"}, 2, 1, sure=True, later=coroutine, rows=[{"a": [1]}, {}])
    coroutine.close()


def test_values_of_wrong_types() -> None:
    assert refusal(
        None, ["a"], count=True, share=True, sure=0, later=b"", rows=[{"a": [1, "b", True]}, {5: []}, None]
    ) == [
        "names: must be a set, not a list",
        "count: must be a whole number, not true or false",
        "share: must be a number, not true or false",
        "sure: must be true or false, not a number",
        "later: must be a string, not bytes",
        "rows[0].a[1]: must be a whole number, not a string",
        "rows[0].a[2]: must be a whole number, not true or false",
        "rows[1]: has a key that is a number; every key must be a string",
        "rows[2]: must be a mapping, not nothing",
    ]


def test_arguments_in_wrong_places() -> None:
    assert refusal() == ["anything: is missing; expected a value", "names: is missing; expected a set"]
    assert refusal(1, {"a"}, 2, 3, 5) == [
        (
            "copy: takes at most 4 arguments without a keyword, not 5; expected: anything, names, count, share, sure, "
            "later, rows"
        )
    ]
    assert refusal(1, {"a"}, names={"b"}, cuont=2) == [
        "names: is passed twice; pass it once",
        (
            'cuont: unknown argument; did you mean "count"? expected one of: anything, names, count, share, sure, '
            "later, rows"
        ),
    ]
