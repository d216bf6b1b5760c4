"""Azure Key Vault.

Source: ``AzureKVProvider`` of ``external-secrets.io/v1``, and what ESO refuses when it signs in: a client or tenant id
in two places, a service principal that is incomplete or has both a secret and a certificate.

Prices, read on 2026-11-25: https://azure.microsoft.com/pricing/details/key-vault/ (as Microsoft Q&A 5608202 and
infracost's price list quote it: secrets operations, both tiers; storage is free). Quota:
https://learn.microsoft.com/azure/key-vault/general/service-limits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import model_validator

from ..manifests import Manifest
from ..schema.cloud_names import ENTRA_ID, AzureTenant, Guid
from ..schema.deferred import Deferrable
from ..schema.model import Example, Model
from ..schema.one_of import check_one_of
from ..schema.placeholder import fill, must_match_template
from .manager import PlannedStore, StoreInputs, TypedManager
from .references import SecretKeyRef, ServiceAccountRef, StoreServiceAccount
from .registry import register
from .rendering import build_account_reference, build_provider_block, build_service_account, dump
from .tariff import FREE, Place, Tariff, per_10_000

_VAULT_HOST: Final = re.compile(
    r"https://(.+)\.vault\.(azure\.net|azure\.cn|usgovcloudapi\.net|microsoftazure\.de)/?", re.ASCII
)
_VAULT_NAME: Final = re.compile(r"(?!.*--)[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9]", re.ASCII)
_KEY: Final = re.compile(r"((secret|key|cert)/)?[0-9A-Za-z-]{1,127}")


def _vault_name(url: str) -> str | None:
    host = _VAULT_HOST.fullmatch(url)
    if host is not None and not _VAULT_NAME.fullmatch(host[1]):
        # The name is not repeated: an output may be secret.
        return "has the wrong vault name; expected 3 to 24 letters, digits and single hyphens, the first a letter"
    return None


class AzureServiceAccount(StoreServiceAccount):
    """Workload identity of a ServiceAccount that the stack creates for each store."""

    example: ClassVar[Example] = {**StoreServiceAccount.example, "clientId": ENTRA_ID}

    client_id: Deferrable[Guid]
    """Client id of the application or managed identity (annotation ``azure.workload.identity/client-id``)."""


class AzureSecretRef(Model):
    """A service principal, in Kubernetes Secrets."""

    example: ClassVar[Example] = {
        "clientId": {**SecretKeyRef.example, "key": "id"},
        "clientSecret": {**SecretKeyRef.example, "key": "secret"},
    }

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


@register
class AzureStore(TypedManager):
    """Azure Key Vault.

    One key vault, or one for each organization (ESO provider ``azurekv``).
    """

    example: ClassVar[Example] = {
        "vaultUrl": "https://acme.vault.azure.net",
        "authType": "WorkloadIdentity",
        "serviceAccountRef": ServiceAccountRef.example,
    }
    settings_key: ClassVar[str] = "azure"
    provider_key: ClassVar[str] = "azurekv"
    docs_page: ClassVar[str] = "stores/azure.md"
    retries: ClassVar[bool] = False
    tariff: ClassVar[Tariff] = Tariff("Azure Key Vault", per_10_000("0.03"), FREE, Fraction(4_000, 10))

    vault_url: Deferrable[
        Annotated[
            str,
            must_match_template(
                r"https://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?",
                "the address of a key vault; expected https://<vault>.vault.azure.net, "
                "with {organization} in place of the organization's name",
                _vault_name,
            ),
        ]
    ]
    """Address of the vault; may contain ``{organization}``."""
    auth_type: Literal["WorkloadIdentity", "ManagedIdentity", "ServicePrincipal"]
    """How the operator signs in."""
    tenant_id: Deferrable[AzureTenant] | None = None
    """Tenant of the identity. None, with ``WorkloadIdentity`` only: that of the operator's environment."""
    environment_type: Literal["PublicCloud", "USGovernmentCloud", "ChinaCloud", "GermanCloud"] = "PublicCloud"
    """Azure cloud of the vault."""
    service_account: AzureServiceAccount | None = None
    """``WorkloadIdentity`` with a ServiceAccount that the stack creates for each store."""
    service_account_ref: ServiceAccountRef | None = None
    """``WorkloadIdentity`` with an existing ServiceAccount, annotated with its client id."""
    identity_id: Deferrable[Guid] | None = None
    """``ManagedIdentity``: client id, if the operator has several identities. None: its only one."""
    auth_secret_ref: AzureSecretRef | None = None
    """``ServicePrincipal``: the Secrets that hold it."""

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
        usable = {
            # Without a ServiceAccount ESO uses the tenant of its own environment and ignores tenantId.
            "WorkloadIdentity": {*accounts, "tenantId"} if account else set(accounts),
            "ManagedIdentity": {"identityId"},
            "ServicePrincipal": {"tenantId", "authSecretRef"},
        }[self.auth_type]
        idle = [name for name, value in fields.items() if value is not None and name not in usable]
        if idle:
            msg = f"has {', '.join(idle)}, which authType {self.auth_type} does not use; expected with it: "
            raise ValueError(msg + ", ".join(name for name in fields if name in usable))
        if self.auth_type == "ServicePrincipal" and (self.tenant_id is None or self.auth_secret_ref is None):
            msg = "is incomplete; authType ServicePrincipal needs tenantId and authSecretRef"
            raise ValueError(msg)
        return self

    @property
    def isolation_fields(self) -> tuple[str, ...] | None:
        """A vault or an identity for each organization. Client ids of Azure are GUIDs and cannot contain a name."""
        if self.service_account_ref is not None:
            return ("vaultUrl", "serviceAccountRef")
        return ("vaultUrl", "authSecretRef") if self.auth_secret_ref is not None else ("vaultUrl",)

    def key_problem(self, key: str, organization: str) -> str | None:
        """Names of secrets, keys and certificates: letters, digits and hyphens."""
        if _KEY.fullmatch(key):
            return None
        return (
            "is not a name of Azure Key Vault: letters, digits and hyphens, at most 127, after secret/, key/, cert/ or "
            "nothing"
        )

    def location_block(self, organization: str) -> Mapping[str, Any]:
        """The vault."""
        return {"vaultUrl": fill(self.vault_url, organization)}

    def identity(self, planned: PlannedStore) -> list[Manifest]:
        """A ServiceAccount with its client id and tenant, unless an existing one is used."""
        own = self.service_account
        annotations = {
            "azure.workload.identity/client-id": own.client_id if own else None,
            "azure.workload.identity/tenant-id": self.tenant_id,
        }
        return build_service_account(planned, own, annotations)

    def provider(self, planned: PlannedStore, inputs: StoreInputs) -> dict[str, Any]:
        """The ``azurekv`` block of a ClusterSecretStore."""
        block = build_provider_block(
            planned,
            vaultUrl=self.vault_url,
            authType=self.auth_type,
            environmentType=self.environment_type,
            tenantId=self.tenant_id if self.service_account is None else None,
            serviceAccountRef=build_account_reference(planned, self.service_account, self.service_account_ref),
            identityId=self.identity_id,
            authSecretRef=dump(self.auth_secret_ref),
        )
        return {self.provider_key: block}

    @classmethod
    def place_of(cls, block: Mapping[str, Any]) -> Place:
        """The quota is for one key vault."""
        return Place(cls.tariff, where=block.get("vaultUrl", ""))
