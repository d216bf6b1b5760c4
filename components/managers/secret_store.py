"""Secret managers: what a ClusterSecretStore reads from, and for whom.

Source of the provider blocks: External Secrets Operator, ``SecretStoreProvider`` of ``external-secrets.io/v1``.
"""

from __future__ import annotations

from typing import Final, Literal, Self

from pydantic import model_validator

from ..schema.model import Model
from .aws import AwsStore
from .azure import AzureStore
from .custom import CustomStore
from .fake import FakeStore
from .gcp import GcpStore
from .kubernetes import KubernetesStore
from .manager import Manager
from .vault import VaultStore

MANAGERS: Final = ("kubernetes", "fake", "aws", "vault", "azure", "gcp", "custom")
"""The provider blocks of which a store has one, as fields of `SecretStore`."""


class SecretStore(Model):
    """One secret manager. Exactly one provider block."""

    scope: Literal["organization", "shared"] = "organization"
    """``organization``: a ClusterSecretStore ``<name>-<org>`` with an identity of its own for each organization.
    ``shared``: one ClusterSecretStore ``<name>`` for all organizations that use it, as in OpenChoreo's docs."""
    shared_access: bool = False
    """Accept, with scope ``organization``, that nothing here tells the organizations apart in the manager: each could
    then read the others' secrets, unless the manager tells them apart by itself."""
    kubernetes: KubernetesStore | None = None
    """Secrets of a namespace of the cluster."""
    fake: FakeStore | None = None
    """Fixed values for development."""
    aws: AwsStore | None = None
    """AWS Secrets Manager or Parameter Store."""
    vault: VaultStore | None = None
    """HashiCorp Vault or OpenBao."""
    azure: AzureStore | None = None
    """Azure Key Vault."""
    gcp: GcpStore | None = None
    """Google Cloud Secret Manager."""
    custom: CustomStore | None = None
    """Any other manager, its block as ESO documents it."""

    @model_validator(mode="after")
    def _one_provider(self) -> Self:
        given = [name for name in MANAGERS if getattr(self, name) is not None]
        if len(given) != 1:
            what = f"has {len(given)} providers ({', '.join(given)})" if given else "has no provider"
            msg = f"{what}; expected exactly one of {', '.join(MANAGERS)}"
            raise ValueError(msg)
        return self

    @property
    def manager(self) -> tuple[str, Manager | CustomStore]:
        """The provider block: its field's name, one of `MANAGERS`, and its settings."""
        return next((name, block) for name in MANAGERS if (block := getattr(self, name)) is not None)
