"""Types of Secrets, and the keys that the API server requires (Kubernetes, "Types of Secret")."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Annotated, Final

from pydantic import AfterValidator

from .form import must_match

BASIC_AUTH: Final = "kubernetes.io/basic-auth"
SSH_AUTH: Final = "kubernetes.io/ssh-auth"
DOCKER_CONFIG: Final = "kubernetes.io/dockerconfigjson"
DOCKER_CONFIG_KEY: Final = ".dockerconfigjson"
"""Key that Kubernetes requires in a Secret of type `DOCKER_CONFIG`."""
SERVICE_ACCOUNT_TOKEN: Final = "kubernetes.io/service-account-token"
"""Kubernetes fills such a Secret with a token of the ServiceAccount that it names."""
_REQUIRED_KEYS: Final = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    SSH_AUTH: ("ssh-privatekey",),
    DOCKER_CONFIG: (DOCKER_CONFIG_KEY,),
    "kubernetes.io/dockercfg": (".dockercfg",),
}
_BASIC_AUTH_KEYS: Final = frozenset({"username", "password"})


def _refuse_token(value: str) -> str:
    if value == SERVICE_ACCOUNT_TOKEN:
        msg = "holds a token of a ServiceAccount, which Kubernetes fills in itself; use another type"
        raise ValueError(msg)
    return value


SecretType = Annotated[
    str,
    must_match(
        r"(?=.{1,253}$)[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?",
        "a type of Secret; expected a name such as Opaque or kubernetes.io/tls, 253 characters at most",
    ),
    AfterValidator(_refuse_token),
]


def list_missing_keys(kind: str, keys: AbstractSet[str]) -> str | None:
    """The required keys that a Secret of this type lacks, in words; None if it lacks none."""
    if kind == BASIC_AUTH and not keys & _BASIC_AUTH_KEYS:
        return "at least one of the keys username, password"
    missing = [key for key in _REQUIRED_KEYS.get(kind, ()) if key not in keys]
    return f"the key{'s' * (len(missing) > 1)} {' and '.join(missing)}" if missing else None
