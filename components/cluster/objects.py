"""Read and edit one OpenChoreo object that other clients edit too.

A write is a JSON Patch with the ``resourceVersion`` of the object that it was computed from. The API server refuses it
if another client has written since; then the object is read and the edit computed again. No write of others is lost.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from ..errors import ClusterError, ConflictError, NotFoundError
from ..manifests import MANAGED_BY, Manifest
from ..object_names import format_object
from ..openchoreo.kinds import Kind
from .connection import Cluster

T = TypeVar("T")

ATTEMPTS: Final = 100
"""Attempts at a write while others keep writing, in about 10 s. With N writers, about one attempt in N succeeds."""
_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 0.15


@dataclass(frozen=True)
class Location:
    """Kind, namespace and name of an OpenChoreo object."""

    kind: Kind
    name: str
    namespace: str | None = None
    """None for a cluster-scoped kind."""

    def __str__(self) -> str:
        return format_object(self.kind.name, self.name, self.namespace)

    @property
    def path(self) -> str:
        """Path of the object in the Kubernetes API."""
        return self.kind.path(self.namespace, self.name)


def read(cluster: Cluster, location: Location) -> Manifest:
    """The live object.

    Raises:
        NotFoundError: the object does not exist; the message lists the names that do.
        ClusterError: the server cannot be reached, or refuses.
    """
    live = cluster.get(location.path)
    if live is None:
        msg = f"{cluster}: {describe_missing(cluster, location)}"
        raise NotFoundError(msg)
    return live


def is_served(cluster: Cluster, kind: Kind) -> bool:
    """Whether a cluster still has a kind, which an upgrade of OpenChoreo may remove with all its objects.

    Raises:
        ClusterError: the server cannot be reached, or refuses.
    """
    group = cluster.get(f"/apis/{kind.api}") or {}
    return any(resource["name"] == kind.plural for resource in group.get("resources", ()))


def describe_missing(cluster: Cluster, location: Location) -> str:
    """A message about an object that does not exist, with the names of those that do."""
    place = f" in the namespace {location.namespace}" if location.namespace else ""
    try:
        items = cluster.items(location.kind.path(location.namespace), metadata_only=True)
        names = sorted(item["metadata"]["name"] for item in items)
    except ClusterError:
        # A user may have the right to get one object and not to list all of them.
        return f"there is no {location.kind.name} {location.name}{place}"
    return f"there is no {location.kind.name} {location.name}{place}; there are: {', '.join(names) or 'none'}"


def edit(
    cluster: Cluster,
    location: Location,
    change: Callable[[Manifest], tuple[Manifest, T]],
    cancelled: Callable[[float], bool],
) -> T:
    """Change the live object without losing a write of another client.

    Args:
        cluster: cluster of the object.
        location: the object.
        change: live object -> the changed object, and the value to return; it may be called many times. It may change
            the spec and the annotations.
        cancelled: waits for that many seconds; returns True if the user has cancelled the update.

    Returns:
        The value that ``change`` returned for the object that was written.

    Raises:
        NotFoundError: the object does not exist.
        PatchError: ``change`` raised it; nothing was written.
        ConflictError: others kept writing, or the update was cancelled; nothing was written.
        ClusterError: the server cannot be reached, or refuses.
    """
    pause = _FIRST_PAUSE
    for _ in range(ATTEMPTS):
        live = read(cluster, location)
        changed, result = change(live)
        if changed == live:
            return result
        try:
            cluster.json_patch(location.path, _operations(live, changed), field_manager=MANAGED_BY)
        except ConflictError:
            if cancelled(pause * random.uniform(0.5, 1)):  # noqa: S311 -- spreads retries, protects nothing
                msg = (
                    f"{cluster}: {location}: the update was cancelled while others wrote to the object; "
                    "nothing was written"
                )
                raise ConflictError(msg) from None
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            return result
    msg = (
        f"{cluster}: {location}: others wrote to it {ATTEMPTS} times in a row; nothing was written. "
        "Run the update again"
    )
    raise ConflictError(msg)


def _operations(live: Manifest, changed: Manifest) -> list[dict[str, Any]]:
    """The JSON Patch that changes spec and annotations of exactly this version of an object."""
    version = live["metadata"]["resourceVersion"]
    operations = [{"op": "replace", "path": "/metadata/resourceVersion", "value": version}]
    if changed.get("spec") != live.get("spec"):
        operations.append({"op": "add", "path": "/spec", "value": changed.get("spec", {})})
    before, after = live["metadata"].get("annotations"), changed["metadata"].get("annotations")
    if before != after and after is None:
        operations.append({"op": "remove", "path": "/metadata/annotations"})
    elif before != after:
        operations.append({"op": "add", "path": "/metadata/annotations", "value": after})
    return operations
