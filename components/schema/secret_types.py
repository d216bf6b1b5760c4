"""Types of Secrets, and the keys that the API server wants in them (Kubernetes, "Types of Secret")."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Annotated, Final

from pydantic import AfterValidator, Field

BASIC_AUTH: Final = "kubernetes.io/basic-auth"
SSH_AUTH: Final = "kubernetes.io/ssh-auth"
DOCKER_CONFIG: Final = "kubernetes.io/dockerconfigjson"
DOCKER_CONFIG_KEY: Final = ".dockerconfigjson"
"""Key that Kubernetes demands in a Secret of type `DOCKER_CONFIG`."""
_MADE_BY_KUBERNETES: Final = "kubernetes.io/service-account-token"
_ALL_OF: Final = {
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
    SSH_AUTH: ("ssh-privatekey",),
    DOCKER_CONFIG: (DOCKER_CONFIG_KEY,),
    "kubernetes.io/dockercfg": (".dockercfg",),
}
_BASIC_AUTH_KEYS: Final = frozenset({"username", "password"})


def _no_token(value: str) -> str:
    if value == _MADE_BY_KUBERNETES:
        msg = "is filled by Kubernetes itself, with a token of a ServiceAccount; use another type"
        raise ValueError(msg)
    return value


SecretType = Annotated[
    str,
    Field(min_length=1, max_length=253, pattern=r"^[A-Za-z0-9]([-A-Za-z0-9_./]*[A-Za-z0-9])?$"),
    AfterValidator(_no_token),
]


def missing_keys(kind: str, keys: AbstractSet[str]) -> str | None:
    """Which keys a Secret of a type lacks, in words; None: none, or the type wants none."""
    if kind == BASIC_AUTH and not keys & _BASIC_AUTH_KEYS:
        return "at least one of the keys username, password"
    missing = [key for key in _ALL_OF.get(kind, ()) if key not in keys]
    return f"the key{'s' * (len(missing) > 1)} {' and '.join(missing)}" if missing else None
