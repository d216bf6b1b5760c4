"""Fields that hold one model or a list of them: ``git: {...}`` and ``git: [{...}, {...}]``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar, Union

from pydantic import Discriminator, Field, Tag

_ONE: Final = "[one]"
_SEVERAL: Final = "[several]"

T = TypeVar("T")


def _choose(value: object) -> str:
    return _SEVERAL if isinstance(value, (list, tuple)) else _ONE


def drop_choices(location: Sequence[str | int]) -> tuple[str | int, ...]:
    """A location of the validation library without its steps for the choice between one and several."""
    return tuple(step for step in location if step not in {_ONE, _SEVERAL})


if TYPE_CHECKING:
    OneOrSeveral = Union[T, Sequence[T]]  # noqa: UP007 -- a generic alias
    """``OneOrSeveral[GitCredential]``: a field that takes a model, or a list of models that is not empty."""
else:

    class OneOrSeveral:
        """``OneOrSeveral[GitCredential]``: a field that takes a model, or a list of models that is not empty."""

        def __class_getitem__(cls, entry: Any) -> Any:
            one = Annotated[entry, Tag(_ONE)]
            several = Annotated[tuple[entry, ...], Field(strict=False, min_length=1), Tag(_SEVERAL)]
            return Annotated[Union[one, several], Discriminator(_choose)]  # noqa: UP007 -- evaluated at run time
