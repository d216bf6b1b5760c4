"""Errors of the validation library -> problems of the configuration, in the same words for YAML and for Python."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from ..errors import Problem
from .messages import is_empty, simplify_message
from .text import clip, quote

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
_SECRET_FIELDS: Final = frozenset({"manual", "password", "username"})


def list_problems(
    error: ValidationError, raw: Mapping[str, object], model: type[BaseModel], more_keys: Sequence[str] = ()
) -> list[Problem]:
    """Every problem that a validation has found. No value that may be a secret is repeated.

    Args:
        error: of the validation.
        raw: the input, with the keys of YAML.
        model: the model that was validated.
        more_keys: keys that the input may have beside those of the model.
    """
    details = error.errors(include_url=False, include_input=False, include_context=True)
    return [_problem(detail, raw, model, more_keys) for detail in details if not _is_echo(detail, raw)]


def list_yaml_keys(model: type[BaseModel], arguments: Mapping[str, object]) -> dict[str, object]:
    """Keyword arguments of a model under the keys of YAML."""
    aliases = {name: field.alias or name for name, field in model.model_fields.items()}
    return {aliases.get(name, name): value for name, value in arguments.items()}


def _is_echo(detail: ErrorDetails, raw: Mapping[str, object]) -> bool:
    """Whether a list is called empty only because each of its entries is already reported."""
    return detail["type"] == "too_short" and bool(_value(detail["loc"], raw))


def _problem(
    detail: ErrorDetails, raw: Mapping[str, object], model: type[BaseModel], more_keys: Sequence[str]
) -> Problem:
    kind = detail["type"]
    location = _aliased(_location(detail), model)
    if kind == "extra_forbidden":
        # As it was written: a snake_case key is unknown in YAML.
        location[-1] = detail["loc"][-1]
    path = _path(location)
    if kind == "extra_forbidden":
        return Problem(path, _unknown_key(str(location[-1]), _allowed_keys(location[:-1], model, more_keys)))
    if kind == "missing":
        return Problem(path, "is missing")
    if kind in _TYPES:
        return Problem(path, f"must be {_TYPES[kind]}, not {_type_name(_value(location, raw))}")
    shown = _shown_value(location, detail, raw)
    return Problem(path, simplify_message(detail) if is_empty(detail) else f"{shown}{simplify_message(detail)}")


def _about_key(detail: ErrorDetails) -> bool:
    """Whether the key of a mapping is wrong, not its value. An unknown key may itself be called "[key]"."""
    return detail["type"] != "extra_forbidden" and "[key]" in detail["loc"][-1:]


def _location(detail: ErrorDetails) -> list[str | int]:
    return list(detail["loc"][:-1] if _about_key(detail) else detail["loc"])


def _aliased(location: list[str | int], root: type[BaseModel]) -> list[str | int]:
    """The location with keys of YAML; a program's keyword arguments are reported under their own names."""
    model: Any = root
    aliased: list[str | int] = []
    for step in location:
        fields = model.model_fields if isinstance(model, type) and issubclass(model, BaseModel) else {}
        aliased.append(fields[step].alias or step if isinstance(step, str) and step in fields else step)
        try:
            model = _inside(model, step)
        except (StopIteration, IndexError):
            model = None
    return aliased


def _shown_value(location: list[str | int], detail: ErrorDetails, raw: Mapping[str, object]) -> str:
    if _about_key(detail):
        return f"{_show(location[-1])} "
    value = _value(location, raw)
    if not isinstance(value, (str, int, float, bool)):
        return ""
    if location and (location[-1] in _SECRET_FIELDS or (location[-1] == "server" and "@" in str(value))):
        return "(value not shown) "
    return f"{_show(value)} "


def _show(value: object) -> str:
    if isinstance(value, str):
        return quote(value)
    return clip(str(value).lower() if isinstance(value, bool) else str(value))


def _type_name(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, (int, float)):
        return "a number"
    return "a mapping" if isinstance(value, Mapping) else "a list"


def _value(location: Iterable[str | int], raw: object) -> object:
    value = raw
    for step in location:
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, (list, tuple)) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _path(location: Iterable[str | int]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{clip(step)}" if path else clip(step)
    return path or "(configuration)"


def _unknown_key(key: str, allowed: list[str]) -> str:
    near = get_close_matches(key, allowed, n=1, cutoff=0.6) or get_close_matches(
        key.lower(), [name.lower() for name in allowed], n=1, cutoff=0.6
    )
    hint = next((name for name in allowed if near and name.lower() == near[0].lower()), None)
    question = f'; did you mean "{hint}"?' if hint else ";"
    return f"unknown key{question} expected one of: {', '.join(allowed)}"


def _allowed_keys(location: Iterable[str | int], root: type[BaseModel], more_keys: Sequence[str]) -> list[str]:
    """Keys of the model at a location of the input, in the order of its fields."""
    model: Any = root
    for step in location:
        model = _inside(model, step)
    names = [field.alias for field in model.model_fields.values()]
    return [*names, *more_keys] if model is root else names


def _inside(annotation: Any, step: str | int) -> Any:
    """The type one step further: of a field, of a mapping's values, or of a list's entries."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        inner = next(field.annotation for name, field in fields if step in {name, field.alias})
    else:
        inner = get_args(annotation)[-1 if get_origin(annotation) is dict else 0]
    while get_origin(inner) in {Annotated, Union, UnionType}:
        inner = get_args(inner)[0]
    return inner
