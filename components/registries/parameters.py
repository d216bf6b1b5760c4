"""Parameters of registries as fields of the settings: a field is validated with the type that its registry declares."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Annotated, Any

from pydantic import ConfigDict, GetCoreSchemaHandler, TypeAdapter, ValidationInfo, ValidatorFunctionWrapHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, core_schema

from ..schema.derived import build_optional_field
from ..schema.model import get_yaml_key
from .catalog import list_parameters


def derive_parameter_fields() -> dict[str, FieldInfo]:
    """One optional field for each parameter, by its name in Python."""
    return {
        name: build_optional_field(_build_type(kinds), get_yaml_key(name)) for name, kinds in list_parameters().items()
    }


def _build_type(kinds: Mapping[str, Any]) -> Any:
    """The type that all registries give a parameter, or one that depends on the registry."""
    distinct = list(dict.fromkeys(kinds.values()))
    if len(distinct) == 1:
        return distinct[0]
    # The union is for the JSON Schema.
    return Annotated[reduce(or_, distinct), _ByRegistry(kinds)]


@dataclass(frozen=True, eq=False)
class _ByRegistry:
    """Validates a parameter with the type that the named registry declares.

    Without such a registry the value stays unchecked: the settings then have a problem of their own.
    """

    kinds: Mapping[str, Any]
    """Name of the registry -> type."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        strict = ConfigDict(strict=True)
        adapters: dict[str, TypeAdapter[Any]] = {
            name: TypeAdapter(kind, config=strict) for name, kind in self.kinds.items()
        }
        text: TypeAdapter[Any] = TypeAdapter(str, config=strict)

        def validate(value: Any, _: ValidatorFunctionWrapHandler, info: ValidationInfo) -> Any:
            return adapters.get(info.data.get("registry") or "", text).validate_python(value)

        return core_schema.with_info_wrap_validator_function(validate, handler(source))
