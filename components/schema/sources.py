"""Where the value of a credential lives: in the secret manager, or in encrypted configuration.

Settings carry remote *keys*, never values. A value that must come from us is named by ``manual`` and lives encrypted
under the stack's ``manualSecrets``.
"""

from __future__ import annotations

import builtins
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from .model import ManualName, Model, RemoteKey

Decoding = Literal["None", "Base64", "Base64URL", "Auto"]
"""ESO's ``decodingStrategy``. ``Auto`` decodes what looks like base64, also where it is none."""


def check_username(value: str) -> str:
    """The value, if it can be a user name in docker auth.

    Raises:
        ValueError: it has a colon.
    """
    if ":" in value:
        msg = 'contains ":", which separates user from password in docker auth'
        raise ValueError(msg)
    return value


Username = Annotated[str, Field(min_length=1), AfterValidator(check_username)]


class RemoteRef(Model):
    """One value in the secret manager (ExternalSecret ``spec.data[].remoteRef``)."""

    remote_key: RemoteKey
    """Name of the secret in the manager."""
    property: RemoteKey | None = None
    """Field inside that secret. None: the whole secret."""
    version: RemoteKey | None = None
    """Version of that secret. None: the manager's default, usually the latest."""
    decoding: Decoding = "None"
    """How the manager's value is encoded; the Secret gets it decoded."""


class OptionalRemote(Model):
    """The fields of a `RemoteRef` in a model that has other sources too."""

    remote_key: RemoteKey | None = None
    """Name of the secret in the manager."""
    property: RemoteKey | None = None
    """Field inside that secret. None: the whole secret."""
    version: RemoteKey | None = None
    """Version of that secret. None: the manager's default, usually the latest."""
    decoding: Decoding = "None"
    """How the manager's value is encoded; the Secret gets it decoded."""

    @model_validator(mode="after")
    def _belong_to_the_key(self) -> Self:
        if self.remote_key is None and (self.property or self.version or self.decoding != "None"):
            msg = "property, version and decoding belong to remoteKey"
            raise ValueError(msg)
        return self

    @builtins.property
    def remote(self) -> RemoteRef | None:
        """The value in the manager, or None without a key."""
        if self.remote_key is None:
            return None
        return RemoteRef(
            remote_key=self.remote_key, property=self.property, version=self.version, decoding=self.decoding
        )


class Source(OptionalRemote):
    """Where one value comes from: a key of the secret manager, or encrypted configuration."""

    manual: ManualName | None = None
    """Name of an entry of ``manualSecrets`` instead of a remote key."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.remote_key is None) == (self.manual is None):
            msg = "names both remoteKey and manual" if self.manual else "names neither remoteKey nor manual"
            msg += "; expected exactly one: remoteKey (the secret manager) or manual (an entry of manualSecrets)"
            raise ValueError(msg)
        return self


class ManualRegistry(Model):
    """A registry's user and password from encrypted configuration."""

    username: Username
    """User name, in plain text."""
    password: ManualName
    """Name of the entry of ``manualSecrets`` that holds the password."""
