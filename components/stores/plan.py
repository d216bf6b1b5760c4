"""Which ClusterSecretStores a stack needs: one for each organization, or one that several share."""

from __future__ import annotations

from dataclasses import dataclass

from ..openchoreo import Release
from ..settings import Organization, SecretStore, StackSettings, remote_keys


@dataclass(frozen=True)
class PlannedStore:
    """One ClusterSecretStore, bound to exact namespaces and to exact keys."""

    name: str
    """Name of the ClusterSecretStore."""
    store: SecretStore
    """What it reads from."""
    organizations: tuple[str, ...]
    """Organizations that use it, sorted."""
    namespaces: tuple[str, ...]
    """Namespaces whose ExternalSecrets may use it, sorted; never a pattern."""
    keys: tuple[str, ...]
    """Secrets in the manager that those organizations read, sorted."""


def plan(settings: StackSettings, release: Release) -> tuple[PlannedStore, ...]:
    """All ClusterSecretStores of a stack, sorted by name. Organizations with manual secrets only need none.

    No namespace outside the planned organizations is ever allowed to use a store, and no two entries of
    ``secretStores`` are ever merged: should they make one name, which `parse` refuses, Pulumi refuses the second.
    """
    members: dict[tuple[str, str], list[Organization]] = {}
    for organization in settings.organizations:
        if remote_keys(organization):
            members.setdefault((settings.store_name(organization), organization.secret_store), []).append(organization)
    return tuple(
        PlannedStore(
            name=name,
            store=settings.secret_stores[entry],
            organizations=tuple(sorted(user.name for user in users)),
            namespaces=tuple(sorted(release.build_namespace(user.name) for user in users)),
            keys=tuple(sorted({key for user in users for key in remote_keys(user)})),
        )
        for (name, entry), users in sorted(members.items())
    )
