"""Secret managers: what a ClusterSecretStore reads from, and for whom.

Source of the provider blocks: External Secrets Operator, ``SecretStoreProvider`` of ``external-secrets.io/v1``.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from .model import Label, ManualName, Model, RemoteKey
from .store_aws import AwsAuth, AwsSecretRef, AwsServiceAccount, AwsStore, SessionTag
from .store_aws_managed import AwsManaged
from .store_azure import AzureSecretRef, AzureServiceAccount, AzureStore
from .store_custom import CustomStore
from .store_gcp import GcpAuth, GcpSecretRef, GcpServiceAccount, GcpStore, GcpWorkloadIdentity
from .store_parts import Base64, CaProvider, Manager, SecretKeyRef, ServiceAccountRef, StoreServiceAccount
from .store_vault import VaultAppRole, VaultAuth, VaultJwtAuth, VaultKubernetesAuth, VaultStore

__all__ = [
    "AwsAuth",
    "AwsManaged",
    "AwsSecretRef",
    "AwsServiceAccount",
    "AwsStore",
    "AzureSecretRef",
    "AzureServiceAccount",
    "AzureStore",
    "CaProvider",
    "CustomStore",
    "FakeEntry",
    "FakeStore",
    "GcpAuth",
    "GcpSecretRef",
    "GcpServiceAccount",
    "GcpStore",
    "GcpWorkloadIdentity",
    "KubernetesServer",
    "KubernetesStore",
    "Manager",
    "SecretKeyRef",
    "SecretStore",
    "ServiceAccountRef",
    "SessionTag",
    "StoreServiceAccount",
    "VaultAppRole",
    "VaultAuth",
    "VaultJwtAuth",
    "VaultKubernetesAuth",
    "VaultStore",
]

MANAGERS: Final = ("kubernetes", "fake", "aws", "vault", "azure", "gcp", "custom")
"""The provider blocks of which a store has one, as fields of `SecretStore`."""


class KubernetesServer(Model):
    """The API server to read from."""

    url: Annotated[str, Field(pattern=r"^https://[^\s/]+(/\S*)?$")] | None = None
    """Address, ``https`` only."""
    ca_bundle: Base64 | None = None
    """CA certificate, base64 of PEM."""
    ca_provider: CaProvider | None = None
    """CA certificate by reference, instead of ``caBundle``."""
    from_kubeconfig: bool = False
    """Take address and CA from the build plane's kubeconfig: for an operator that runs outside its cluster."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.from_kubeconfig:
            if self.url or self.ca_bundle or self.ca_provider:
                msg = "fromKubeconfig brings url and CA; leave url, caBundle and caProvider out"
                raise ValueError(msg)
            return self
        if self.url is None or (self.ca_bundle is None) == (self.ca_provider is None):
            msg = "is incomplete; allowed is url with one of caBundle and caProvider, or fromKubeconfig: true"
            raise ValueError(msg)
        return self


class KubernetesStore(Manager):
    """Secrets of one namespace of the build plane's cluster (ESO provider ``kubernetes``).

    Without ``serviceAccount`` each store gets an identity of its own: a ServiceAccount and a Role that may get exactly
    the Secrets that its organizations name.
    """

    remote_namespace: Label
    """Namespace that holds the source Secrets and the identities."""
    server: KubernetesServer | None = None
    """API server. None: ``https://kubernetes.default``, the operator's own cluster."""
    service_account: ServiceAccountRef | None = None
    """Identity to use as it is. None: made here, limited to the named Secrets."""

    @property
    def told_apart_by(self) -> tuple[str, ...] | None:
        """The account that is made here may read its own organization's Secrets only; another may be anybody's."""
        return None if self.service_account is None else ("serviceAccount",)


class FakeEntry(Model):
    """One secret of the fake manager."""

    key: RemoteKey
    """Name of the secret."""
    manual: ManualName
    """Entry of ``manualSecrets`` with its value (JSON where a ``property`` is asked for)."""
    version: RemoteKey | None = None
    """Version. None: unversioned."""


class FakeStore(Manager):
    """Fixed values, for development: whoever may read the ClusterSecretStore reads them (ESO provider ``fake``)."""

    data: Annotated[tuple[FakeEntry, ...], Field(strict=False, min_length=1)]
    """The secrets."""


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
            msg = f"{what}; allowed is exactly one of {', '.join(MANAGERS)}"
            raise ValueError(msg)
        return self

    @property
    def manager(self) -> tuple[str, Manager | CustomStore]:
        """The provider block: its field's name, one of `MANAGERS`, and its settings."""
        return next((name, block) for name in MANAGERS if (block := getattr(self, name)) is not None)
