"""Texts that a program does not have yet: outputs of other resources, recognised by their method ``apply``.

The pure packages do not import Pulumi. They validate and change such a text in the functions that they pass to
``apply``, which Pulumi calls as soon as the text is known: at once, after the other resource exists, or, in a preview,
not at all.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from inspect import isawaitable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Protocol, TypeVar, Union, cast, runtime_checkable

from pydantic import BaseModel, GetCoreSchemaHandler, ValidationError, ValidationInfo, ValidatorFunctionWrapHandler
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, core_schema

from ..errors import Problem, SettingsError
from .plain_secrets import HIDDEN, PUBLIC_FIELDS, refuse_plain_secret
from .problems import list_hidden_problems

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@runtime_checkable
class Deferred(Protocol[T_co]):
    """A value that may be known later, such as a ``pulumi.Output``."""

    def apply(self, func: Callable[[T_co], Any], /) -> Any:
        """The result of a function of the value, deferred too. A deferred result is not nested."""


InputStr = Union[str, Deferred[str], Awaitable[str]]  # noqa: UP007 -- `Deferred[str]` is evaluated at run time
"""A text, or an output of it. A program may pass whatever is a ``pulumi.Input[str]``."""

if TYPE_CHECKING:
    Deferrable = Union[T, Deferred[T], Awaitable[T]]  # noqa: UP007 -- a generic alias
    """``Deferrable[RoleArn]``: a field that takes a text or an output of it."""
else:

    class Deferrable:
        """``Deferrable[RoleArn]``: a field that takes a text or an output of it."""

        def __class_getitem__(cls, text: Any) -> Any:
            return Annotated[text, _ValidatedWhenKnown()]


_CONVERTERS: Final[list[Callable[[Awaitable[Any]], Deferred[Any]]]] = []
_MODEL: Final[ContextVar[type[BaseModel] | None]] = ContextVar("model", default=None)


def accept_awaitables(converter: Callable[[Awaitable[Any]], Deferred[Any]]) -> None:
    """Accept coroutines and futures as well, which ``pulumi.Input`` includes.

    Args:
        converter: turns one into a deferred value: ``pulumi.Output.from_input``.
    """
    _CONVERTERS[:] = [converter]


@contextmanager
def name_model(model: type[BaseModel]) -> Iterator[None]:
    """Name a model in the messages about deferred values that its constructor takes."""
    token = _MODEL.set(model)
    try:
        yield
    finally:
        _MODEL.reset(token)


class _ValidatedWhenKnown:
    """Marks a field: the same validators check a plain text at once and a deferred one as soon as it is known."""

    takes_outputs: ClassVar[bool] = True

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_wrap_validator_function(
            self._validate, handler(source), serialization=core_schema.simple_ser_schema("any")
        )

    @staticmethod
    def _validate(value: Any, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
        if isinstance(value, str):
            return validate(value)
        if isawaitable(value) and _CONVERTERS:
            value = _CONVERTERS[0](value)
        if not isinstance(value, Deferred):
            return validate(value)
        model, name = _MODEL.get(), info.field_name or "value"
        field = None if model is None else model.model_fields.get(name)
        path = to_camel(name) if field is None else str(field.alias)
        source = "settings" if model is None else model.__name__
        random = name not in PUBLIC_FIELDS
        return value.apply(lambda text: _validate_known(text, validate, source, path, random=random))


def _validate_known(value: Any, validate: ValidatorFunctionWrapHandler, source: str, path: str, *, random: bool) -> Any:
    try:
        if isinstance(value, str):
            refuse_plain_secret(value, random=random)
        return validate(value)
    except ValidationError as error:
        problems = list_hidden_problems(error, path)
        raise SettingsError(source, problems, consequence=CONSEQUENCE) from None
    except ValueError as error:
        problems = [Problem(path, f"{HIDDEN} {error}")]
        raise SettingsError(source, problems, consequence=CONSEQUENCE) from None


CONSEQUENCE: Final = "resources that use the value were not changed"
"""What a message says about a value that was found to be wrong during an update."""


def check_when_known(text: InputStr, check: Callable[[str], object], model: type, path: str) -> InputStr:
    """The text, checked at once if it is plain, else as soon as it is known.

    Args:
        text: of a field of a model.
        check: raises a `ValueError` whose message does not contain the text.
        model: class with the field, for the message.
        path: of the field, for the message.
    """

    def checked(value: str) -> str:
        try:
            check(value)
        except ValueError as error:
            raise SettingsError(model.__name__, [Problem(path, str(error))], consequence=CONSEQUENCE) from None
        return value

    if isinstance(text, str):
        check(text)
        return text
    return cast("InputStr", lift(checked, text))


def lift(func: Callable[..., Any], *values: Any) -> Any:
    """The result of a function, at once if no argument is deferred, else deferred until all are known."""
    index = next((index for index, value in enumerate(values) if isinstance(value, Deferred)), None)
    if index is None:
        return func(*values)
    return values[index].apply(lambda value: lift(func, *values[:index], value, *values[index + 1 :]))


def join_texts(*texts: InputStr) -> InputStr:
    """The texts as one."""
    return cast("InputStr", lift(lambda *parts: "".join(parts), *texts))


def apply_to_deferred(func: Callable[[Any], Any], tree: Any) -> Any:
    """JSON data whose deferred strings are the results of a function."""
    if isinstance(tree, Deferred):
        return tree.apply(func)
    if isinstance(tree, Mapping):
        return {key: apply_to_deferred(func, value) for key, value in tree.items()}
    return [apply_to_deferred(func, value) for value in tree] if isinstance(tree, (list, tuple)) else tree


def resolve_tree(tree: Any) -> Any:
    """JSON data as one value: deferred if one of its strings is, and then known when all of them are."""
    if isinstance(tree, Mapping):
        keys = list(tree)
        return lift(lambda *values: dict(zip(keys, values, strict=True)), *map(resolve_tree, tree.values()))
    if isinstance(tree, (list, tuple)):
        return lift(lambda *values: list(values), *map(resolve_tree, tree))
    return tree


def sort_unique(texts: Iterable[InputStr]) -> tuple[InputStr, ...]:
    """The texts without duplicates: plain ones sorted, then deferred ones in their order."""
    unique = dict.fromkeys(texts)
    plain = sorted(text for text in unique if isinstance(text, str))
    return (*plain, *(text for text in unique if not isinstance(text, str)))
