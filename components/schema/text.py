"""Users' text in messages: shortened, on one line, without control characters."""

from __future__ import annotations

from typing import Final

SHOWN: Final = 60
"""Number of characters of a value that a message shows."""


def clip(text: str) -> str:
    """The text with control characters escaped; a long one is cut and followed by its length."""
    escaped, rest = _parts(text)
    return escaped + rest


def quote(text: str) -> str:
    """The text as `clip` returns it, in quotation marks."""
    escaped, rest = _parts(text)
    return f'"{escaped}"{rest}'


def _parts(text: str) -> tuple[str, str]:
    escaped = text if text.isprintable() else text.encode("unicode_escape").decode()
    return (escaped, "") if len(escaped) <= SHOWN else (escaped[:SHOWN], f"… ({len(text)} characters)")
