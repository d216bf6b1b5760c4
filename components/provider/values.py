"""Between the engine's property values and plain Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi.provider.experimental.property_value import PropertyValue


def plain(properties: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Plain JSON values of a property map; whole numbers come back as floats, as the engine sends them."""
    return {key: _plain(value) for key, value in properties.items()}


def _plain(value: PropertyValue) -> Any:
    inner = value.value
    if isinstance(inner, Mapping):
        return {key: _plain(item) for key, item in inner.items()}
    if isinstance(inner, Sequence) and not isinstance(inner, str):
        return [_plain(item) for item in inner]
    return inner
