"""An entry of ``secretStores``: one secret manager, and who shares it.

Source of the provider blocks: External Secrets Operator, ``SecretStoreProvider`` of ``external-secrets.io/v1``.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from ..schema.derived import build_optional_field, set_derived_fields
from ..schema.model import Example, Model, Several
from .manager import Manager
from .options import REFUSED, ControllerClass, RetrySettings, StoreInterval, StoreOptions, describe_idle_retries
from .registry import list_managers, on_change

Scope = Literal["organization", "shared"]
"""Who shares the ClusterSecretStore of an entry."""


class SecretStoreSettings(Model):
    """One secret manager. Exactly one provider block, a field of its own for each registered manager."""

    example: ClassVar[Example] = {"kubernetes": {"remoteNamespace": "secret-manager"}}
    refused_keys: ClassVar[Mapping[str, str]] = REFUSED

    scope: Scope | None = None
    """``organization``: each organization has its own ClusterSecretStore ``<name>-<org>`` with its own identity.
    ``shared``: all organizations that use it share one ClusterSecretStore ``<name>``, as in OpenChoreo's docs.
    None: as ``isolation`` of the stack says; ask `StackSettings.get_scope`."""
    shared_access: bool = False
    """Accept, with scope ``organization``, that no field of the block isolates the organizations: every organization
    could read all secrets, unless the manager itself isolates them."""

    shared_keys: Annotated[Several[Annotated[str, Field(min_length=1)]], Field(min_length=1)] | None = None
    """Remote keys that several organizations may read, with scope ``organization``: an account for pulling public
    images, for example. None: each organization has keys of its own."""

    retry_settings: RetrySettings | None = None
    """How often ESO repeats a failed call. None: as ESO does for the secret manager."""
    refresh_interval: StoreInterval | None = None
    """Interval between two checks whether ESO can sign in; see `StoreOptions`. None: as the operator is configured."""
    controller: ControllerClass | None = None
    """Controller class of the operator that processes the store. None: every operator does."""

    if TYPE_CHECKING:
        # The fields of the managers are registered at run time, so a type checker cannot derive this signature.
        def __init__(  # noqa: PLR0913 -- one for each key of the configuration
            self,
            *,
            scope: Scope | None = None,
            shared_access: bool = False,
            shared_keys: Sequence[str] | None = None,
            retry_settings: RetrySettings | None = None,
            refresh_interval: str | None = None,
            controller: str | None = None,
            **manager: Manager | None,
        ) -> None: ...

    @model_validator(mode="after")
    def _one_provider(self) -> Self:
        keys = [manager.settings_key for manager in list_managers()]
        present = [key for key in keys if getattr(self, key) is not None]
        if len(present) != 1:
            what = f"has {len(present)} providers ({', '.join(present)})" if present else "has no provider"
            msg = f"{what}; expected exactly one of {', '.join(keys)}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _retries(self) -> Self:
        problem = describe_idle_retries(self.options, self.manager.settings_key, retries=self.manager.retries)
        if problem is not None:
            msg = f"retrySettings {problem}"
            raise ValueError(msg)
        return self

    @property
    def options(self) -> StoreOptions:
        """Fields of its ClusterSecretStores that do not depend on the manager."""
        return StoreOptions.model_construct(
            retry_settings=self.retry_settings, refresh_interval=self.refresh_interval, controller=self.controller
        )

    @property
    def manager(self) -> Manager:
        """The provider block; its ``settings_key`` is the key in the configuration."""
        blocks = (getattr(self, manager.settings_key) for manager in list_managers())
        block: Manager = next(block for block in blocks if block is not None)
        return block


def _derive_fields() -> None:
    """Give `SecretStoreSettings` one optional field for each registered manager."""
    fields = {
        manager.settings_key: build_optional_field(
            manager, manager.settings_key, inspect.cleandoc(manager.__doc__ or "").partition("\n")[0]
        )
        for manager in list_managers()
    }
    set_derived_fields(SecretStoreSettings, {"shared_keys": fields})


def _register_builtin() -> None:
    """Import every module of this package: a manager registers when its module is imported."""
    package = __package__ or ""
    for module in iter_modules(import_module(package).__path__):
        if f"{package}.{module.name}" != __name__:
            import_module(f"{package}.{module.name}")


_register_builtin()
_derive_fields()
on_change(_derive_fields)
