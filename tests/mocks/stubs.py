"""A cluster that answers from a table instead of a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from components import Cluster, ClusterSettings, Endpoint

EXTERNAL_SECRETS = "/apis/external-secrets.io/v1/externalsecrets"
NAMESPACES = "/api/v1/namespaces"
HEALTHY: dict[str, dict[str, Any]] = {
    "/apis/external-secrets.io": {"versions": [{"version": "v1"}]},
    "/apis/external-secrets.io/v1": {"resources": [{"name": "externalsecrets"}, {"name": "clustersecretstores"}]},
}


class StubCluster(Cluster):
    """Answers of one cluster, by path; what is not in the table does not exist."""

    objects: Mapping[str, dict[str, Any]] = HEALTHY
    collections: Mapping[str, list[dict[str, Any]]] = {}

    def __init__(self, plane: str, settings: ClusterSettings) -> None:
        self.plane = plane
        self.settings = settings

    def endpoint(self) -> Endpoint:
        return Endpoint(url="https://198.51.100.7:6443", ca_bundle="Q0E=")

    def get(self, path: str) -> dict[str, Any] | None:
        return self.objects.get(path)

    def items(self, path: str, **_: object) -> Iterator[dict[str, Any]]:
        yield from self.collections.get(path, [])

    def merge_patch(self, path: str, body: Mapping[str, Any], *, field_manager: str) -> None:
        """A credential that failed is asked to try again; here it makes no difference."""


def stub(
    *,
    objects: Mapping[str, dict[str, Any]] | None = None,
    collections: Mapping[str, list[dict[str, Any]]] | None = None,
) -> type[StubCluster]:
    """A class to put in the place of `Cluster`; by default the operator is there and nothing else."""
    return type(
        "Stub", (StubCluster,), {"objects": HEALTHY if objects is None else objects, "collections": collections or {}}
    )


def synced(namespace: str, name: str, *, generation: int = 1, status: str = "True") -> dict[str, Any]:
    """A live ExternalSecret that has been looked at."""
    ready = {"type": "Ready", "status": status, "reason": "SecretSyncedError", "message": "could not get secret data"}
    return {
        "metadata": {"namespace": namespace, "name": name, "generation": generation},
        "status": {"conditions": [ready], "syncedResourceVersion": f"{generation}-abc"},
    }
