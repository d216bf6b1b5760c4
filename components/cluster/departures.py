"""Delete the ExternalSecrets of removed organizations before the stores that they share with others are narrowed.

The engine deletes removed objects at the end of an update, after it has updated all others.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from typing import Final

from ..manifests import ESO, is_owned_by
from ..object_names import build_path, format_object
from ..openchoreo.labels import ORGANIZATION_LABEL
from .connection import Cluster
from .handover import list_live

_KINDS: Final = ("ClusterExternalSecret", "ExternalSecret")
_POLL: Final = 0.2
_SECONDS: Final = 60.0
"""Longest wait for all of them; the engine waits longer for each, and reports those that stay."""


def delete_departed(
    cluster: Cluster,
    names: Collection[str],
    organizations: Collection[str],
    stack: str,
    cancelled: Callable[[float], bool],
) -> list[str]:
    """Delete what organizations that are not configured any more read with, and wait until it is gone.

    Args:
        cluster: cluster of the objects.
        names: objects that the stack still has to delete, as `format_object` names them.
        organizations: the configured organizations. What they have lost is left to the engine, which creates its
            replacement before.
        stack: ``<pulumi organization>/<project>/<stack>``.
        cancelled: waits for that many seconds; returns True if the user has cancelled the update.

    Returns:
        The names of those that still exist, or whose copies do. Empty: all are gone.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a request.
    """
    selected = [name for name in names if name.startswith(tuple(f"{kind} " for kind in _KINDS))]
    uids: set[str] = set()
    for _, kind, live in list_live(cluster, selected):
        organization = (live["metadata"].get("labels") or {}).get(ORGANIZATION_LABEL)
        if organization is None or organization in organizations or not is_owned_by(live, kind, stack):
            continue
        metadata = live["metadata"]
        cluster.delete(build_path(ESO, kind, metadata.get("namespace"), metadata["name"]), uid=metadata["uid"])
        uids.add(metadata["uid"])
    deadline = time.monotonic() + _SECONDS
    while uids and (left := sorted(_list_left(cluster, uids))):
        if time.monotonic() >= deadline or cancelled(_POLL):
            return left
    return []


def _list_left(cluster: Cluster, uids: Collection[str]) -> Iterator[str]:
    """Objects that exist, and the ExternalSecrets that a ClusterExternalSecret has created."""
    for kind in _KINDS:
        for item in cluster.items(build_path(ESO, kind), metadata_only=True):
            metadata = item["metadata"]
            owners = {owner.get("uid") for owner in metadata.get("ownerReferences") or ()}
            if metadata["uid"] in uids or owners.intersection(uids):
                yield format_object(kind, metadata["name"], metadata.get("namespace"))
