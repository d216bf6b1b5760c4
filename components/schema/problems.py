"""Errors of the validation library -> problems of the configuration, in the same words for YAML and for Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from ..errors import Problem
from .messages import is_empty, simplify_message
from .one_or_several import drop_choices
from .paths import Location, path_of, value_at
from .plain_secrets import HIDDEN, describe_secret
from .shapes import example_at, flow, inside
from .suggestions import find_nearest, suggest_key
from .text import clip, quote
from .values import OUTPUT, describe_type, is_object, is_output
from .words import Words

_TYPES: Final = {
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}
WRONG_TYPES: Final = frozenset(_TYPES)
"""Types of the library's errors about a value of another type than the field's."""
_NO_TEXT: Final = "invalid_key"
"""Type of the error about a key that is a number, or true or false."""
_SHAPES: Final[Mapping[str, type]] = {"a mapping": Mapping, "a list": list}
_SECRET_FIELDS: Final = frozenset({"caBundle", "manual", "password", "username"})

_ADDRESSES: Final = frozenset({"host", "server", "url", "vaultUrl"})
"""Fields whose value may be a pasted address with a password: ``https://user:password@host``."""


@dataclass(frozen=True)
class Mistake:
    """A problem, and what it leaves open."""

    problem: Problem
    """What a user reads."""
    doubtful: tuple[Location, ...]
    """Locations with the keys of YAML, whose values nothing else can be concluded from."""


def list_problems(error: ValidationError, raw: Mapping[str, object], model: type[BaseModel]) -> list[Problem]:
    """Every problem that a validation has found. No value that may be a secret is repeated.

    Args:
        error: of the validation.
        raw: the input, with the keys of YAML.
        model: the model that was validated.
    """
    return [mistake.problem for mistake in mistakes(error, raw, model)]


def mistakes(
    error: ValidationError,
    raw: Mapping[str, object],
    model: type[BaseModel],
    more_keys: Sequence[str] = (),
    words: Words | None = None,
) -> list[Mistake]:
    """The same problems, each with the locations that it leaves open.

    Args:
        error: of the validation.
        raw: the input, with the keys of YAML.
        model: the model that was validated.
        more_keys: keys that the input may have beside those of the model.
        words: words for the keys of the model. None: their names.
    """
    details = error.errors(include_url=False, include_input=False, include_context=True)
    for detail in details:
        detail["loc"] = drop_choices(detail["loc"])
    all_mistakes = [
        _unknown(detail, raw, model, more_keys, words)
        if detail["type"] == "extra_forbidden"
        else _mistake(detail, raw, model)
        for detail in details
        if not _is_echo(detail, raw)
    ]
    # A key that is empty because its name is misspelt is one mistake.
    meant = {mistake.doubtful[1] for mistake in all_mistakes if len(mistake.doubtful) > 1}
    empty = [location for location in meant if not value_at(location, raw)]
    return [
        mistake for mistake in all_mistakes if not any(mistake.doubtful[0][: len(place)] == place for place in empty)
    ]


def list_hidden_problems(error: ValidationError, path: str) -> list[Problem]:
    """Problems of one value that must not be shown, since it may be secret.

    Args:
        error: of the validation of the value alone.
        path: of the value.
    """
    details = error.errors(include_url=False, include_input=False, include_context=True)
    return [Problem(path, f"{HIDDEN} {_expected_type(detail) or simplify_message(detail)}") for detail in details]


def _expected_type(detail: ErrorDetails) -> str | None:
    kind = _TYPES.get(detail["type"])
    return None if kind is None else f"must be {kind}"


def list_yaml_keys(model: type[BaseModel], arguments: Mapping[str, object]) -> dict[str, object]:
    """Keyword arguments of a model under the keys of YAML."""
    aliases = {name: field.alias or name for name, field in model.model_fields.items()}
    return {aliases.get(name, name): value for name, value in arguments.items()}


def _is_echo(detail: ErrorDetails, raw: Mapping[str, object]) -> bool:
    """Whether a list is called empty only because each of its entries is already reported."""
    return detail["type"] == "too_short" and bool(value_at(detail["loc"], raw))


def _unknown(
    detail: ErrorDetails,
    raw: Mapping[str, object],
    model: type[BaseModel],
    more_keys: Sequence[str],
    words: Words | None,
) -> Mistake:
    """A key that the model does not have. It may be meant to be another one, whose value is then open."""
    around = _aliased(list(detail["loc"][:-1]), model)
    # As it was written: a snake_case key is unknown in YAML.
    key = str(detail["loc"][-1])
    holder = _model_at(around, model)
    refused = getattr(holder, "refused_keys", {}).get(to_camel(key))
    if refused is not None:
        return Mistake(Problem(_path([*around, key], raw, model), refused), ((*around, key),))
    keys = [*_list_keys(holder), *(more_keys if holder is model else ())]
    place = tuple(around)
    allowed = {word: name for name in keys for word in ([name] if words is None else words.list_words(place, name))}
    meant = find_nearest(key, [*allowed])
    problem = Problem(_path([*around, key], raw, model), f"unknown key{suggest_key(key, [*allowed])}")
    doubtful = (key,) if meant is None else (key, allowed[meant])
    return Mistake(problem, tuple((*around, name) for name in doubtful))


def _path(location: Iterable[str | int], raw: object, model: type[BaseModel]) -> str:
    """A location in words; the whole input has the name of its model."""
    return path_of(location, raw) or model.__name__


def _mistake(detail: ErrorDetails, raw: Mapping[str, object], model: type[BaseModel]) -> Mistake:
    location = _aliased(_location(detail), model)
    problem = Problem(_path(location, raw, model), _message(detail, location, raw, model))
    # Whoever refers to a key that is wrong means the right one, so no key around it is certain.
    return Mistake(problem, (tuple(location[:-1] if _about_key(detail) else location),))


def _message(detail: ErrorDetails, location: list[str | int], raw: Mapping[str, object], model: type[BaseModel]) -> str:
    kind = detail["type"]
    if kind == "missing":
        return f"is missing{_such_as(location, model)}"
    if kind == _NO_TEXT:
        return f"the key {_show(detail['loc'][-1])} {simplify_message(detail)}"
    value = value_at(location, raw)
    if is_output(value):
        return f"must be {_TYPES[kind]}, {OUTPUT}" if kind in _TYPES else f"{simplify_message(detail)}, {OUTPUT}"
    if kind in _TYPES:
        shape = _SHAPES.get(_TYPES[kind])
        example = None if shape is None else example_at(location, model)
        fits = shape is not None and isinstance(example, shape)
        form = f"such as {flow(example)}" if fits else f"not {describe_type(value)}"
        also = f", not {describe_type(value)}" if fits and is_object(value) else ""
        return f"must be {_TYPES[kind]}, {form}{also}"
    shown = "" if is_empty(detail) else _shown_value(location, detail, raw)
    return f"{shown}{simplify_message(detail)}"


def _such_as(location: Iterable[str | int], model: type[BaseModel]) -> str:
    """What to write for a key that is missing."""
    example = example_at(location, model)
    what = next((what for what, shape in _SHAPES.items() if isinstance(example, shape)), "a value")
    return "" if example is None else f"; expected {what} such as {flow(example)}"


def _about_key(detail: ErrorDetails) -> bool:
    """Whether the key of a mapping is wrong, not its value."""
    return "[key]" in detail["loc"][-1:]


def _location(detail: ErrorDetails) -> list[str | int]:
    return list(detail["loc"][:-1] if _about_key(detail) or detail["type"] == _NO_TEXT else detail["loc"])


def _aliased(location: list[str | int], root: type[BaseModel]) -> list[str | int]:
    """The location with keys of YAML; a program's keyword arguments are reported under their own names."""
    model: Any = root
    aliased: list[str | int] = []
    for step in location:
        fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
        aliased.append(fields[step].alias or step if isinstance(step, str) and step in fields else step)
        holder, model = model, None
        with suppress(StopIteration, IndexError):
            model = inside(holder, step)
    return aliased


def _shown_value(location: list[str | int], detail: ErrorDetails, raw: Mapping[str, object]) -> str:
    if _about_key(detail):
        return f"{_show(location[-1])} "
    value = value_at(location, raw)
    if not isinstance(value, (str, int, float, bool)):
        return ""
    secret_place = location and (location[-1] in _SECRET_FIELDS or (location[-1] in _ADDRESSES and "@" in str(value)))
    if secret_place or describe_secret(str(value)):
        return f"{HIDDEN} "
    return f"{_show(value)} "


def _show(value: object) -> str:
    if isinstance(value, str):
        return quote(value)
    return clip(str(value).lower() if isinstance(value, bool) else str(value))


def _model_at(location: Iterable[str | int], root: type[BaseModel]) -> Any:
    """The model at a location of the input."""
    model: Any = root
    for step in location:
        model = inside(model, step)
    return model


def _list_keys(model: Any) -> list[str]:
    """Keys of a model, in the order of its fields."""
    return [field.alias for field in model.model_fields.values()]
