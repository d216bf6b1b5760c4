"""Environments that are deployed with an older component type."""

from __future__ import annotations

from ..openchoreo.release import Release
from ..patches.snapshots import Promoted, Replacement
from .connection import Cluster


def find_promoted(cluster: Cluster, release: Release, namespace: str, replacement: Replacement) -> list[Promoted]:
    """Environments in a namespace of the control plane that still render replaced entries.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a list.
    """
    promoted: dict[Promoted, None] = {}
    for layout in (part.snapshots for part in release.parts):
        bindings, snapshots = (
            list(cluster.items(listed.path(namespace))) for listed in (layout.binding, layout.snapshot)
        )
        promoted |= dict.fromkeys(replacement.find_outdated(bindings, snapshots, layout))
    return list(promoted)
