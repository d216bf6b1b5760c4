"""What the blocks of several secret managers have in common: references to what lies in the cluster.

Source: ``SecretKeySelector``, ``ServiceAccountSelector`` and ``CAProvider`` of the External Secrets Operator. A
ClusterSecretStore that names no namespace would use the one of each ExternalSecret, so here every reference names it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from ..manifests import Manifest, manifest
from ..schema.model import DataKey, Label, Model, ObjectName
from ..schema.placeholder import ORGANIZATION, ObjectNameTemplate, fill, places
from .planned import PlannedStore

Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
Audiences = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False, min_length=1)]


class Manager(Model):
    """Base of the provider blocks."""

    @property
    def told_apart_by(self) -> tuple[str, ...] | None:
        """What can give each organization an access of its own in the manager, with ``scope: organization``.

        Paths of which one must have ``{organization}``, empty for any path; None where each organization has its own
        in any case.
        """
        return None


class ServiceAccountRef(Model):
    """A ServiceAccount that exists already."""

    name: ObjectNameTemplate
    """Its name; ``{organization}`` may stand in it."""
    namespace: Label
    """Its namespace."""
    audiences: Audiences | None = None
    """Audiences of the tokens that the operator asks for, beside those of the manager. None: only those."""


class StoreServiceAccount(Model):
    """A ServiceAccount ``eso-<store>`` that is made here for each ClusterSecretStore."""

    identity_namespace: Label
    """Namespace that it is made in; not a build namespace. It must exist."""
    audiences: Audiences | None = None
    """Audiences of the tokens that the operator asks for, beside those of the manager. None: only those."""


class SecretKeyRef(Model):
    """One key of a Kubernetes Secret that exists: a name, never a value."""

    name: ObjectNameTemplate
    """Name of the Secret; ``{organization}`` may stand in it."""
    namespace: Label
    """Namespace of the Secret."""
    key: DataKey
    """Key in the Secret."""


class CaProvider(Model):
    """Where the operator finds the CA certificate of a server."""

    type: Literal["ConfigMap", "Secret"]
    """Kind of the object that holds it."""
    name: ObjectName
    """Name of the object."""
    key: DataKey
    """Key in the object."""
    namespace: Label
    """Namespace of the object (a ClusterSecretStore must name it)."""


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
