"""YAML as Pulumi reads stack files, so that commands see the values that an update sees.

Source: ``resolve.go`` of ``gopkg.in/yaml.v3`` 3.0.1. PyYAML reads YAML 1.1, in which ``no`` is false and ``12:30`` is a
number.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, Final

import yaml

from .nesting import TOO_DEEP, is_too_deep
from .plain_secrets import describe_secret

_TOO_DEEP: Final = f"it {TOO_DEEP}"
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.:/-]{0,62}")
"""A key that a message may show; any other one may be a misplaced value."""
_DIGITS: Final = 1000
"""Digits of a number. Python refuses to print one of 4300 decimal digits."""
_TAG: Final = "tag:yaml.org,2002:"
_MERGE: Final = f"{_TAG}merge"
_BASES: Final = {"0b": 2, "0o": 8, "0x": 16}


class _RefusedError(yaml.YAMLError):
    """What PyYAML would accept, and Pulumi does not; the message is for users."""


class _Loader(yaml.SafeLoader):
    """`yaml.SafeLoader` with the plain values and the unique keys of yaml.v3."""

    # Not those of the class above.
    yaml_implicit_resolvers: Final = {}  # type: ignore[misc]

    def compose_mapping_node(self, anchor: Any) -> yaml.MappingNode:
        """A mapping as it is written, before the keys of others are merged into it.

        Raises:
            yaml.YAMLError: it has a key twice.
        """
        mapping: yaml.MappingNode = super().compose_mapping_node(anchor)
        first: dict[str, yaml.ScalarNode] = {}
        # As yaml.v3, which compares the text of keys: 1 and "1" are the same one. PyYAML refuses other keys later.
        for key in (key for key, _ in mapping.value if isinstance(key, yaml.ScalarNode)):
            if first.setdefault(key.value, key) is not key:
                raise _RefusedError(_describe_duplicate(first[key.value], key))
        return mapping

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge other mappings in: a key of the mapping counts before a merged one, and an earlier mapping first.

        PyYAML 6.0.4 keeps the merged value of a key with one letter, and the later one of two mappings.
        """
        merged: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        own = [(key, value) for key, value in node.value if key.tag != _MERGE]
        for value in (value for key, value in node.value if key.tag == _MERGE):
            for mapping in value.value if isinstance(value, yaml.SequenceNode) else (value,):
                if not isinstance(mapping, yaml.MappingNode):
                    raise _RefusedError(_describe_merge(mapping))
                self.flatten_mapping(mapping)
                for pair in mapping.value:
                    merged.setdefault(str(pair[0].value), pair)
        names = {str(key.value) for key, _ in own}
        node.value = [*(pair for name, pair in merged.items() if name not in names), *own]


def _describe_merge(node: yaml.Node) -> str:
    return f"it merges what is no mapping (line {node.start_mark.line + 1})"


def _describe_duplicate(first: yaml.ScalarNode, second: yaml.ScalarNode) -> str:
    is_name = _NAME.fullmatch(first.value) and not describe_secret(first.value)
    key = f'the key "{first.value}"' if is_name else "a key"
    lines = sorted({node.start_mark.line + 1 for node in (first, second)})
    place = f"line {lines[0]}" if len(lines) == 1 else f"lines {lines[0]} and {lines[1]}"
    return f"it has {key} twice ({place})"


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
    if len(text) > _DIGITS:
        msg = f"it has a number of more than {_DIGITS} digits (line {node.start_mark.line + 1})"
        raise _RefusedError(msg)
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
        yaml.YAMLError: the text is not valid YAML, or Pulumi refuses it.
    """
    try:
        content = yaml.load(text, _Loader)  # noqa: S506 -- a SafeLoader
    except RecursionError:
        raise _RefusedError(_TOO_DEEP) from None
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # PyYAML lets errors of conversions through, such as that of "!!int x"; their messages quote the value.
        msg = "it has a value that its tag does not allow"
        raise _RefusedError(msg) from None
    if is_too_deep(content):
        raise _RefusedError(_TOO_DEEP)
    return content


def describe_error(error: OSError | UnicodeError | yaml.YAMLError) -> str:
    """Why a file cannot be read, without a part of it that may be a secret."""
    if isinstance(error, OSError):
        return str(error.strerror)
    if isinstance(error, _RefusedError):
        return str(error)
    mark = getattr(error, "problem_mark", None)
    return "it is not valid YAML" + ("" if mark is None else f" (line {mark.line + 1})")
