"""OpenSSH's ``known_hosts``: which host keys are trusted (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT").

Builds trust no key on first use: they fail to clone from a host that is missing here.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MARKERS: Final = frozenset({"@cert-authority", "@revoked"})
_HASHED: Final = re.compile(r"\|1\|([A-Za-z0-9+/]+=*)\|([A-Za-z0-9+/]+=*)")
_KEY_TYPE: Final = re.compile(r"(?:ssh|ecdsa|sk)-[-a-z0-9@.]+")
_EXPECTED: Final = (
    'a known_hosts line: host names, type of the key, the key in base64 ("ssh-keyscan" prints such lines)'
)
_LENGTH: Final = 4
_SSH_PORT: Final = "22"


@dataclass(frozen=True)
class KnownHost:
    """One line of the file."""

    names: str
    """Patterns separated by commas, or the hash of one name."""
    revoked: bool = False
    """Whether the line marks its key as revoked."""

    def matches(self, name: str) -> bool:
        """Whether the line applies to a host.

        Args:
            name: the host as `format_host_name` returns it.
        """
        hashed = _HASHED.fullmatch(self.names)
        if hashed:
            salt, digest = (_decoded(part) for part in hashed.groups())
            return digest == hmac.new(salt or b"", name.encode(), hashlib.sha1).digest()
        patterns = self.names.split(",")
        if any(pattern.startswith("!") and _matches(pattern[1:], name) for pattern in patterns):
            return False
        return any(_matches(pattern, name) for pattern in patterns)


def parse_known_hosts(text: str) -> tuple[KnownHost, ...]:
    """The lines of a file, without empty lines and comments.

    Raises:
        ValueError: a line is malformed, or there is no line. The message has the number of the line, never its text.
    """
    lines = tuple(_lines(text))
    if not lines:
        msg = f"has no line; expected {_EXPECTED}"
        raise ValueError(msg)
    return lines


def format_host_name(host: str) -> str:
    """A host as the file writes it: ``name``, or ``[name]:port`` for another port than 22.

    Args:
        host: ``name`` or ``name:port``.
    """
    name, _, port = host.partition(":")
    return name if port in {"", _SSH_PORT} else f"[{name}]:{port}"


def _lines(text: str) -> Iterator[KnownHost]:
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        marker = fields.pop(0) if fields[0].startswith("@") else None
        # A template would expand braces, and no field of the file has any.
        well_formed = len(fields) > 2 and (marker is None or marker in _MARKERS) and not set("{}") & set(line)  # noqa: PLR2004
        if not well_formed or not _is_key(fields[1], fields[2]):
            msg = f"line {number} is not {_EXPECTED}"
            raise ValueError(msg)
        yield KnownHost(fields[0], marker == "@revoked")


def _is_key(kind: str, key: str) -> bool:
    """Whether a key is base64 of a key of the type that the line names (RFC 4253, 6.6)."""
    blob = _decoded(key)
    if blob is None or not _KEY_TYPE.fullmatch(kind):
        return False
    length = int.from_bytes(blob[:_LENGTH], "big")
    return blob[_LENGTH : _LENGTH + length] == kind.encode() and len(blob) > _LENGTH + length


def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _matches(pattern: str, name: str) -> bool:
    expression = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(expression, name, re.IGNORECASE) is not None
