"""HashiCorp Vault and OpenBao, KV secret engine.

Source: ``VaultProvider`` of ``external-secrets.io/v1``. ESO tries the ways to sign in one after the other and takes the
first, so exactly one is allowed here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from ..manifests import Manifest
from ..schema.model import Model
from ..schema.one_of import check_one_of
from ..schema.placeholder import template
from .manager import (
    Base64,
    CaProvider,
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

VaultPath = Annotated[
    str, template(r"[\w.@~-]+(/[\w.@~-]+)*", "a path of Vault; expected <name>[/<name>...], without / at the ends")
]
VaultRole = Annotated[str, template(r"[\w.@-]+", "the name of a role: letters, digits and _.@-")]


class VaultLogin(Model):
    """What the logins with a ServiceAccount's token share."""

    role: VaultRole
    """Role of Vault to log in as; ``{organization}`` may stand in it."""
    service_account: StoreServiceAccount | None = None
    """With a ServiceAccount that is made here for each store."""
    service_account_ref: ServiceAccountRef | None = None
    """With a ServiceAccount that exists."""
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

    mount_path: VaultPath = "kubernetes"
    """Where the method is mounted."""

    @model_validator(mode="after")
    def _one_account(self) -> Self:
        check_one_of(self._alternatives(), required=False)
        return self


class VaultJwtAuth(VaultLogin):
    """Auth method ``jwt``."""

    path: VaultPath = "jwt"
    """Where the method is mounted."""

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        check_one_of(self._alternatives(), required=True)
        return self


class VaultAppRole(Model):
    """Auth method ``approle``."""

    path: VaultPath = "approle"
    """Where the method is mounted."""
    role_id: VaultRole | None = None
    """The role id; ``{organization}`` may stand in it. Exactly one of this and ``roleRef``."""
    role_ref: SecretKeyRef | None = None
    """The role id in a Secret."""
    secret_ref: SecretKeyRef
    """The secret id in a Secret."""

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        check_one_of({"roleId": self.role_id, "roleRef": self.role_ref}, required=True)
        return self


class VaultAuth(Model):
    """How the operator logs in: exactly one way."""

    kubernetes: VaultKubernetesAuth | None = None
    """With a ServiceAccount, which Vault asks the cluster about."""
    jwt: VaultJwtAuth | None = None
    """With a ServiceAccount's or another token, whose signature Vault checks."""
    app_role: VaultAppRole | None = None
    """With a role id and a secret id."""
    token_secret_ref: SecretKeyRef | None = None
    """With a token of Vault."""

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
    def told_apart_by(self) -> tuple[str, ...]:
        """What decides the policies of the token."""
        if self.kubernetes is not None:
            return ("auth.kubernetes.role",)
        if self.jwt is not None:
            return ("auth.jwt.role",)
        if self.app_role is not None:
            return ("auth.appRole.roleId", "auth.appRole.roleRef")
        return ("auth.tokenSecretRef",)


class VaultStore(Manager):
    """A KV secret engine of HashiCorp Vault or OpenBao (ESO provider ``vault``)."""

    server: Annotated[str, Field(pattern=r"^https?://[^\s/{}]+(/[^\s{}]*)?$")]
    """Address, ``https://...``."""
    insecure: bool = False
    """Accept an ``http://`` address: login tokens and every secret then cross the network in plain text."""
    auth: VaultAuth
    """How the operator logs in."""
    path: VaultPath | None = None
    """Mount of the secret engine; ``{organization}`` may stand in it. None: keys begin with the mount."""
    version: Literal["v1", "v2"] = "v2"
    """Version of the secret engine."""
    namespace: VaultPath | None = None
    """Vault's own namespace (Enterprise, OpenBao); ``{organization}`` may stand in it. None: the root."""
    ca_bundle: Base64 | None = None
    """CA certificates of the server, base64 of PEM. None, and no ``caProvider``: those of the operator's image."""
    ca_provider: CaProvider | None = None
    """CA certificates by reference, instead of ``caBundle``."""

    @model_validator(mode="after")
    def _transport(self) -> Self:
        plain = self.server.startswith("http://")
        if plain and not self.insecure:
            msg = (
                "has an http:// server, so tokens and secrets would cross the network in plain text; "
                "use https://, or http:// with insecure: true"
            )
            raise ValueError(msg)
        if self.insecure and not plain:
            msg = "has insecure: true and an https:// server; leave insecure out, certificates are always verified"
            raise ValueError(msg)
        authorities = {"caBundle": self.ca_bundle, "caProvider": self.ca_provider}
        check_one_of(dict(authorities), required=False)
        if plain and any(authorities.values()):
            msg = "has a CA certificate and an http:// server; use https:// with caBundle or caProvider"
            raise ValueError(msg)
        return self

    @property
    def told_apart_by(self) -> tuple[str, ...] | None:
        """The policies of the token decide what is read, and a token is valid in its namespace only."""
        return (*self.auth.told_apart_by, "namespace")


def identity(planned: PlannedStore, store: VaultStore) -> list[Manifest]:
    """A ServiceAccount to log in with, where one is to be made."""
    login = store.auth.kubernetes or store.auth.jwt
    return service_account(planned, login.service_account if login else None)


def provider(planned: PlannedStore, store: VaultStore) -> dict[str, Any]:
    """The ``vault`` block of a ClusterSecretStore."""
    return finished(
        planned,
        server=store.server,
        path=store.path,
        version=store.version,
        namespace=store.namespace,
        caBundle=store.ca_bundle,
        caProvider=plain(store.ca_provider),
        auth=_auth(planned, store.auth),
    )


def _auth(planned: PlannedStore, auth: VaultAuth) -> dict[str, Any]:
    if auth.kubernetes is not None:
        login = auth.kubernetes
        return {
            "kubernetes": finished(
                planned,
                mountPath=login.mount_path,
                role=login.role,
                serviceAccountRef=account_reference(planned, login.service_account, login.service_account_ref),
                secretRef=plain(login.secret_ref),
            )
        }
    if auth.jwt is not None:
        token = account_reference(planned, auth.jwt.service_account, auth.jwt.service_account_ref)
        return {
            "jwt": finished(
                planned,
                path=auth.jwt.path,
                role=auth.jwt.role,
                kubernetesServiceAccountToken=None if token is None else {"serviceAccountRef": token},
                secretRef=plain(auth.jwt.secret_ref),
            )
        }
    if auth.app_role is not None:
        return {"appRole": plain(auth.app_role)}
    return {"tokenSecretRef": plain(auth.token_secret_ref)}
