"""Plain values of YAML that readers disagree about."""

from __future__ import annotations

from typing import Any, Final

PLAIN: Final[dict[str, Any]] = {
    "no": "no",
    "on": "on",
    "OFF": "OFF",
    "yes": "yes",
    "y": "y",
    "true": True,
    "FALSE": False,
    "null": None,
    "~": None,
    "12:30": "12:30",
    "1:2:3": "1:2:3",
    "1e3": 1000.0,
    "0o17": 15,
    "017": 15,
    "08": 8.0,
    "0x1F": 31,
    "-0x1F": -31,
    "0b11": 3,
    "1_000": 1000,
    "+7": 7,
    "-0": 0,
    "1.": 1.0,
    ".5": 0.5,
    "1.2.3": "1.2.3",
    "1.0": 1.0,
    "v1": "v1",
    "9e": "9e",
    "0o8": "0o8",
    "2020-01-01": "2020-01-01 00:00:00 +0000 UTC",
    "2020-1": "2020-1",
}
"""Text -> value."""

MERGED: Final[dict[str, Any]] = {
    "{<<: {a: 1, b: 1}, b: 2}": {"a": 1, "b": 2},
    "{b: 2, <<: {a: 1, b: 1}}": {"a": 1, "b": 2},
    "{<<: [{a: 1, bc: 1}, {a: 2, bc: 2, d: 2}]}": {"a": 1, "bc": 1, "d": 2},
    "{<<: {<<: {a: 1, bc: 1, d: 1}, a: 2, bc: 2}}": {"a": 2, "bc": 2, "d": 1},
    "{<<: [{<<: {a: 1}, b: 1}, {a: 2, b: 2, c: 2}], c: 3}": {"a": 1, "b": 1, "c": 3},
}
"""Mapping with merged ones -> value."""
