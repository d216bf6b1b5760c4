"""Conversion between the engine's property values and plain JSON values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pulumi.provider.experimental.property_value import PropertyValue

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""Stands in gRPC messages for a value that is unknown before the update (``pulumi.runtime.rpc.UNKNOWN``)."""


def read_resource_type(request: Any) -> str:
    """Type of the resource that a request is about; the SDK gives those of its parents too (``parent$type``)."""
    return str(request.type).rpartition("$")[2]


def to_plain(properties: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Plain JSON values of a property map; an unknown value becomes `UNKNOWN`."""
    return {key: _plain(value) for key, value in properties.items()}


def to_property_values(properties: Mapping[str, Any]) -> dict[str, PropertyValue]:
    """Property values of plain JSON values, the inverse of `to_plain`."""
    return {key: _value(item) for key, item in properties.items()}


def is_known(value: Any) -> bool:
    """Whether a plain value contains no `UNKNOWN`."""
    if isinstance(value, dict):
        return all(is_known(item) for item in value.values())
    if isinstance(value, list):
        return all(is_known(item) for item in value)
    return bool(value != UNKNOWN)


def find_secret_paths(properties: Mapping[str, PropertyValue]) -> list[str]:
    """Paths of all values that are marked as secret, sorted."""
    return sorted(path for key, value in properties.items() for path in _secrets(value, key))


def _plain(value: PropertyValue) -> Any:
    inner = value.value
    if isinstance(inner, Mapping):
        return {key: _plain(item) for key, item in inner.items()}
    if isinstance(inner, Sequence) and not isinstance(inner, str):
        return [_plain(item) for item in inner]
    # The engine has only floating-point numbers; Kubernetes distinguishes 1 and 1.0.
    return int(inner) if isinstance(inner, float) and inner.is_integer() else inner


def _value(plain_value: Any) -> PropertyValue:
    if isinstance(plain_value, Mapping):
        return PropertyValue(to_property_values(plain_value))
    if isinstance(plain_value, (list, tuple)):
        return PropertyValue([_value(item) for item in plain_value])
    if isinstance(plain_value, int) and not isinstance(plain_value, bool):
        return PropertyValue(float(plain_value))
    return PropertyValue(plain_value)


def _secrets(value: PropertyValue, path: str) -> list[str]:
    if value.is_secret:
        return [path]
    inner = value.value
    if isinstance(inner, Mapping):
        return [inside for key, item in inner.items() for inside in _secrets(item, f"{path}.{key}")]
    if isinstance(inner, Sequence) and not isinstance(inner, str):
        return [inside for index, item in enumerate(inner) for inside in _secrets(item, f"{path}[{index}]")]
    return []
