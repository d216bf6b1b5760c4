"""Credentials of an organization: where each value lives and which Secret it becomes.

They carry remote *keys*, never values. A value that must come from us is named by ``manual`` and lives encrypted under
the stack's ``manualSecrets``.
"""

from __future__ import annotations

import builtins
from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from .model import DataKey, Interval, ManualName, Model, ObjectName, RemoteKey


class RemoteRef(Model):
    """One value in the secret manager (ExternalSecret ``spec.data[].remoteRef``)."""

    remote_key: RemoteKey
    """Name of the secret in the manager."""
    property: RemoteKey | None = None
    """Field inside that secret. None: the whole secret."""
    version: RemoteKey | None = None
    """Version of that secret. None: the manager's default, usually the latest."""


class Source(Model):
    """Where one value comes from: a key of the secret manager, or encrypted configuration."""

    remote_key: RemoteKey | None = None
    """Name of the secret in the manager. Exactly one of this and ``manual``."""
    property: RemoteKey | None = None
    """Field inside that secret. None: the whole secret."""
    version: RemoteKey | None = None
    """Version of that secret. None: the manager's default, usually the latest."""
    manual: ManualName | None = None
    """Name of an entry of ``manualSecrets`` instead of a remote key."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.remote_key is None) == (self.manual is None):
            msg = "names both remoteKey and manual" if self.manual else "names neither remoteKey nor manual"
            msg += "; allowed is exactly one: remoteKey (the secret manager) or manual (an entry of manualSecrets)"
            raise ValueError(msg)
        if self.manual and (self.property or self.version):
            msg = "property and version belong to remoteKey; a manual secret has neither"
            raise ValueError(msg)
        return self

    @builtins.property
    def remote(self) -> RemoteRef | None:
        """The value in the manager, or None for a manual secret."""
        if self.remote_key is None:
            return None
        return RemoteRef(remote_key=self.remote_key, property=self.property, version=self.version)


class GitCredential(Source):
    """The token with which builds clone (docs: ``git-clone-secret``, key ``clone-secret``)."""

    host: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?$", max_length=253)] = (
        "github.com"
    )
    """Host of the repositories, recorded as an annotation of the Secret and in the outputs."""
    secret_name: ObjectName = "git-clone-secret"
    """Name of the Secret in the build namespace."""
    secret_key: DataKey = "clone-secret"
    """Key of the token in that Secret."""
    refresh_interval: Interval | None = None
    """How often the manager is asked. None: the organization's, else the stack's."""


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


class ExternalCredential(Model):
    """Credentials of a service that builds call (a scanner, a package registry): one Secret with named keys."""

    name: ObjectName
    """Name of the Secret in the build namespace."""
    keys: Annotated[dict[DataKey, Source], Field(min_length=1)]
    """Keys of the Secret and where each value comes from: all from the manager, or all manual."""
    refresh_interval: Interval | None = None
    """How often the manager is asked. None: the organization's, else the stack's."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if len({source.manual is None for source in self.keys.values()}) > 1:
            msg = "mixes remoteKey and manual in one Secret; allowed is one of them for all keys"
            raise ValueError(msg)
        return self
