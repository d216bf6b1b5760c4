"""ClusterSecretStores that planes name and that the stack does not create: whether they exist.

A missing one is a warning and no problem, because the same program may create it after the preview.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ..errors import ForbiddenError
from ..manifests import ESO
from ..plan.rights import ClusterPlane
from ..plan.stack import Plan
from ..schema.suggestions import find_nearest
from .connection import Cluster
from .reading import list_metadata

_STORE: Final = "ClusterSecretStore"
_NAMES: Final = 10


def list_absent_stores(clusters: Mapping[ClusterPlane, Cluster], plan: Plan) -> Iterator[str]:
    """A warning for each store that is missing, with those that exist; one list call for each cluster with such names.

    A user who may not list stores gets a warning that they were not checked.

    Args:
        clusters: plane -> its cluster.
        plan: of the stack.

    Raises:
        ClusterError: a cluster cannot be reached.
    """
    names: dict[ClusterPlane, dict[str, list[str]]] = {}
    for plane, name, setting in _list_names(plan):
        if plane in clusters:
            names.setdefault(plane, {}).setdefault(name, []).append(setting)
    for plane, named in names.items():
        cluster = clusters[plane]
        try:
            existing = sorted(name for _, name in list_metadata(cluster, ESO, _STORE))
        except ForbiddenError:
            yield (
                f"{cluster}: the user of this context may not list {_STORE}s, so nothing shows whether these exist: "
                f"{', '.join(sorted(named))}; check them with kubectl get clustersecretstores"
            )
            continue
        yield from (_describe(cluster, name, named[name], existing) for name in sorted(named.keys() - {*existing}))


def _list_names(plan: Plan) -> Iterator[tuple[ClusterPlane, str, str]]:
    """Plane of the store, its name, and the setting that names it, for all stores that the stack does not create."""
    own = {(store.plane, store.name) for store in plan.stores}
    seen: set[tuple[ClusterPlane, str, str]] = set()
    planes: tuple[tuple[ClusterPlane, str], ...] = (("build", "buildPlane"), (plan.pull_plane, "dataPlane"))
    # With two releases, each organization has a plan for each of them, whose keys of planes may be the same.
    for organization in plan.organizations:
        settings, words = organization.organization, organization.release.words
        for (plane, key), block in zip(planes, (settings.build_plane, settings.data_plane), strict=True):
            name = None if block is None else block.secret_store_ref
            if isinstance(name, str) and (plane, name) not in own:
                word = words.get(f"organizations.*.{key}", key)
                named: tuple[ClusterPlane, str, str] = (
                    plane,
                    name,
                    f'{word}.secretStoreRef of organization "{organization.name}"',
                )
                if named not in seen:
                    seen.add(named)
                    yield named


def _describe(cluster: Cluster, name: str, settings: list[str], existing: list[str]) -> str:
    nearest = find_nearest(name, existing)
    others = ", ".join([*existing[:_NAMES], *(["..."] if len(existing) > _NAMES else [])]) or "none"
    advice = f'did you mean "{nearest}"? There are' if nearest else "create it, or use one of these"
    return (
        f'{cluster}: {_STORE} "{name}" does not exist, so ESO refuses what reads from it; it is the '
        f"{_join(settings)}; {advice}: {others}"
    )


def _join(settings: list[str]) -> str:
    """The first setting, and how many others there are."""
    return settings[0] if len(settings) == 1 else f"{settings[0]} and of {len(settings) - 1} more"
