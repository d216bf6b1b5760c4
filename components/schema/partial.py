"""Settings of which some parts are wrong: reading such a part raises `Doubtful`, so nothing is concluded from it.

Rules run on them as on any settings. Each reports what it finds until it reads a doubtful part; whatever it would say
after that could be a consequence of the mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import NoReturn, TypeVar

from pydantic import BaseModel

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)


class Doubtful(Exception):  # noqa: N818 -- it ends a rule, and never leaves the package
    """A part of the settings was read that has a mistake."""


class DoubtfulValue:
    """A value with a mistake: no attribute of it can be read."""

    def __getattr__(self, name: str) -> NoReturn:
        raise Doubtful(name)


def without(model: M, fields: Iterable[str]) -> M:
    """A copy of which some fields are doubtful."""
    rest = {name: value for name, value in vars(model).items() if name not in set(fields)}
    copy = model.model_copy()
    vars(copy).clear()
    vars(copy).update(rest)
    return copy


def doubtful(model: type[M]) -> M:
    """An instance of which every field is doubtful."""
    return without(model.model_construct(), model.model_fields)


def certain(results: Iterable[T]) -> Iterator[T]:
    """What a rule finds before it reads a doubtful part."""
    with suppress(Doubtful):
        yield from results
