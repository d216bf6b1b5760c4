"""What has happened on a cluster since a moment: every write of some kinds, in the order of the API server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.platform.harness import Kubernetes

ESO = "external-secrets.io/v1"
RBAC = "rbac.authorization.k8s.io/v1"
KINDS = (
    (ESO, "ExternalSecret"),
    (ESO, "ClusterExternalSecret"),
    (ESO, "ClusterSecretStore"),
    (RBAC, "Role"),
    (RBAC, "RoleBinding"),
    ("v1", "ServiceAccount"),
    ("v1", "Namespace"),
)


@dataclass(frozen=True)
class Event:
    """One write."""

    number: int
    """Its revision in etcd, which orders the writes of all kinds."""
    type: str
    """``ADDED``, ``MODIFIED`` or ``DELETED``."""
    kind: str
    object: dict[str, Any]

    @property
    def name(self) -> str:
        """``<namespace>/<name>``, or the name of a cluster-scoped object."""
        metadata = self.object["metadata"]
        return "/".join(filter(None, (metadata.get("namespace"), metadata["name"])))

    @property
    def is_ready(self) -> bool:
        """Whether an ExternalSecret is synced, or has no status yet."""
        conditions = (self.object.get("status") or {}).get("conditions") or ()
        return all(condition["status"] == "True" for condition in conditions if condition["type"] == "Ready")


class History:
    """The writes since its creation."""

    def __init__(self, cluster: Kubernetes) -> None:
        self._cluster = cluster
        self._start = {kind: str(cluster._resource(*kind).get().metadata.resourceVersion) for kind in KINDS}

    def read(self) -> list[Event]:
        """All writes so far, in their order."""
        events = [
            Event(int(event["raw_object"]["metadata"]["resourceVersion"]), event["type"], kind, event["raw_object"])
            for (api, kind), start in self._start.items()
            for event in self._cluster._resource(api, kind).watch(resource_version=start, timeout=2)
        ]
        return sorted(events, key=lambda event: event.number)


def first(events: list[Event], kind: str, name: str, is_it: Callable[[Event], bool]) -> int:
    """Number of the first write of an object that is the one that is meant."""
    return next(event.number for event in events if (event.kind, event.name) == (kind, name) and is_it(event))


def is_deletion(event: Event) -> bool:
    """Whether the object is gone with this write."""
    return event.type == "DELETED"
