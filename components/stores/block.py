"""What the provider blocks of several secret managers share: the store's own ServiceAccount and its end form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from ..manifests import Manifest, manifest
from ..settings import ServiceAccountRef, StoreServiceAccount
from ..settings.placeholder import ORGANIZATION, fill, places
from .plan import PlannedStore


def account_name(planned: PlannedStore) -> str:
    """Name of the identity that is made for a store."""
    return f"eso-{planned.name}"


def service_account(
    planned: PlannedStore, account: StoreServiceAccount | None, annotations: Mapping[str, str | None] | None = None
) -> list[Manifest]:
    """The ServiceAccount that is made for a store, or nothing where its settings have none.

    Args:
        planned: the store that is built.
        account: settings of the ServiceAccount.
        annotations: what the manager reads from it; an annotation whose value is None is left out.
    """
    if account is None:
        return []
    given = {key: value for key, value in (annotations or {}).items() if value is not None}
    return [
        manifest(
            "v1",
            "ServiceAccount",
            account_name(planned),
            namespace=account.identity_namespace,
            annotations=filled(planned, given),
        )
    ]


def account_reference(
    planned: PlannedStore, own: StoreServiceAccount | None, existing: ServiceAccountRef | None
) -> dict[str, Any] | None:
    """``serviceAccountRef`` of a provider block: the account that is made here, or the one that exists, or None."""
    if own is not None:
        where = {"name": account_name(planned), "namespace": own.identity_namespace}
        return where if own.audiences is None else {**where, "audiences": list(own.audiences)}
    return None if existing is None else plain(existing)


def plain(settings: BaseModel | None) -> dict[str, Any] | None:
    """Settings whose fields are ESO's own, as JSON data without what is unset."""
    return None if settings is None else settings.model_dump(mode="json", by_alias=True, exclude_none=True)


def finished(planned: PlannedStore, **fields: Any) -> dict[str, Any]:
    """A provider block: fields that are None are left out, and the organization's name is filled in."""
    block: dict[str, Any] = filled(planned, {key: value for key, value in fields.items() if value is not None})
    return block


def filled(planned: PlannedStore, block: Any) -> Any:
    """JSON data with the name of the store's only organization in place of ``{organization}``.

    Raises:
        ValueError: the store serves several, and the placeholder would give one of them the others' access.
    """
    if len(planned.organizations) == 1:
        return fill(block, planned.organizations[0])
    if any(places(block)):
        msg = f"{ORGANIZATION} in the store {planned.name}, which serves {len(planned.organizations)} organizations"
        raise ValueError(msg)
    return block
