"""Every object that a stack creates on a cluster, by kind and name: what must not belong to others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ..managers.manager import Plane, PlannedStore
from ..manifests import ESO, Manifest
from ..object_names import format_object
from .organization import OrganizationPlan

STRICT: Final = "isolation: strict"
"""Who needs the admission policies, for messages."""


@dataclass(frozen=True)
class PlannedObject:
    """One object, without its content."""

    plane: Plane | Literal["control"]
    """Cluster of the object; ``build`` where both planes are one cluster."""
    api: str
    """``v1``, ``external-secrets.io/v1`` and so on."""
    kind: str
    """``ClusterSecretStore``."""
    name: str
    namespace: str | None
    """None: cluster-scoped."""
    user: str
    """Who needs it, for messages: ``organization "acme"`` or ``store "default"``."""
    setting: str
    """What to change for another name, for messages: ``git.secretName``. Empty: the name is fixed."""
    organization: str | None = None
    """The only organization that needs it. None: several do."""
    by_operator: bool = False
    """Whether ESO creates it, for one of the other objects."""

    def __str__(self) -> str:
        return format_object(self.kind, self.name, self.namespace)


def list_objects(
    stores: Iterable[PlannedStore],
    organizations: Iterable[OrganizationPlan],
    pull_plane: Plane,
    policies: Mapping[Plane, Iterable[Manifest]],
) -> Iterator[PlannedObject]:
    """Every object of a stack except build namespaces, which can be adopted.

    Args:
        stores: all stores.
        organizations: all organizations.
        pull_plane: plane of the pull secrets.
        policies: plane -> admission policies.
    """
    for plane, manifests in policies.items():
        for manifest in manifests:
            yield _object(plane, manifest, STRICT, "", None)
    for store in stores:
        user, rename = f'store "{store.name}"', "the key of secretStores"
        only = store.only_organization
        for manifest in store.identity:
            yield _object(store.plane, manifest, user, rename, only)
        yield PlannedObject(store.plane, ESO, "ClusterSecretStore", store.name, None, user, rename, only)
    for organization in organizations:
        yield from _organization(organization, pull_plane)


def _organization(plan: OrganizationPlan, pull_plane: Plane) -> Iterator[PlannedObject]:
    user = f'organization "{plan.name}"'
    if plan.quota is not None:
        yield _object("build", plan.quota, user, "", plan.name)
    for manifest in plan.generators:
        yield _object("build", manifest, user, "", plan.name)
    for planned in plan.ahead:
        if planned.external_secret is not None:
            yield _object("build", planned.external_secret, user, planned.path, plan.name)
        if planned.name not in plan.merged_names:
            yield PlannedObject(
                "build",
                "v1",
                "Secret",
                planned.name,
                plan.namespace,
                user,
                planned.path,
                plan.name,
                by_operator=planned.manual is None,
            )
    for reference in plan.secret_references:
        yield _object("control", reference.manifest, user, "git.secretReference", plan.name)
    if plan.fan_out is not None:
        yield _object(pull_plane, plan.fan_out, user, "", plan.name)
    for namespace, manual in plan.pull_manual:
        yield PlannedObject(
            pull_plane, "v1", "Secret", manual.name, namespace, user, "pullSecret.secretName", plan.name
        )


def _object(
    plane: Plane | Literal["control"], manifest: Manifest, user: str, setting: str, organization: str | None
) -> PlannedObject:
    metadata = manifest["metadata"]
    api, kind, name, namespace = manifest["apiVersion"], manifest["kind"], metadata["name"], metadata.get("namespace")
    return PlannedObject(plane, api, kind, name, namespace, user, setting, organization)
