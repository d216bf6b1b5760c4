"""The credential of one registry that builds push to or workloads pull from."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import GetCoreSchemaHandler, ValidatorFunctionWrapHandler, model_validator
from pydantic_core import CoreSchema, core_schema

from ..schema.deferred import Deferrable
from ..schema.derived import build_optional_field, set_derived_fields
from ..schema.model import Example, ObjectName, RemoteKey
from ..schema.sources import Decoding, ManualRegistry, RemoteRef, build_ref, check_username
from ..secrets.credential import NO_VALUE
from .catalog import REGISTRIES, describe
from .hosts import RegistryHost
from .parameters import derive_parameter_fields
from .tokens import TOKENS, RegistryToken


class _TextOrRemote:
    """Plain text or a `RemoteRef`. A mapping is always validated as a reference, so its errors have exact paths."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._choose, handler.generate_schema(RemoteRef))

    @staticmethod
    def _choose(value: Any, remote: ValidatorFunctionWrapHandler) -> Any:
        if isinstance(value, (Mapping, RemoteRef)):
            return remote(value)
        if not isinstance(value, str) or not value.isprintable() or not value:
            msg = "must be one line of text, or a mapping such as {remoteKey: acme-ghcr, property: username}"
            raise ValueError(msg)
        return check_username(value)


UsernameOrRemote = Annotated[RemoteRef | str, _TextOrRemote()]


class RegistryCredential(RegistryHost):
    """One registry, and the source of its user name and password."""

    example: ClassVar[Example] = {"registry": "ghcr", "username": "acme-bot", "password": RemoteRef.example}
    # GitHub, "Working with the Container registry", names personal access tokens (classic) and the GITHUB_TOKEN of a
    # workflow. That the login with the token of an app succeeds is in akuity/kargo#2383 and jikig-ai/soleur#6073.
    refused_keys: ClassVar[Mapping[str, str]] = {
        "githubApp": (
            "is for git only: the registry of GitHub accepts the login of an app and then refuses to push and pull; "
            "use username and password, with a personal access token (classic) in the secret manager"
        ),
    }

    remote_key: Deferrable[RemoteKey] | None = None
    """Remote key of a docker ``config.json``, from which the entry of the registry is read; may be an output."""
    property: Deferrable[RemoteKey] | None = None
    """Property of that secret with the ``config.json``; may be an output. None: the whole secret."""
    version: Deferrable[RemoteKey] | None = None
    """Version of that secret; may be an output. None: the manager's default."""
    decoding: Decoding = "None"
    """Encoding of the ``config.json`` in the manager."""
    username: UsernameOrRemote | None = None
    """User name, with ``password``: plain text, or a reference to the secret manager."""
    password: RemoteRef | None = None
    """Password or token in the secret manager, with ``username``."""
    service_account_key: RemoteRef | None = None
    """JSON key of a Google service account in the secret manager; the user name is ``_json_key``."""
    secret_store: ObjectName | None = None
    """Entry of ``secretStores`` that its values are read from. None: that of the organization."""
    manual: ManualRegistry | None = None
    """User and password from encrypted configuration."""

    if TYPE_CHECKING:
        # The parameters of registries and the kinds of tokens are fields that catalogs declare at run time, so a type
        # checker cannot derive this signature.
        def __init__(  # noqa: PLR0913 -- one argument for each field
            self,
            *,
            server: str | None = None,
            registry: str | None = None,
            remote_key: Deferrable[str] | None = None,
            property: Deferrable[str] | None = None,  # noqa: A002 -- the name of the field
            version: Deferrable[str] | None = None,
            decoding: Decoding = "None",
            username: RemoteRef | str | None = None,
            password: RemoteRef | None = None,
            service_account_key: RemoteRef | None = None,
            secret_store: str | None = None,
            manual: ManualRegistry | None = None,
            **parameter_or_token: str | RegistryToken | None,
        ) -> None: ...

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.username is None) != (self.password is None):
            missing = "password" if self.password is None else "username"
            msg = f"{missing} is missing; username and password go together"
            raise ValueError(msg)
        sources = {
            "remoteKey (a docker config.json)": self.remote_key,
            "username and password": self.username,
            "serviceAccountKey": self.service_account_key,
            "manual": self.manual,
            **{key: vars(self).get(key) for key in TOKENS.names()},
        }
        present = [name.partition(" (")[0] for name, value in sources.items() if value is not None]
        if len(present) != 1:
            what = f"names {', '.join(present)}" if present else "names no source"
            msg = f"{what}; expected exactly one of {', '.join(sources)}"
            raise ValueError(msg)
        idle = self.property is not None or self.version is not None or self.decoding != "None"
        if self.remote_key is None and idle:
            msg = "property, version and decoding belong to remoteKey; leave them out"
            raise ValueError(msg)
        if self.secret_store is not None and not self.remotes:
            msg = f"secretStore {NO_VALUE}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _fits_registry(self) -> Self:
        entry = self.catalog_entry
        key, _ = self.token or ("", None)
        if key and (entry is None or entry.token != key):
            registries = describe(registry for registry in REGISTRIES if registry.token == key)
            msg = f"{key} creates no tokens for {self.host}; use it with {registries}"
            raise ValueError(msg)
        if self.service_account_key is not None and (entry is None or not entry.service_account_key):
            registries = describe(registry for registry in REGISTRIES if registry.service_account_key)
            msg = f"serviceAccountKey is a key of Google, not of {self.host}; use it with {registries}"
            raise ValueError(msg)
        user = self.manual.username if self.manual else self.username
        fixed = entry.usernames if entry else ()
        if fixed and isinstance(user, str) and user not in fixed:
            msg = f"has a username that {self.host} does not accept; expected {' or '.join(fixed)}"
            raise ValueError(msg)
        return self

    @builtins.property
    def docker_config(self) -> RemoteRef | None:
        """Reference to a docker ``config.json``. None: the credential has another source."""
        if self.remote_key is None:
            return None
        return build_ref(self.remote_key, self.property, self.version, self.decoding)

    @builtins.property
    def token(self) -> tuple[str, RegistryToken] | None:
        """Key and settings of the generator of its tokens. None: it uses no generator."""
        # A model that is older than the registration of a kind lacks the field.
        return next(((key, token) for key in TOKENS.names() if (token := vars(self).get(key)) is not None), None)

    @builtins.property
    def remotes(self) -> tuple[RemoteRef, ...]:
        """All references to the secret manager."""
        sources = (self.docker_config, self.username, self.password, self.service_account_key)
        return tuple(ref for ref in sources if isinstance(ref, RemoteRef))


def on_registry_change(listener: Callable[[], None]) -> None:
    """Call a function after every change of the registries or the kinds of tokens, in the order of these calls."""
    REGISTRIES.on_change(listener)
    TOKENS.on_change(listener)


def _derive_fields() -> None:
    """Give `RegistryCredential` one optional field for each parameter of a registry and each kind of token."""
    tokens = {token.settings_key: build_optional_field(token, token.settings_key) for token in TOKENS}
    set_derived_fields(RegistryCredential, {"registry": derive_parameter_fields(), "manual": tokens})


_derive_fields()
on_registry_change(_derive_fields)
