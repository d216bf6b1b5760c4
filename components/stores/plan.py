"""Which ClusterSecretStores a stack needs: one for each organization, or one that several share, on each plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..openchoreo import Release
from ..settings import AwsAccount, SecretStore, StackSettings, pull_keys, pull_store, remote_keys

Plane = Literal["build", "data"]


@dataclass(frozen=True)
class _Use:
    organization: str
    keys: tuple[str, ...]
    namespace: str | None
    labels: Mapping[str, str] | None = None


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
    selectors: tuple[Mapping[str, str], ...] = ()
    """Labels of more namespaces whose ExternalSecrets may use it: those of the organizations' workloads."""
    plane: Plane = "build"
    """Cluster on which it is made; ``build`` where both planes are one cluster."""
    aws: AwsAccount | None = None
    """Account in which its role and its secrets are made. None: they are not made here."""


def plan(settings: StackSettings, release: Release) -> tuple[PlannedStore, ...]:
    """All ClusterSecretStores of a stack, sorted by name and plane. Organizations with manual secrets only need none.

    A store of the data plane is bound to the labels that OpenChoreo gives the namespaces of an organization's
    workloads.
    No namespace outside the planned organizations is ever allowed to use a store, and no two entries of
    ``secretStores`` are ever merged: should they make one name, which `parse` refuses, Pulumi refuses the second.
    """
    one_cluster = settings.clusters.data_plane == settings.clusters.build_plane
    members: dict[tuple[str, Plane, str], list[_Use]] = {}
    for organization in settings.organizations:
        name, keys, store = organization.name, remote_keys(organization), pull_store(organization)
        if keys:
            place: tuple[str, Plane, str] = (settings.store_name(organization), "build", organization.secret_store)
            members.setdefault(place, []).append(_Use(name, keys, release.build_namespace(name)))
        if store is not None:
            plane: Plane = "build" if one_cluster else "data"
            labels = release.data_plane_labels(name)
            members.setdefault((settings.made_name(organization, store), plane, store), []).append(
                _Use(name, pull_keys(organization), None, labels)
            )
    return tuple(
        PlannedStore(
            name=name,
            store=settings.secret_stores[entry],
            organizations=tuple(sorted({use.organization for use in uses})),
            namespaces=tuple(sorted(use.namespace for use in uses if use.namespace is not None)),
            keys=tuple(sorted({key for use in uses for key in use.keys})),
            selectors=tuple(
                use.labels for use in sorted(uses, key=lambda use: use.organization) if use.labels is not None
            ),
            plane=plane,
            aws=settings.aws if _is_managed(settings.secret_stores[entry]) else None,
        )
        for (name, plane, entry), uses in sorted(members.items())
    )


def _is_managed(store: SecretStore) -> bool:
    return store.aws is not None and store.aws.managed is not None
