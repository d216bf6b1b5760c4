"""HashiCorp Vault and OpenBao, KV secret engine.

Source: ``VaultProvider`` of ``external-secrets.io/v1``. If a block has several auth methods, ESO uses the first of its
own list, so the settings accept exactly one. Reads have no price and no quota.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import model_validator

from ..manifests import Manifest
from ..schema.deferred import Deferrable
from ..schema.form import HttpUrl
from ..schema.model import Example, Model
from ..schema.one_of import check_one_of
from ..schema.placeholder import must_match_template
from .manager import PlannedStore, StoreInputs, TypedManager
from .references import CaBundle, CaProvider, SecretKeyRef, ServiceAccountRef, StoreServiceAccount
from .registry import register
from .rendering import build_account_reference, build_provider_block, build_service_account, dump
from .tariff import FREE, Tariff

VaultPath = Annotated[
    str,
    must_match_template(
        r"[\w.@~-]+(/[\w.@~-]+)*", "a path of Vault; expected <name>[/<name>...], without / at the ends"
    ),
]
VaultRole = Annotated[str, must_match_template(r"[\w.@-]+", "the name of a role: letters, digits and _.@-")]


class VaultLogin(Model):
    """Settings of every login with the token of a ServiceAccount."""

    role: Deferrable[VaultRole]
    """Vault role to log in as; may contain ``{organization}``."""
    service_account: StoreServiceAccount | None = None
    """With a ServiceAccount that the stack creates for each store."""
    service_account_ref: ServiceAccountRef | None = None
    """With an existing ServiceAccount."""
    secret_ref: SecretKeyRef | None = None
    """With a token in a Secret."""

    def _alternatives(self) -> dict[str, object]:
        return {
            "serviceAccount": self.service_account,
            "serviceAccountRef": self.service_account_ref,
            "secretRef": self.secret_ref,
        }


class VaultKubernetesAuth(VaultLogin):
    """Auth method ``kubernetes``."""

    example: ClassVar[Example] = {"role": "eso-{organization}"}

    mount_path: Deferrable[VaultPath] = "kubernetes"
    """Where the method is mounted."""

    @model_validator(mode="after")
    def _one_account(self) -> Self:
        check_one_of(self._alternatives(), required=False)
        return self


class VaultJwtAuth(VaultLogin):
    """Auth method ``jwt``."""

    example: ClassVar[Example] = {"role": "eso-{organization}", "serviceAccount": StoreServiceAccount.example}

    path: Deferrable[VaultPath] = "jwt"
    """Where the method is mounted."""

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        check_one_of(self._alternatives(), required=True)
        return self


class VaultAppRole(Model):
    """Auth method ``approle``."""

    example: ClassVar[Example] = {"roleId": "eso-{organization}", "secretRef": SecretKeyRef.example}

    path: Deferrable[VaultPath] = "approle"
    """Where the method is mounted."""
    role_id: Deferrable[VaultRole] | None = None
    """The role id; may contain ``{organization}``. Exactly one of this and ``roleRef``."""
    role_ref: SecretKeyRef | None = None
    """The role id in a Secret."""
    secret_ref: SecretKeyRef
    """The secret id in a Secret."""

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        check_one_of({"roleId": self.role_id, "roleRef": self.role_ref}, required=True)
        return self


class VaultAuth(Model):
    """How the operator logs in: exactly one method."""

    example: ClassVar[Example] = {"kubernetes": VaultKubernetesAuth.example}

    kubernetes: VaultKubernetesAuth | None = None
    """With a ServiceAccount that Vault verifies with the cluster."""
    jwt: VaultJwtAuth | None = None
    """With the token of a ServiceAccount, or another token, whose signature Vault verifies."""
    app_role: VaultAppRole | None = None
    """With a role id and a secret id."""
    token_secret_ref: SecretKeyRef | None = None
    """With a Vault token."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = {
            "kubernetes": self.kubernetes,
            "jwt": self.jwt,
            "appRole": self.app_role,
            "tokenSecretRef": self.token_secret_ref,
        }
        check_one_of(dict(ways), required=True)
        return self

    @property
    def isolation_fields(self) -> tuple[str, ...]:
        """Fields that decide the policies of the token."""
        if self.kubernetes is not None:
            return ("auth.kubernetes.role",)
        if self.jwt is not None:
            return ("auth.jwt.role",)
        if self.app_role is not None:
            return ("auth.appRole.roleId", "auth.appRole.roleRef")
        return ("auth.tokenSecretRef",)


@register
class VaultStore(TypedManager):
    """HashiCorp Vault or OpenBao.

    A KV secret engine (ESO provider ``vault``).
    """

    example: ClassVar[Example] = {"server": "https://vault.acme.example:8200", "auth": VaultAuth.example}
    settings_key: ClassVar[str] = "vault"
    provider_key: ClassVar[str] = "vault"
    docs_page: ClassVar[str] = "stores/vault.md"
    tariff: ClassVar[Tariff] = Tariff("Vault", FREE, FREE)

    server: Deferrable[HttpUrl]
    """Address, ``https://...``."""
    insecure: bool = False
    """Accept an ``http://`` address: login tokens and every secret then cross the network in plain text."""
    auth: VaultAuth
    """How the operator logs in."""
    path: Deferrable[VaultPath] | None = None
    """Mount of the secret engine; may contain ``{organization}``. None: remote keys begin with the mount."""
    version: Literal["v1", "v2"] = "v2"
    """Version of the secret engine."""
    namespace: Deferrable[VaultPath] | None = None
    """Namespace of Vault Enterprise or OpenBao; may contain ``{organization}``. None: the root namespace."""
    ca_bundle: Deferrable[CaBundle] | None = None
    """CA certificates of the server: PEM, or base64 of PEM. None, and no ``caProvider``: those of ESO's image."""
    ca_provider: CaProvider | None = None
    """CA certificates by reference, instead of ``caBundle``."""

    @model_validator(mode="after")
    def _transport(self) -> Self:
        check_one_of({"caBundle": self.ca_bundle, "caProvider": self.ca_provider}, required=False)
        self._check_when_known("server", self._check_transport)
        return self

    def _check_transport(self, server: str) -> None:
        plain_text = server.startswith("http://")
        if plain_text and not self.insecure:
            msg = (
                "has an http:// server, so tokens and secrets would cross the network in plain text; "
                "use https://, or http:// with insecure: true"
            )
            raise ValueError(msg)
        if self.insecure and not plain_text:
            msg = "has insecure: true and an https:// server; leave insecure out, certificates are always verified"
            raise ValueError(msg)
        if plain_text and (self.ca_bundle is not None or self.ca_provider is not None):
            msg = "has a CA certificate and an http:// server; use https:// with caBundle or caProvider"
            raise ValueError(msg)

    @property
    def isolation_fields(self) -> tuple[str, ...] | None:
        """The policies of the token decide which secrets it reads, and it is valid in its namespace only."""
        return (*self.auth.isolation_fields, "namespace")

    def identity(self, planned: PlannedStore) -> list[Manifest]:
        """A ServiceAccount to log in with, unless the login uses something that exists."""
        login = self.auth.kubernetes or self.auth.jwt
        return build_service_account(planned, login.service_account if login else None)

    def provider(self, planned: PlannedStore, inputs: StoreInputs) -> dict[str, Any]:
        """The ``vault`` block of a ClusterSecretStore."""
        block = build_provider_block(
            planned,
            server=self.server,
            path=self.path,
            version=self.version,
            namespace=self.namespace,
            caBundle=self.ca_bundle,
            caProvider=dump(self.ca_provider),
            auth=_auth(planned, self.auth),
        )
        return {self.provider_key: block}


def _auth(planned: PlannedStore, auth: VaultAuth) -> dict[str, Any]:
    if auth.kubernetes is not None:
        login = auth.kubernetes
        return {
            "kubernetes": build_provider_block(
                planned,
                mountPath=login.mount_path,
                role=login.role,
                serviceAccountRef=build_account_reference(planned, login.service_account, login.service_account_ref),
                secretRef=dump(login.secret_ref),
            )
        }
    if auth.jwt is not None:
        token = build_account_reference(planned, auth.jwt.service_account, auth.jwt.service_account_ref)
        return {
            "jwt": build_provider_block(
                planned,
                path=auth.jwt.path,
                role=auth.jwt.role,
                kubernetesServiceAccountToken=None if token is None else {"serviceAccountRef": token},
                secretRef=dump(auth.jwt.secret_ref),
            )
        }
    if auth.app_role is not None:
        return {"appRole": dump(auth.app_role)}
    return {"tokenSecretRef": dump(auth.token_secret_ref)}
