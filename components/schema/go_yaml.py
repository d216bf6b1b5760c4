"""YAML as Pulumi reads stack files, so that commands see the values that an update sees.

Source: ``resolve.go`` of ``gopkg.in/yaml.v3`` 3.0.1. PyYAML reads YAML 1.1, in which ``no`` is false and ``12:30`` is a
number.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, Final

import yaml

_TAG: Final = "tag:yaml.org,2002:"
_BASES: Final = {"0b": 2, "0o": 8, "0x": 16}


class _Loader(yaml.SafeLoader):
    """`yaml.SafeLoader` with the plain values of yaml.v3."""

    # Not those of the class above.
    yaml_implicit_resolvers: Final = {}  # type: ignore[misc]


for _name, _pattern, _first in (
    ("bool", "true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", "|~|null|Null|NULL", ["", "~", "n", "N"]),
    ("merge", "<<", "<"),
    ("timestamp", r"\d{4}-\d\d-\d\d(?:[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[-+]\d\d:\d\d))?", "0123456789"),
    ("int", "[-+]?(?:0b[01][01_]*|0o[0-7][0-7_]*|0x[0-9a-fA-F][0-9a-fA-F_]*|0[0-7_]*|[1-9][0-9_]*)", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
):
    _Loader.add_implicit_resolver(f"{_TAG}{_name}", re.compile(f"^(?:{_pattern})$"), list(_first))


def _read_integer(_: _Loader, node: yaml.ScalarNode) -> int:
    text = node.value.replace("_", "")
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.removeprefix("+"))
    base = _BASES.get(digits[:2])
    if base is not None:
        return sign * int(digits[2:], base)
    return sign * int(digits, 8 if digits.startswith("0") else 10)


def _read_time(loader: _Loader, node: yaml.ScalarNode) -> str:
    """The text that Pulumi makes of it; a day that does not exist is any text."""
    try:
        value: date = loader.construct_yaml_timestamp(node)
    except ValueError:
        return str(node.value)
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day, tzinfo=UTC)
    zone = "+0000 UTC" if not moment.utcoffset() else moment.strftime("%z %z")
    fraction = f".{moment.microsecond:06d}".rstrip("0") if moment.microsecond else ""
    return f"{moment:%Y-%m-%d %H:%M:%S}{fraction} {zone}"


_Loader.add_constructor(f"{_TAG}int", _read_integer)
_Loader.add_constructor(f"{_TAG}timestamp", _read_time)


def load(text: str) -> Any:
    """The first document.

    Raises:
        yaml.YAMLError: the text is not valid YAML.
    """
    return yaml.load(text, _Loader)  # noqa: S506 -- a SafeLoader
