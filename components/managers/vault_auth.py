"""How ESO logs in to Vault and OpenBao.

Source: ``VaultAuth`` of ``external-secrets.io/v1``. If a block has several methods, ESO uses the first of its own list,
so the settings accept exactly one.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Self

from pydantic import model_validator

from ..schema.deferred import Deferrable
from ..schema.model import Example, Model
from ..schema.one_of import check_one_of
from ..schema.placeholder import must_match_template
from .manager import PlannedStore
from .references import SecretKeyRef, ServiceAccountRef, StoreServiceAccount
from .rendering import build_account_reference, build_provider_block, dump

VaultPath = Annotated[
    str,
    must_match_template(
        r"(?!\.{1,2}(/|$))[\w.@~-]+(/(?!\.{1,2}(/|$))[\w.@~-]+)*",
        "a path of Vault; expected <name>[/<name>...], without / at the ends",
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


def build_auth_block(planned: PlannedStore, auth: VaultAuth) -> dict[str, Any]:
    """The block ``auth`` of a store."""
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
