"""Tokens that the registry accepts: signed by a key of the platform, each for the images of one organization.

Source: distribution, "Token Authentication Specification". The registry itself compares the token with each request.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

ALGORITHM: Final = "ES256"
HOST: Final = "tokens.openchoreo.invalid"
"""Host at which the registry's clients ask for tokens. A name, because clients refuse addresses of loopback."""
PATH: Final = "/token"
ISSUER: Final = "openchoreo-local"
SERVICE: Final = "registry"
_KEY_ID: Final = "local"
_SECONDS: Final = 300
_TOLERANCE: Final = 10
"""Seconds that a token is valid before it is created, for clocks that are set back."""

Access = list[dict[str, Any]]
"""Type, name and actions of what a token is for, as in its claim ``access``."""


def create_key(key: Path, public: Path) -> None:
    """Write a private key that only its owner can read, and its public part as a JSON Web Key Set, which is last."""
    private = ec.generate_private_key(ec.SECP256R1())
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key.touch(mode=0o600)
    key.write_bytes(private.private_bytes(encoding, form, serialization.NoEncryption()))
    shown = jwt.algorithms.ECAlgorithm.to_jwk(private.public_key(), as_dict=True)
    public.write_text(json.dumps({"keys": [{**shown, "kid": _KEY_ID, "alg": ALGORITHM, "use": "sig"}]}))


def select_access(scopes: Iterable[str], rights: Mapping[str, set[str]]) -> Access:
    """What a login gets of the scopes that a client asks for.

    Args:
        scopes: ``repository:<organization>/<image>:pull,push``, several in one text are separated by blanks.
        rights: organization -> what the login may do with its images.
    """
    access: Access = []
    for scope in " ".join(scopes).split():
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        organization, slash, _ = name.partition("/")
        allowed = sorted(rights.get(organization, set()) & set(actions.split(",")))
        if kind == "repository" and slash and allowed:
            access.append({"type": kind, "name": name, "actions": allowed})
    return access


def sign_token(key: str, subject: str, access: Access) -> str:
    """A token for `access`, valid for five minutes."""
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "sub": subject,
        "aud": SERVICE,
        "iat": now,
        "nbf": now - _TOLERANCE,
        "exp": now + _SECONDS,
        "jti": secrets.token_hex(8),
        "access": access,
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": _KEY_ID})
