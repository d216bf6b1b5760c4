"""A cluster in memory for the tests of trials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from components.cluster.connection import Cluster
from components.errors import ConflictError
from components.settings.clusters import ClusterSettings
from local.own_cluster.requirements import DEFINITIONS

ESO = "/apis/external-secrets.io/v1"
DEPLOYMENT = "/apis/apps/v1/namespaces/eso/deployments/eso"
SYSTEM = "/api/v1/namespaces/kube-system"


class MemoryCluster(Cluster):
    """Objects by path. A collection contains what is directly below it, and a namespaced kind is in every namespace."""

    def __init__(self, *paths: str) -> None:
        self.plane, self.settings = "cluster", ClusterSettings(context="kind-x")
        self.objects: dict[str, dict[str, Any]] = {}
        self.unserved = 0
        """How many creations of objects of OpenChoreo are answered as if their kind was not served yet."""
        self.stuck: set[str] = set()
        """Paths of objects that stay after a deletion."""
        for path in (SYSTEM, *paths):
            self.put(path)

    @property
    def address(self) -> str:
        return "https://127.0.0.1:6443"

    def put(self, path: str, labels: Mapping[str, str] | None = None, **body: Any) -> None:
        """Add an object, whose UID is its path."""
        metadata = {"name": path.rpartition("/")[2], "uid": path, "labels": dict(labels or {})}
        self.objects[path] = {"metadata": metadata, **body}

    def get(self, path: str) -> dict[str, Any] | None:
        return self.objects.get(path)

    def items(self, path: str, *, metadata_only: bool = False, **query: str) -> Iterator[dict[str, Any]]:
        del metadata_only
        group, _, plural = path.rpartition("/")
        name, _, value = query.get("labelSelector", "").partition("=")
        for stored, item in self.objects.items():
            collection = stored.rpartition("/")[0]
            labels = item["metadata"].get("labels") or {}
            inside = collection.startswith(f"{group}/") and collection.endswith(f"/{plural}")
            if inside and (not name or labels.get(name) == value):
                yield item

    def add(self, collection: str, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
        if "openchoreo.dev/" in collection and self.unserved:
            self.unserved -= 1
            return None
        target = f"{collection}/{manifest['metadata']['name']}"
        if target in self.objects:
            msg = f"{target} already exists"
            raise ConflictError(msg)
        self.objects[target] = {**manifest, "metadata": {**manifest["metadata"], "uid": target}}
        return self.objects[target]

    def delete(self, path: str, *, uid: str) -> None:
        assert self.objects[path]["metadata"]["uid"] == uid
        if path in self.stuck:
            return
        del self.objects[path]
        # A namespace takes what is in it with it, and so does a CRD.
        namespace, definition = path.rpartition("/namespaces/")[2], path.rpartition(f"{DEFINITIONS}/")[2]
        plural = f"/{definition.partition('.')[0]}/"
        for stored in list(self.objects):
            inside = path.startswith("/api/v1/namespaces/") and f"/namespaces/{namespace}/" in stored
            if inside or (path.startswith(DEFINITIONS) and plural in stored):
                del self.objects[stored]


def create_ready_cluster() -> MemoryCluster:
    """A cluster in which ESO runs."""
    cluster = MemoryCluster(ESO)
    cluster.put(DEPLOYMENT, {"app.kubernetes.io/name": "external-secrets"}, status={"availableReplicas": 1})
    return cluster
