"""ClusterSecretStores of a stack: on each plane one for each organization, or one that several organizations share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..managers.aws import AwsStore
from ..managers.manager import Manager, Plane, PlannedStore
from ..openchoreo.release import Release
from ..schema.deferred import InputStr, sort_unique
from ..settings.stack import StackSettings


@dataclass(frozen=True)
class _Use:
    organization: str
    keys: tuple[InputStr, ...]
    namespace: str | None
    selectors: tuple[Mapping[str, str], ...] = ()


def plan_stores(settings: StackSettings, release: Release) -> tuple[PlannedStore, ...]:
    """All ClusterSecretStores of a stack, sorted by name and plane. Manual secrets need no store.

    A pull store selects the namespaces of an organization's workloads by OpenChoreo's labels, and no build may use it;
    every other store has the build namespaces only. Two entries of ``secretStores`` are never merged, and neither are a
    build store and a pull store: `parse` refuses those that would have the same name.
    """
    members: dict[tuple[str, Plane, str], list[_Use]] = {}
    # The selectors of the newest release come first, as in the plan of an organization.
    for part, view in reversed(list(zip(release.parts, settings.views, strict=True))):
        for place, use in _list_uses(view, part):
            members.setdefault(place, []).append(use)
    return tuple(
        PlannedStore(
            name=name,
            manager=settings.secret_stores[entry].manager,
            organizations=tuple(sorted({use.organization for use in uses})),
            namespaces=tuple(sorted({use.namespace for use in uses if use.namespace is not None})),
            keys=sort_unique(key for use in uses for key in use.keys),
            selectors=tuple(
                dict(labels)
                for labels in dict.fromkeys(
                    tuple(labels.items())
                    for use in sorted(uses, key=lambda use: use.organization)
                    for labels in use.selectors
                )
            ),
            plane=plane,
            options=settings.secret_stores[entry].options,
            **_name_identity(settings, entry, uses, members),
            aws=settings.aws if _is_managed_aws(settings.secret_stores[entry].manager) else None,
            entry=entry if settings.secret_stores[entry].manager.is_managed else None,
        )
        for (name, plane, entry), uses in sorted(members.items())
    )


def _list_uses(settings: StackSettings, release: Release) -> Iterator[tuple[tuple[str, Plane, str], _Use]]:
    """Name, plane and entry of each store of one release, and an organization that uses the store."""
    for organization in settings.organizations:
        name, store = organization.name, organization.pull_store
        for entry, keys in organization.build_reads.items():
            place = settings.cluster_store_name(organization, entry)
            yield (place, "build", entry), _Use(name, keys, release.build_namespace(name))
        if store is not None:
            plane: Plane = "build" if settings.clusters.one_cluster else "data"
            selectors = release.data_plane_selectors(name)
            place = settings.pull_store_name(organization, store)
            yield (place, plane, store), _Use(name, organization.pull_keys, None, selectors)


def _name_identity(
    settings: StackSettings, entry: str, uses: list[_Use], members: Mapping[tuple[str, Plane, str], list[_Use]]
) -> dict[str, Any]:
    """Fields of a managed pull store: its role has another name than that of the builds' store of its entry.

    Without builds it has the name of theirs, so that its resources stay the same when builds begin to read.
    """
    user = next((use.organization for use in uses if use.selectors), None)
    if user is None or not settings.secret_stores[entry].manager.is_managed:
        return {}
    organization = next(organization for organization in settings.organizations if organization.name == user)
    name = settings.cluster_store_name(organization, entry)
    if (name, "build", entry) in members:
        return {"identity_name": settings.pull_identity_name(organization, entry), "beside_builds": True}
    return {"identity_name": name}


def _is_managed_aws(manager: Manager) -> bool:
    return isinstance(manager, AwsStore) and manager.is_managed
