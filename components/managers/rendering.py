"""Building blocks of provider blocks and identities, shared by the managers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from ..errors import Problem, SettingsError
from ..manifests import Manifest, build_manifest
from ..schema.deferred import CONSEQUENCE, InputStr, apply_to_deferred
from ..schema.model import to_json_data
from ..schema.placeholder import ORGANIZATION, fill, find_places
from .manager import PlannedStore
from .references import ServiceAccountRef, StoreServiceAccount

_PULL_SUFFIX: Final = "-pull"
"""End of the name of a role for pulling, if the settings name the role for builds."""


def get_account_name(planned: PlannedStore) -> str:
    """Name of the ServiceAccount that the stack creates for a store."""
    return build_account_name(planned.name)


def build_account_name(store: str) -> str:
    """Name of the ServiceAccount, Role and RoleBinding of a ClusterSecretStore."""
    return f"eso-{store}"


def build_role_template(store: str, role_name: str | None, *, beside_builds: bool) -> str:
    """Name of the role that the stack creates for a managed store, with the placeholder.

    Args:
        store: name after which its identity is named.
        role_name: name in the settings. None: that of the ServiceAccount.
        beside_builds: whether it is a pull store, and the builds' store of its entry has a role too.
    """
    if role_name is None:
        return build_account_name(store)
    return f"{role_name}{_PULL_SUFFIX if beside_builds else ''}"


def build_service_account(
    planned: PlannedStore, account: StoreServiceAccount | None, annotations: Mapping[str, InputStr | None] | None = None
) -> list[Manifest]:
    """The ServiceAccount of a store; empty if its settings have none.

    Args:
        planned: the store.
        account: settings of the ServiceAccount.
        annotations: annotations that the manager reads; those with the value None are left out.
    """
    if account is None:
        return []
    present = {key: value for key, value in (annotations or {}).items() if value is not None}
    return [
        build_manifest(
            "v1",
            "ServiceAccount",
            get_account_name(planned),
            namespace=account.identity_namespace,
            annotations=fill_organization(planned, present),
        )
    ]


def build_account_reference(
    planned: PlannedStore, own: StoreServiceAccount | None, existing: ServiceAccountRef | None
) -> dict[str, Any] | None:
    """``serviceAccountRef`` of a provider block: the store's own account, else the existing one, else None."""
    if own is not None:
        reference = {"name": get_account_name(planned), "namespace": own.identity_namespace}
        return reference if own.audiences is None else {**reference, "audiences": list(own.audiences)}
    return dump(existing)


def dump(settings: BaseModel | None) -> dict[str, Any] | None:
    """Settings whose fields are ESO's own, as JSON data without unset fields."""
    return None if settings is None else to_json_data(settings)


def build_provider_block(planned: PlannedStore, **fields: Any) -> dict[str, Any]:
    """A provider block without the fields that are None, and with the organization's name filled in."""
    block: dict[str, Any] = fill_organization(
        planned, {key: value for key, value in fields.items() if value is not None}
    )
    return block


def fill_organization(planned: PlannedStore, block: Any) -> Any:
    """JSON data with the name of the store's only organization in place of ``{organization}``.

    Raises:
        SettingsError: not exactly one organization uses the store, so the placeholder has no single value.
    """
    if len(planned.organizations) == 1:
        return fill(block, planned.organizations[0])
    source = f"store {planned.name}"
    text = f"has {ORGANIZATION}, but {len(planned.organizations)} organizations use the store; expected exactly one"
    problem = Problem(planned.manager.settings_key, text)
    if any(find_places(block)):
        raise SettingsError(source, [problem])

    def check(value: Any) -> Any:
        if list(find_places(value)):
            raise SettingsError(source, [problem], consequence=CONSEQUENCE)
        return value

    return apply_to_deferred(check, block)
