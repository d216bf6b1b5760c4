"""Registries that an organization's builds push to, or its workloads pull from."""

from __future__ import annotations

import builtins
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from .credentials import RemoteRef
from .model import ManualName, Model, RemoteKey


class ManualRegistry(Model):
    """A registry's user and password from encrypted configuration."""

    username: Annotated[str, Field(min_length=1)]
    """User name, in plain text."""
    password: ManualName
    """Name of the entry of ``manualSecrets`` that holds the password."""

    @field_validator("username")
    @classmethod
    def _no_colon(cls, value: str) -> str:
        if ":" in value:
            msg = 'contains ":", which separates user from password in docker auth'
            raise ValueError(msg)
        return value


class RegistryCredential(Model):
    """One registry to push to: a whole docker config in the manager, a user and a password there, or manual."""

    server: Annotated[str, Field(min_length=1, pattern=r"^[^\s{}\"\\]+$")]
    """Key in docker's ``auths``: ``https://index.docker.io/v1/`` for Docker Hub, else host[:port][/path]."""
    remote_key: RemoteKey | None = None
    """Secret that holds a docker ``config.json``; the entry of ``server`` is taken from it."""
    property: RemoteKey | None = None
    """Field of that secret which holds the ``config.json``."""
    version: RemoteKey | None = None
    """Version of that secret. None: the manager's default."""
    username: RemoteRef | None = None
    """User in the manager, with ``password``."""
    password: RemoteRef | None = None
    """Password or token in the manager, with ``username``."""
    manual: ManualRegistry | None = None
    """User and password from encrypted configuration."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.username is None) != (self.password is None):
            missing = "password" if self.password is None else "username"
            msg = f"{missing} is missing; username and password go together"
            raise ValueError(msg)
        given = [
            label
            for label, value in (
                ("remoteKey", self.remote_key),
                ("username and password", self.username),
                ("manual", self.manual),
            )
            if value is not None
        ]
        if len(given) != 1:
            what = f"names {', '.join(given)}" if given else "names no source"
            msg = f"{what}; allowed is exactly one of remoteKey (a docker config.json), username and password, manual"
            raise ValueError(msg)
        if self.remote_key is None and (self.property or self.version):
            msg = "property and version belong to remoteKey"
            raise ValueError(msg)
        return self

    @builtins.property
    def docker_config(self) -> RemoteRef | None:
        """The whole docker ``config.json`` in the manager, or None."""
        if self.remote_key is None:
            return None
        return RemoteRef(remote_key=self.remote_key, property=self.property, version=self.version)

    @builtins.property
    def remotes(self) -> tuple[RemoteRef, ...]:
        """All values that are read from the manager for this registry."""
        return tuple(ref for ref in (self.docker_config, self.username, self.password) if ref is not None)
