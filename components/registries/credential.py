"""Registries that an organization's builds push to, or its workloads pull from."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from typing import Annotated, Any, Final, Self

from pydantic import GetCoreSchemaHandler, ValidatorFunctionWrapHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from ..schema.model import RemoteKey
from ..schema.sources import ManualRegistry, RemoteRef, check_username
from .hosts import Family, RegistryHost
from .tokens import AcrToken, EcrToken, GcrToken, RegistryToken

_USERNAMES: Final[dict[Family, tuple[str, ...]]] = {
    "ecr": ("AWS",),
    "ecr-public": ("AWS",),
    "google": ("_json_key", "_json_key_base64", "oauth2accesstoken"),
}
"""User names that a registry fixes; which one says what the password is."""
_TOKENS: Final[dict[str, tuple[tuple[Family, ...], str]]] = {
    "ecr": (("ecr", "ecr-public"), "registry ecr, ecr-public, or <account>.dkr.ecr.<region>.amazonaws.com as server"),
    "acr": (("acr",), "registry acr, or <name>.azurecr.io as server"),
    "gcr": (("google",), "registry artifact-registry, gcr, or <location>-docker.pkg.dev as server"),
}
"""Generator -> registries that take its tokens, and how they are named."""


class _TextOrRemote:
    """A text, or else a `RemoteRef`, whose errors are reported as if there were no choice."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._choose, handler.generate_schema(RemoteRef))

    @staticmethod
    def _choose(value: Any, remote: ValidatorFunctionWrapHandler) -> Any:
        if isinstance(value, (Mapping, RemoteRef)):
            return remote(value)
        if not isinstance(value, str) or not value.isprintable() or not value:
            msg = "is neither a text on one line nor a mapping with remoteKey"
            raise ValueError(msg)
        return check_username(value)


UsernameOrRemote = Annotated[RemoteRef | str, _TextOrRemote()]


class RegistryCredential(RegistryHost):
    """One registry, and where its user and password come from."""

    remote_key: RemoteKey | None = None
    """Secret that holds a docker ``config.json``; the entry of ``server`` is taken from it."""
    property: RemoteKey | None = None
    """Field of that secret which holds the ``config.json``."""
    version: RemoteKey | None = None
    """Version of that secret. None: the manager's default."""
    username: UsernameOrRemote | None = None
    """User, with ``password``: in plain text, or in the manager."""
    password: RemoteRef | None = None
    """Password or token in the manager, with ``username``."""
    service_account_key: RemoteRef | None = None
    """Key of a Google service account in the manager, the whole JSON; the user is ``_json_key``."""
    manual: ManualRegistry | None = None
    """User and password from encrypted configuration."""
    ecr: EcrToken | None = None
    """Tokens of ECR, which the operator makes and renews."""
    acr: AcrToken | None = None
    """Tokens of ACR, which the operator makes and renews."""
    gcr: GcrToken | None = None
    """Tokens of Artifact Registry or Container Registry, which the operator makes and renews."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.username is None) != (self.password is None):
            missing = "password" if self.password is None else "username"
            msg = f"{missing} is missing; username and password go together"
            raise ValueError(msg)
        sources = {
            "remoteKey (a docker config.json)": self.remote_key,
            "username and password": self.username,
            "serviceAccountKey": self.service_account_key,
            "manual": self.manual,
            "ecr": self.ecr,
            "acr": self.acr,
            "gcr": self.gcr,
        }
        given = [name.partition(" (")[0] for name, value in sources.items() if value is not None]
        if len(given) != 1:
            what = f"names {', '.join(given)}" if given else "names no source"
            msg = f"{what}; expected exactly one of {', '.join(sources)}"
            raise ValueError(msg)
        if self.remote_key is None and (self.property or self.version):
            msg = "property and version belong to remoteKey"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _fits_registry(self) -> Self:
        for name, (families, allowed) in _TOKENS.items():
            if getattr(self, name) is not None and self.family not in families:
                msg = f"{name} makes no token for {self.host}; use it with {allowed}"
                raise ValueError(msg)
        if self.service_account_key is not None and self.family != "google":
            msg = f"serviceAccountKey is a key of Google, not of {self.host}; use it with {_TOKENS['gcr'][1]}"
            raise ValueError(msg)
        user = self.manual.username if self.manual else self.username
        fixed = _USERNAMES.get(self.family) if self.family else None
        if fixed is not None and isinstance(user, str) and user not in fixed:
            msg = f"has a username that {self.host} does not know; expected {' or '.join(fixed)}"
            raise ValueError(msg)
        return self

    @builtins.property
    def docker_config(self) -> RemoteRef | None:
        """The whole docker ``config.json`` in the manager, or None."""
        if self.remote_key is None:
            return None
        return RemoteRef(remote_key=self.remote_key, property=self.property, version=self.version)

    @builtins.property
    def token(self) -> tuple[str, RegistryToken] | None:
        """Key and settings of the generator that makes its tokens, or None."""
        return next(((key, made) for key in _TOKENS if (made := getattr(self, key)) is not None), None)

    @builtins.property
    def remotes(self) -> tuple[RemoteRef, ...]:
        """All values that are read from the manager for this registry."""
        every = (self.docker_config, self.username, self.password, self.service_account_key)
        return tuple(ref for ref in every if isinstance(ref, RemoteRef))
