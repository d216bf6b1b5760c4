"""Texts of clusters and of the configuration, as the report may show them.

Everyone who may write an object in a namespace chooses texts of the report. None of them may contain a credential, and
on a terminal none may contain control characters, or start a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import Any, Final

from ..schema.plain_secrets import HIDDEN, hide_secrets
from ..schema.text import flatten
from .model import Report

_USER: Final = re.compile(r"://[^ /?#]*@")
_LATER: Final = re.compile(r"://[^ @]*:[^ @]*@")
"""A password with a slash, which no client accepts, but which is a password nevertheless."""


def hide_credentials(text: str) -> str:
    """A text without the user info of its URLs and without tokens."""
    if "@" in text:
        text = _LATER.sub(f"://{HIDDEN}@", _USER.sub("://", text))
    return hide_secrets(text)


def clean_data(report: Report) -> Report:
    """The report without credentials: for JSON, which escapes control characters itself."""
    clean: Report = _apply(report, cache(hide_credentials))
    return clean


def clean_lines(report: Report) -> Report:
    """The report for a terminal and a picture: each text is one printable line without credentials."""
    clean: Report = _apply(report, cache(lambda text: flatten(hide_credentials(text))))
    return clean


def _apply(tree: Any, change: Callable[[str], str]) -> Any:
    """A tree of dataclasses and tuples with each text changed; the kinds of objects, which are ours, stay."""
    if isinstance(tree, str):
        return change(tree)
    if isinstance(tree, tuple):
        return tuple(_apply(item, change) for item in tree)
    if is_dataclass(tree) and not isinstance(tree, type):
        return replace(tree, **{item.name: _apply(getattr(tree, item.name), change) for item in fields(tree)})
    return tree
