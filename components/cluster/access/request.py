"""What a request may contain: its address and the values of its headers, which users write or programs print.

``http.client`` quotes a value that it refuses, so each value is checked before it is sent.
"""

from __future__ import annotations

import base64
from urllib.parse import SplitResult, urlsplit


def split_address(text: str) -> SplitResult | None:
    """The parts of the address of a server. None: it is not ``http://`` or ``https://`` with a host in ASCII."""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return parts if valid and text.isascii() and text.isprintable() and " " not in text else None


def find_header_problem(value: str) -> str | None:
    """Why Go would refuse a value in a header, without the value. None: it accepts it."""
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in value if character != "\t"):  # noqa: PLR2004
        return "has a line break or another control character, which no header may have"
    return None


def format_basic(username: str, password: str) -> str:
    """The value of a header for a user name and a password. urllib3 accepts only those in Latin-1."""
    pair = f"{username}:{password}".encode(errors="surrogateescape")
    return f"Basic {base64.b64encode(pair).decode()}"


def to_wire(value: str) -> str:
    """A header's value as http.client takes it; Go sends UTF-8."""
    return value.encode(errors="surrogateescape").decode("latin-1")
