"""Azure Key Vault.

Source: ``AzureKVProvider`` of ``external-secrets.io/v1``, and ESO's refusals when it signs in: a client or tenant id in
two places, a service principal that is incomplete or has both a secret and a certificate.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from ..manifests import Manifest
from ..schema.cloud_names import Guid
from ..schema.model import Model
from ..schema.one_of import check_one_of
from ..schema.placeholder import template
from .manager import (
    Manager,
    SecretKeyRef,
    ServiceAccountRef,
    StoreServiceAccount,
    account_reference,
    finished,
    plain,
    service_account,
)
from .planned import PlannedStore

_VAULT_HOST: Final = re.compile(
    r"https://(.+)\.vault\.(azure\.net|azure\.cn|usgovcloudapi\.net|microsoftazure\.de)/?", re.ASCII
)
_VAULT_NAME: Final = re.compile(r"(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]", re.ASCII)


def _vault_name(url: str) -> str | None:
    host = _VAULT_HOST.fullmatch(url)
    if host is not None and not _VAULT_NAME.fullmatch(host[1]):
        return (
            f"has the vault name {host[1]}; Azure allows 3 to 24 letters, digits and single hyphens, the first a letter"
        )
    return None


class AzureServiceAccount(StoreServiceAccount):
    """Workload identity for a ServiceAccount that is made here for each store."""

    client_id: Guid
    """Client id of the application or managed identity (annotation ``azure.workload.identity/client-id``)."""


class AzureSecretRef(Model):
    """A service principal in Kubernetes Secrets."""

    client_id: SecretKeyRef
    """The client id."""
    client_secret: SecretKeyRef | None = None
    """The client secret. Exactly one of this and ``clientCertificate``."""
    client_certificate: SecretKeyRef | None = None
    """The client certificate with its key, PEM."""

    @model_validator(mode="after")
    def _one_proof(self) -> Self:
        check_one_of({"clientSecret": self.client_secret, "clientCertificate": self.client_certificate}, required=True)
        return self


class AzureStore(Manager):
    """One key vault, or one for each organization (ESO provider ``azurekv``)."""

    vault_url: Annotated[
        str,
        template(
            r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?",
            "the address of a key vault; expected https://<vault>.vault.azure.net, "
            "with {organization} where its name shall stand",
            _vault_name,
        ),
    ]
    """Address of the vault; ``{organization}`` may stand in it."""
    auth_type: Literal["WorkloadIdentity", "ManagedIdentity", "ServicePrincipal"]
    """How the operator signs in."""
    tenant_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")] | None = None
    """Tenant of the identity. None, with ``WorkloadIdentity`` only: that of the operator's environment."""
    environment_type: Literal["PublicCloud", "USGovernmentCloud", "ChinaCloud", "GermanCloud"] = "PublicCloud"
    """Which of Azure's clouds."""
    service_account: AzureServiceAccount | None = None
    """``WorkloadIdentity`` with a ServiceAccount that is made here for each store."""
    service_account_ref: ServiceAccountRef | None = None
    """``WorkloadIdentity`` with a ServiceAccount that exists and has the annotation of its client id."""
    identity_id: Guid | None = None
    """``ManagedIdentity``: client id of one of several identities of the operator. None: its only one."""
    auth_secret_ref: AzureSecretRef | None = None
    """``ServicePrincipal``: where it lies."""

    @model_validator(mode="after")
    def _auth(self) -> Self:
        accounts = {"serviceAccount": self.service_account, "serviceAccountRef": self.service_account_ref}
        check_one_of(dict(accounts), required=False)
        fields = {
            "tenantId": self.tenant_id,
            **accounts,
            "identityId": self.identity_id,
            "authSecretRef": self.auth_secret_ref,
        }
        account = any(value is not None for value in accounts.values())
        allowed = {
            # Without a ServiceAccount ESO takes the tenant of its own environment, whatever is written here.
            "WorkloadIdentity": {*accounts, "tenantId"} if account else set(accounts),
            "ManagedIdentity": {"identityId"},
            "ServicePrincipal": {"tenantId", "authSecretRef"},
        }[self.auth_type]
        idle = [name for name, value in fields.items() if value is not None and name not in allowed]
        if idle:
            msg = f"has {', '.join(idle)}, which authType {self.auth_type} does not use; expected with it: "
            raise ValueError(msg + ", ".join(name for name in fields if name in allowed))
        if self.auth_type == "ServicePrincipal" and (self.tenant_id is None or self.auth_secret_ref is None):
            msg = "is incomplete; authType ServicePrincipal needs tenantId and authSecretRef"
            raise ValueError(msg)
        return self

    @property
    def told_apart_by(self) -> tuple[str, ...] | None:
        """A vault for each organization, or an identity whose grants differ; ids of Azure cannot hold a name."""
        if self.service_account_ref is not None:
            return ("vaultUrl", "serviceAccountRef")
        return ("vaultUrl", "authSecretRef") if self.auth_secret_ref is not None else ("vaultUrl",)


def identity(planned: PlannedStore, store: AzureStore) -> list[Manifest]:
    """A ServiceAccount with its client id and tenant, where one is to be made."""
    own = store.service_account
    annotations = {
        "azure.workload.identity/client-id": own.client_id if own else None,
        "azure.workload.identity/tenant-id": store.tenant_id,
    }
    return service_account(planned, own, annotations)


def provider(planned: PlannedStore, store: AzureStore) -> dict[str, Any]:
    """The ``azurekv`` block of a ClusterSecretStore."""
    return finished(
        planned,
        vaultUrl=store.vault_url,
        authType=store.auth_type,
        environmentType=store.environment_type,
        tenantId=store.tenant_id if store.service_account is None else None,
        serviceAccountRef=account_reference(planned, store.service_account, store.service_account_ref),
        identityId=store.identity_id,
        authSecretRef=plain(store.auth_secret_ref),
    )
