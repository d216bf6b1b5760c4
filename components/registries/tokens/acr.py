"""Tokens of Azure Container Registry.

Source: ``ACRAccessToken`` of ``generators.external-secrets.io/v1alpha1``.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, cast

from ...schema.cloud_names import ENTRA_ID, Guid
from ...schema.deferred import Deferrable, InputStr, lift
from ...schema.form import must_match
from ...schema.model import Example
from ...secrets import lifetimes
from ...secrets.credential import Owner
from ...secrets.generator import Generator
from ..hosts import RegistryHost
from .registry_token import RegistryToken, register_token

_Scope = Annotated[
    str,
    must_match(
        r"repository:[a-z0-9._/-]+:(pull|push|pull,push)",
        "a scope of one repository; expected repository:<name>:pull, :push or :pull,push",
    ),
]


@register_token
class AcrToken(RegistryToken):
    """A token of Azure Container Registry, valid for an hour: a refresh token, or with ``scope`` an access token."""

    example: ClassVar[Example] = {"clientId": ENTRA_ID, "tenantId": ENTRA_ID}

    client_id: Deferrable[Guid]
    """Client id of the application or managed identity (annotation ``azure.workload.identity/client-id``)."""
    tenant_id: Deferrable[Guid]
    """Its tenant (annotation ``azure.workload.identity/tenant-id``)."""
    scope: Deferrable[_Scope] | None = None
    """One repository and its actions: ``repository:acme/app:pull,push``. None: all that the identity may do."""
    settings_key: ClassVar[str] = "acr"
    identity_key: ClassVar[str] = "clientId"
    generator_kind: ClassVar[str] = "ACRAccessToken"

    @property
    def identity(self) -> InputStr | None:
        """The client id."""
        return cast("InputStr", lift(str.lower, self.client_id))

    @property
    def lifetime(self) -> str:
        """The same for refresh tokens and access tokens."""
        return lifetimes.ACR

    def generator(self, registry: RegistryHost, name: str, owner: Owner) -> Generator:
        """``ACRAccessToken``."""
        scope = {} if self.scope is None else {"scope": self.scope}
        return Generator(
            kind=self.generator_kind,
            name=name,
            spec={
                "registry": registry.host,
                "tenantId": self.tenant_id,
                "environmentType": registry.azure_cloud,
                "auth": {"workloadIdentity": {"serviceAccountRef": {"name": name}}},
                **scope,
            },
            lifetime=self.lifetime,
            service_account={
                "azure.workload.identity/client-id": self.client_id,
                "azure.workload.identity/tenant-id": self.tenant_id,
            },
        )
