"""Where the value of a credential is stored: in the secret manager, or in encrypted configuration.

Settings contain remote *keys*, never values. ``manual`` names an entry of the stack's ``manualSecrets``, where the
value is stored encrypted.
"""

from __future__ import annotations

import builtins
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from .deferred import Deferrable, InputStr
from .model import Example, ManualName, Model, RemoteKey

Decoding = Literal["None", "Base64", "Base64URL", "Auto"]
"""ESO's ``decodingStrategy``. ``Auto`` decodes whatever looks like base64, even if it is plain text."""


def check_username(value: str) -> str:
    """The value unchanged, if it can be a user name in docker auth.

    Raises:
        ValueError: the value contains a colon.
    """
    if ":" in value:
        msg = 'contains ":", which separates user from password in docker auth; use the user name alone'
        raise ValueError(msg)
    return value


Username = Annotated[str, Field(min_length=1), AfterValidator(check_username)]


class RemoteRef(Model):
    """One value in the secret manager (ExternalSecret ``spec.data[].remoteRef``)."""

    example: ClassVar[Example] = {"remoteKey": "acme-ghcr", "property": "password"}

    remote_key: Deferrable[RemoteKey]
    """Name of the secret in the manager; may be an output."""
    property: Deferrable[RemoteKey] | None = None
    """Field inside that secret; may be an output. None: the whole secret."""
    version: Deferrable[RemoteKey] | None = None
    """Version of that secret; may be an output. None: the manager's default, usually the latest."""
    decoding: Decoding = "None"
    """Encoding of the value in the manager; the Secret gets the decoded value."""


def build_ref(
    remote_key: InputStr, property_: InputStr | None, version: InputStr | None, decoding: Decoding = "None"
) -> RemoteRef:
    """A reference of fields that another model has validated; an output stays the same object."""
    return RemoteRef.model_construct(remote_key=remote_key, property=property_, version=version, decoding=decoding)


class OptionalRemote(Model):
    """Base class: the fields of a `RemoteRef`, for models that have other sources too."""

    remote_key: Deferrable[RemoteKey] | None = None
    """Name of the secret in the manager; may be an output."""
    property: Deferrable[RemoteKey] | None = None
    """Field inside that secret; may be an output. None: the whole secret."""
    version: Deferrable[RemoteKey] | None = None
    """Version of that secret; may be an output. None: the manager's default, usually the latest."""
    decoding: Decoding = "None"
    """Encoding of the value in the manager; the Secret gets the decoded value."""

    @model_validator(mode="after")
    def _needs_remote_key(self) -> Self:
        idle = self.property is not None or self.version is not None or self.decoding != "None"
        if self.remote_key is None and idle:
            msg = "property, version and decoding need remoteKey; set it, or leave them out"
            raise ValueError(msg)
        return self

    @builtins.property
    def remote(self) -> RemoteRef | None:
        """The value in the manager, or None without a key."""
        if self.remote_key is None:
            return None
        return build_ref(self.remote_key, self.property, self.version, self.decoding)


class Source(OptionalRemote):
    """Source of one value: a key of the secret manager, or an entry of encrypted configuration."""

    example: ClassVar[Example] = {"remoteKey": "acme-sonar", "property": "token"}

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
    """User name and password of a registry, the password from encrypted configuration."""

    example: ClassVar[Example] = {"username": "acme-bot", "password": "acmeQuayPassword"}

    username: Username
    """User name, in plain text."""
    password: ManualName
    """Name of the entry of ``manualSecrets`` that holds the password."""
