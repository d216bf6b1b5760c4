"""Stack configuration -> settings, or one error that names every problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set as AbstractSet
from difflib import get_close_matches
from typing import Final, get_args

from pydantic import BaseModel, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from ..errors import Problem, SettingsError
from ..openchoreo import RELEASES
from . import rules
from .stack import StackSettings

MANUAL_KEY: Final = "manualSecrets"
"""The only configuration key that holds values; it must be encrypted."""

_SHOWN: Final = 60
_TYPES: Final = {
    "string_type": "a string",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}
_SECRET_FIELDS: Final = frozenset({"manual", "password"})


def parse(raw: Mapping[str, object], *, source: str, manual_names: AbstractSet[str] = frozenset()) -> StackSettings:
    """Settings of a stack.

    Args:
        raw: configuration keys without the project's prefix, each a plain JSON value; without ``manualSecrets``.
        source: where the configuration comes from, for messages: ``stacks/Pulumi.dev.yaml``.
        manual_names: names of the entries of ``manualSecrets``.

    Raises:
        SettingsError: with every problem found. No other exception leaves this function.
    """
    try:
        settings = StackSettings.model_validate(dict(raw), by_alias=True, by_name=False)
    except ValidationError as error:
        raise SettingsError(source, _translate(error, raw)) from None
    release = RELEASES.get(settings.release)
    if release is None:
        known = ", ".join(RELEASES)
        problem = Problem("release", f"{_show(settings.release)} is not a known OpenChoreo release; known: {known}")
        raise SettingsError(source, [problem])
    found = list(rules.problems(settings, release, manual_names))
    if found:
        raise SettingsError(source, found)
    return settings


def _translate(error: ValidationError, raw: Mapping[str, object]) -> list[Problem]:
    details = error.errors(include_url=False, include_input=False, include_context=True)
    return [_problem(detail, raw) for detail in details if not _is_echo(detail, raw)]


def _is_echo(detail: ErrorDetails, raw: Mapping[str, object]) -> bool:
    """Whether a list is called empty only because each of its entries is already reported."""
    return detail["type"] == "too_short" and bool(_value(detail["loc"], raw))


def _problem(detail: ErrorDetails, raw: Mapping[str, object]) -> Problem:
    kind = detail["type"]
    location = [step for step in detail["loc"] if step != "[key]"]
    path = _path(location)
    if kind == "extra_forbidden":
        return Problem(path, _unknown_key(str(location[-1]), _allowed_keys(location[:-1])))
    if kind == "missing":
        return Problem(path, "is missing")
    if kind in _TYPES:
        return Problem(path, f"must be {_TYPES[kind]}, not {_type_name(_value(location, raw))}")
    shown = _shown_value(location, detail, raw)
    if kind == "value_error":
        return Problem(path, f"{shown}{detail['msg'].removeprefix('Value error, ')}")
    if kind == "too_short":
        return Problem(path, "is empty; allowed is at least one entry, or leave the key out")
    return Problem(path, f"{shown}is not allowed: {detail['msg'][:1].lower()}{detail['msg'][1:]}")


def _shown_value(location: list[str | int], detail: ErrorDetails, raw: Mapping[str, object]) -> str:
    if "[key]" in detail["loc"]:
        return f"{_show(location[-1])} "
    value = _value(location, raw)
    if not isinstance(value, (str, int, float, bool)):
        return ""
    if location and location[-1] in _SECRET_FIELDS:
        return "(value not shown) "
    return f"{_show(value)} "


def _show(value: object) -> str:
    text = f'"{value}"' if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)
    text = text.encode("unicode_escape").decode() if not text.isprintable() else text
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text)} characters)"


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
        path += f"[{step}]" if isinstance(step, int) else f".{_show(step)[1:-1]}" if path else _show(step)[1:-1]
    return path or "(configuration)"


def _unknown_key(key: str, allowed: list[str]) -> str:
    near = get_close_matches(key, allowed, n=1, cutoff=0.6) or get_close_matches(
        key.lower(), [name.lower() for name in allowed], n=1, cutoff=0.6
    )
    hint = next((name for name in allowed if near and name.lower() == near[0].lower()), None)
    question = f'; did you mean "{hint}"?' if hint else ";"
    return f"unknown key{question} allowed: {', '.join(allowed)}"


def _allowed_keys(location: Iterable[str | int]) -> list[str]:
    """Keys of the model at a location of the configuration, in the order of its fields."""
    annotation: object = StackSettings
    location = list(location)
    for step in location:
        model = _model_in(annotation)
        if model is not None and isinstance(step, str):
            field = next((f for name, f in model.model_fields.items() if step in {name, to_camel(name)}), None)
            annotation = field.annotation if field is not None else None
    model = _model_in(annotation)
    names = [to_camel(name) for name in model.model_fields] if model is not None else []
    return names if location else [*names, MANUAL_KEY]


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model inside ``Model | None``, ``tuple[Model, ...]`` or ``dict[str, Model]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for inner in get_args(annotation) if (model := _model_in(inner)) is not None), None)
