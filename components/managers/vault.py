"""HashiCorp Vault and OpenBao, KV secret engine.

Source: ``VaultProvider`` of ``external-secrets.io/v1``. Reads have no price and no quota.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal, Self

from pydantic import model_validator

from ..manifests import Manifest
from ..schema.deferred import Deferrable
from ..schema.form import HttpUrl
from ..schema.model import Example, get_yaml_key
from ..schema.one_of import check_one_of
from ..schema.placeholder import fill
from .manager import PlannedStore, StoreInputs, TypedManager
from .references import CaBundle, CaProvider
from .registry import register
from .remote_keys import describe_odd_path
from .rendering import build_provider_block, build_service_account, dump
from .tariff import FREE, Tariff
from .vault_auth import VaultAuth, VaultPath, build_auth_block
from .vault_managed import VaultManaged, build_managed_auth

_PLAIN_WITH_MANAGED: Final = ("server", "path", "namespace", "ca_bundle")


@register
class VaultStore(TypedManager):
    """HashiCorp Vault or OpenBao.

    A KV secret engine (ESO provider ``vault``).
    """

    example: ClassVar[Example] = {"server": "https://vault.acme.example:8200", "auth": VaultAuth.example}
    settings_key: ClassVar[str] = "vault"
    provider_key: ClassVar[str] = "vault"
    docs_page: ClassVar[str] = "stores/vault.md"
    example_key: ClassVar[str] = "org/acme/git"
    tariff: ClassVar[Tariff] = Tariff("Vault", FREE, FREE)

    server: Deferrable[HttpUrl]
    """Address, ``https://...``."""
    insecure: bool = False
    """Accept an ``http://`` address: login tokens and every secret then cross the network in plain text."""
    auth: VaultAuth | None = None
    """How the operator logs in. Exactly one of this and ``managed``."""
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
    managed: VaultManaged | None = None
    """Create a policy and a role for each organization. None: they exist, and ``auth`` names the role."""

    @model_validator(mode="after")
    def _sign_in(self) -> Self:
        check_one_of({"auth": self.auth, "managed": self.managed}, required=True)
        if self.managed is not None:
            self._check_managed()
        return self

    def _check_managed(self) -> None:
        outputs = [name for name in _PLAIN_WITH_MANAGED if not isinstance(getattr(self, name), str | None)]
        if outputs:
            name = get_yaml_key(outputs[0])
            msg = f"has an output as {name}, which managed needs before the update; use the text itself"
            raise ValueError(msg)
        if not isinstance(self.path, str):
            msg = "has managed without path, the mount of the secret engine; set path, such as path: secret"
            raise ValueError(msg)  # noqa: TRY004 -- pydantic reports a ValueError as a problem

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
        """The policies of the token decide what it reads, in its namespace only. Managed stores are isolated."""
        return None if self.auth is None else (*self.auth.isolation_fields, "namespace")

    @property
    def is_managed(self) -> bool:
        """With ``managed``, the stack creates policy and role."""
        return self.managed is not None

    def key_problem(self, key: str, organization: str) -> str | None:
        """A path that Vault's client resolves to another one, or that the policy of a managed store does not open."""
        own = None if self.managed is None else self.managed.key_problem(key, organization)
        return own or describe_odd_path(key)

    def location_block(self, organization: str) -> Mapping[str, Any]:
        """The engine, below its namespace."""
        texts = {"server": self.server, "path": self.path, "version": self.version, "namespace": self.namespace}
        return {name: fill(text, organization) for name, text in texts.items() if text is not None}

    def identity(self, planned: PlannedStore) -> list[Manifest]:
        """A ServiceAccount to log in with, unless the login uses something that exists."""
        if self.managed is not None:
            return build_service_account(planned, self.managed.account)
        login = None if self.auth is None else self.auth.kubernetes or self.auth.jwt
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
            auth=self._build_auth(planned),
        )
        return {self.provider_key: block}

    def _build_auth(self, planned: PlannedStore) -> dict[str, Any] | None:
        if self.managed is not None:
            return build_managed_auth(planned, self.managed)
        return None if self.auth is None else build_auth_block(planned, self.auth)
