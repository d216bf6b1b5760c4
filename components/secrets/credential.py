"""What every kind of credential offers: one protocol, so that no rule and no builder lists the kinds by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from ..iam.account import AwsAccount
from ..openchoreo import DEFAULT_RELEASE
from ..openchoreo.release import Defaults
from ..schema.policies import Policies
from ..schema.sources import RemoteRef
from .external_secret import SecretTemplate
from .manual_secret import ManualSecret

SecretContent = SecretTemplate | ManualSecret
"""A Secret that the operator creates, or one from encrypted configuration."""

NO_VALUE: Final = "has no effect without a value from the secret manager; leave it out"
"""What is wrong with the store of a credential that reads none."""


@dataclass(frozen=True)
class StoreRead:
    """One value that is read from a secret manager, and the store that it is read through."""

    ref: RemoteRef
    """The value."""
    entry: str | None = None
    """Entry of ``secretStores``. None: that of the organization."""
    prefix: str = ""
    """Path below the credential of the block that may name the store: ``registries[0].``; empty if it is the
    credential itself."""


@dataclass(frozen=True)
class Owner:
    """The properties of an organization that its Secrets depend on."""

    name: str
    """Name of the organization; it replaces ``{organization}`` in settings of generators."""
    account: AwsAccount | None = None
    """AWS account in which roles of registries are created. None: there is none, and no such role."""
    defaults: Defaults = DEFAULT_RELEASE.defaults
    """Names of Secrets in the platform's release, for those that are not configured."""


class CredentialModel(Protocol):
    """One credential as it is configured."""

    @property
    def kind(self) -> str:
        """Value of the credential label: ``git``, ``registry-push``, ``registry-pull`` or ``external``."""

    def secret_names(self, defaults: Defaults) -> Mapping[str, str]:
        """Configuration path below the credential that decides a Secret's name -> that name, for each Secret."""

    @property
    def remotes(self) -> tuple[RemoteRef, ...]:
        """All values that are read from the secret manager."""

    @property
    def reads(self) -> tuple[StoreRead, ...]:
        """The same values with their stores. The store of the first one is that of its Secrets."""

    @property
    def manuals(self) -> Mapping[str, str]:
        """Configuration path below the credential -> entry of ``manualSecrets`` that it names."""

    @property
    def policies(self) -> Policies | None:
        """Its own policies. None: those of the organization."""

    @property
    def refresh_interval(self) -> str | None:
        """Its own canonical Go duration. None: that of the organization, else of the stack."""

    def secrets(self, owner: Owner) -> tuple[SecretContent, ...]:
        """Its Secrets in the order in which they must be created."""


@dataclass(frozen=True)
class LocatedCredential:
    """A credential and its place in the configuration of an organization."""

    credential: CredentialModel
    """The credential."""
    place: str
    """The key that configures it, for messages: ``git``, ``registries``, ``external[0]``, ``pullSecret``."""
    prefix: str
    """Prefix of its own paths: ``git.``; empty if they begin at the organization."""
    per_run: bool = False
    """Whether each build run creates its Secret, instead of the stack before the first build."""
