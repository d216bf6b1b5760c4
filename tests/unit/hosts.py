"""Lines of ``known_hosts`` with invented keys, and git credentials that use them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, Final

from tests.unit.samples import (
    GIT,
    Raw,
)

ED25519: Final = "ssh-ed25519"


def key(kind: str = ED25519, body: bytes = b"\x00\x00\x00\x20" + bytes(32)) -> str:
    """A public key in base64: its type, and something behind it."""
    return base64.b64encode(len(kind).to_bytes(4, "big") + kind.encode() + body).decode()


def line(names: str, kind: str = ED25519, *, marker: str = "", comment: str = "") -> str:
    """One line."""
    return " ".join(part for part in (marker, names, kind, key(kind), comment) if part)


def hashed(name: str, salt: bytes = b"twenty bytes of salt") -> str:
    """A name as ``HashKnownHosts`` writes it."""
    digest = hmac.new(salt, name.encode(), hashlib.sha1).digest()
    return "|1|" + "|".join(base64.b64encode(part).decode() for part in (salt, digest))


FORM = 'a known_hosts line: host names, type of the key, the key in base64 ("ssh-keyscan" prints such lines)'
KNOWN = line("git.acme.example")


def ssh(**keys: Any) -> Raw:
    return {"host": "git.acme.example", "ssh": {"privateKey": GIT, **keys}}
