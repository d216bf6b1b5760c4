"""Models with fields that a catalog declares: the fields are derived again whenever the catalog changes."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import get_annotations
from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo

from .model import Model


def set_derived_fields(model: type[Model], after: Mapping[str, Mapping[str, FieldInfo]]) -> None:
    """Replace the derived fields of a model; the fields in its class bodies stay.

    Args:
        model: rebuilt here. Models that contain it embed its schema, so rebuild them as well.
        after: name of a declared field -> the derived fields that follow it, by name.

    Raises:
        ValueError: two fields have the same name.
    """
    fields = model.__pydantic_fields__
    declared = {
        name: fields[name] for base in reversed(model.__mro__) for name in get_annotations(base) if name in fields
    }
    names = [*declared, *(name for group in after.values() for name in group)]
    for name in names:
        if names.count(name) > 1:
            msg = f"{model.__name__} has another field {name}; use another name"
            raise ValueError(msg)
    fields.clear()
    for name, field in declared.items():
        fields[name] = field
        fields.update(after.get(name, {}))
    model.rebuild()


def build_optional_field(annotation: Any, key: str, description: str | None = None) -> FieldInfo:
    """A field that may be left out.

    Args:
        annotation: type of its value, without None.
        key: key in YAML.
        description: for the JSON Schema.
    """
    return FieldInfo.from_annotated_attribute(
        annotation | None, Field(default=None, alias=key, description=description)
    )
