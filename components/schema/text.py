"""Text of users inside messages: short, on one line, and harmless to a terminal."""

from __future__ import annotations

from typing import Final

SHOWN: Final = 60
"""Characters of one value that a message repeats."""


def clipped(text: str) -> str:
    """The text without control characters, and with its length where it is too long to show."""
    escaped, rest = _parts(text)
    return escaped + rest


def quoted(text: str) -> str:
    """The same, in quotation marks."""
    escaped, rest = _parts(text)
    return f'"{escaped}"{rest}'


def _parts(text: str) -> tuple[str, str]:
    escaped = text if text.isprintable() else text.encode("unicode_escape").decode()
    return (escaped, "") if len(escaped) <= SHOWN else (escaped[:SHOWN], f"… ({len(text)} characters)")
