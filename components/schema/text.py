"""Text of users and of others in messages: shortened, on one line, without control characters and secrets."""

from __future__ import annotations

from typing import Final

from .plain_secrets import HIDDEN, describe_secret, hide_secrets

SHOWN: Final = 60
"""Number of characters of a value that a message shows."""
_LINE: Final = 1000
"""Number of characters of a text of others that a message shows: an annotation, or the reason of another program."""


def clip(text: str) -> str:
    """The text with control characters escaped; a long one is cut and followed by its length."""
    if describe_secret(text):
        return HIDDEN
    escaped, rest = _parts(text)
    return escaped + rest


def quote(text: str) -> str:
    """The text as `clip` returns it, in quotation marks unless it is not shown."""
    if describe_secret(text):
        return HIDDEN
    escaped, rest = _parts(text)
    return f'"{escaped}"{rest}'


def flatten(text: str) -> str:
    """Text of others, such as an annotation of a live object, as one line; a very long one is cut as by `clip`."""
    escaped, rest = _parts(hide_secrets(text), _LINE)
    return escaped + rest


def _parts(text: str, longest: int = SHOWN) -> tuple[str, str]:
    escaped = text if text.isprintable() else text.encode("unicode_escape").decode()
    return (escaped, "") if len(escaped) <= longest else (escaped[:longest], f"… ({len(text)} characters)")
