"""Settings that never change, and how a program gets a changed copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, Self

from pydantic import BaseModel

from ..errors import Problem, SettingsError
from .text import clip

if TYPE_CHECKING:
    _Base = BaseModel
else:
    _Base = object


class Immutable(_Base):
    """Base class of models: refuses changes in words of this package, and validates changed copies."""

    if TYPE_CHECKING:
        pass
    else:

        def __setattr__(self, name: str, _: object) -> NoReturn:
            """Refuse the change.

            Raises:
                SettingsError: always.
            """
            _refuse_change(self, name)

        def __delattr__(self, name: str) -> NoReturn:
            """Refuse the change.

            Raises:
                SettingsError: always.
            """
            _refuse_change(self, name)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values of some fields, validated like a new instance. Pydantic would not validate them.

        Args:
            update: field -> its new value.
            deep: whether to copy the values of the other fields too.

        Raises:
            SettingsError: with every problem of the copy.
        """
        copy = super().model_copy(deep=deep)
        if not update:
            return copy
        return type(self)(**{**{name: vars(copy)[name] for name in copy.model_fields_set}, **update})


def _refuse_change(model: object, name: str) -> NoReturn:
    key = clip(name)
    text = f'cannot be changed; create a changed copy, such as model_copy(update={{"{key}": ...}})'
    raise SettingsError(type(model).__name__, [Problem(key, text)])
