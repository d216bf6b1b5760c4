"""Environments that are deployed with an older type of components or of projects."""

from __future__ import annotations

from typing import Final

from ..openchoreo.release import Release
from ..patches.snapshots import CopiedType, Promoted, Replacement
from .connection import Cluster
from .objects import Location

_MOST_LISTS: Final = 10
"""Namespaces that are listed one by one, which is cheaper than the snapshots of the whole platform."""


def find_promoted(cluster: Cluster, release: Release, location: Location, replacement: Replacement) -> list[Promoted]:
    """Environments that still render replaced entries of a type.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a list.
    """
    copied = CopiedType(location.kind.name, location.name, location.namespace)
    affected, where = replacement.namespaces, [location.namespace]
    if location.namespace is None and affected is not None and len(affected) <= _MOST_LISTS:
        where = [*sorted(affected)]
    promoted: dict[Promoted, None] = {}
    for layout in (layout for part in release.parts for layout in part.snapshots if copied.kind in layout.types):
        for namespace in where:
            bindings, snapshots = (
                cluster.items(listed.path(namespace)) for listed in (layout.binding, layout.snapshot)
            )
            outdated = replacement.find_outdated(bindings, snapshots, layout, copied)
            promoted |= dict.fromkeys(outdated)
    return list(promoted)
