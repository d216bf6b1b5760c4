"""Where the value of a credential lives: in the secret manager, or in encrypted configuration.

Settings carry remote *keys*, never values. A value that must come from us is named by ``manual`` and lives encrypted
under the stack's ``manualSecrets``.
"""

from __future__ import annotations

import builtins
from typing import Self

from pydantic import model_validator

from .model import ManualName, Model, RemoteKey


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
