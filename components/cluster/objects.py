"""Read and edit one OpenChoreo object that others edit too.

A write is a JSON Patch that names the ``resourceVersion`` it was computed for, so the API server refuses it when
anybody has written in between; then the object is read again and the edit computed anew. Nobody's write is lost.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeVar

from ..errors import ClusterError, ConflictError, NotFoundError
from ..manifests import MANAGED_BY, Manifest
from ..openchoreo.kinds import Kind
from .connection import Cluster

T = TypeVar("T")

ATTEMPTS: Final = 100
"""How often a write is tried while others keep writing, in about 10 s. Of N busy writers each gets one in N through."""
_FIRST_PAUSE: Final = 0.01
_LONGEST_PAUSE: Final = 0.15


@dataclass(frozen=True)
class Location:
    """Where an OpenChoreo object lies."""

    kind: Kind
    name: str
    namespace: str | None = None
    """None for a cluster-scoped kind."""

    def __str__(self) -> str:
        return f"{self.kind.name} {self.namespace}/{self.name}" if self.namespace else f"{self.kind.name} {self.name}"

    @property
    def path(self) -> str:
        """In the API."""
        return self.kind.path(self.namespace, self.name)


def read(cluster: Cluster, location: Location) -> Manifest:
    """The live object.

    Raises:
        NotFoundError: there is none; the message has the names that exist.
        ClusterError: the server cannot be reached, or refuses.
    """
    live = cluster.get(location.path)
    if live is None:
        msg = f"{cluster}: {missing(cluster, location)}"
        raise NotFoundError(msg)
    return live


def missing(cluster: Cluster, location: Location) -> str:
    """What is to be said of an object that does not exist."""
    place = f" in the namespace {location.namespace}" if location.namespace else ""
    try:
        items = cluster.items(location.kind.path(location.namespace), metadata_only=True)
        names = sorted(item["metadata"]["name"] for item in items)
    except ClusterError:
        # Reading one object is allowed without the right to list all; then the names stay unknown.
        return f"there is no {location.kind.name} {location.name}{place}"
    return f"there is no {location.kind.name} {location.name}{place}; there are: {', '.join(names) or 'none'}"


def edit(
    cluster: Cluster,
    location: Location,
    change: Callable[[Manifest], tuple[Manifest, T]],
    cancelled: Callable[[float], bool],
) -> T:
    """Change the live object, with nothing of others lost.

    Args:
        cluster: where.
        location: of the object.
        change: live object -> the object as it shall be, and what to return; it may be called many times.
        cancelled: waits so many seconds; true if the update was given up.

    Raises:
        NotFoundError: there is no such object.
        PatchError: ``change`` refuses; nothing was written then.
        ConflictError: others kept writing, or the update was given up; nothing was written then.
        ClusterError: the server cannot be reached, or refuses.
    """
    pause = _FIRST_PAUSE
    for _ in range(ATTEMPTS):
        live = read(cluster, location)
        wanted, result = change(live)
        if wanted == live:
            return result
        version = {"op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]}
        try:
            cluster.json_patch(
                location.path,
                [version, {"op": "add", "path": "/spec", "value": wanted.get("spec", {})}],
                field_manager=MANAGED_BY,
            )
        except ConflictError:
            if cancelled(pause * random.uniform(0.5, 1)):  # noqa: S311 -- spreads retries, protects nothing
                msg = f"{cluster}: {location}: given up while others were writing to it; nothing was written"
                raise ConflictError(msg) from None
            pause = min(2 * pause, _LONGEST_PAUSE)
        else:
            return result
    msg = f"{cluster}: {location}: others wrote to it {ATTEMPTS} times in a row; nothing was written. Run it again"
    raise ConflictError(msg)
