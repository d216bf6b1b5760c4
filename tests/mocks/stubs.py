"""A cluster that answers from a table instead of a network."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from components import ConflictError
from components.cluster.answers import Answer
from components.cluster.connection import Cluster
from components.managers.manager import Endpoint
from components.openchoreo import RELEASES
from components.settings.clusters import ClusterSettings

Object = dict[str, Any]

EXTERNAL_SECRETS = "/apis/external-secrets.io/v1/externalsecrets"
NAMESPACES = "/api/v1/namespaces"
OPENCHOREO = "/apis/openchoreo.dev/v1alpha1"
HEALTHY: dict[str, Object] = {
    "/apis/external-secrets.io": {"versions": [{"version": "v1"}]},
    "/apis/external-secrets.io/v1": {
        "resources": [{"name": "externalsecrets"}, {"name": "clustersecretstores"}, {"name": "clusterexternalsecrets"}]
    },
    "/apis/generators.external-secrets.io/v1alpha1": {"resources": [{"name": "ecrauthorizationtokens"}]},
}


class StubCluster(Cluster):
    """Answers of one cluster, by path; what is not in the table does not exist."""

    objects: Mapping[str, Object] = HEALTHY
    collections: Mapping[str, list[Object]] = {}

    def __init__(self, plane: str, settings: ClusterSettings) -> None:
        self.plane = plane
        self.settings = settings

    def endpoint(self) -> Endpoint:
        return Endpoint(url="https://198.51.100.7:6443", ca_bundle="Q0E=")

    def get(self, path: str) -> Object | None:
        return self.objects.get(path)

    def items(self, path: str, **_: object) -> Iterator[Object]:
        yield from self.collections.get(path, [])

    def create(self, path: str, manifest: Mapping[str, Any]) -> Object:  # noqa: ARG002 -- of the real one
        """The user of the context may do everything."""
        return {"status": {"allowed": True}}

    def merge_patch(self, path: str, body: Mapping[str, Any], *, field_manager: str) -> None:
        """Accept the request to retry a failed credential; it has no effect here."""


def stub(
    *,
    objects: Mapping[str, Object] | None = None,
    collections: Mapping[str, list[Object]] | None = None,
) -> type[StubCluster]:
    """A replacement for the class `Cluster`; by default with the operator and no other object."""
    return type(
        "Stub", (StubCluster,), {"objects": HEALTHY if objects is None else objects, "collections": collections or {}}
    )


class Memory:
    """A replacement for `Cluster`: the objects of a control plane, with resource versions as on an API server.

    A call returns the object itself, so every connection uses the same objects.
    """

    def __init__(self, *objects: Object) -> None:
        self.objects = {path_of(each): copy.deepcopy(each) for each in objects}
        self.refused: dict[str, str] = {}
        """``get``, ``list`` or ``patch`` -> why the API server refuses it."""
        self.meanwhile: list[Callable[[Object], object]] = []
        """What others write just before each of our next writes arrives."""
        self.writers: list[str] = []
        """Field manager of every write that got through."""
        self.unserved: set[str] = set()
        """Plural names of the kinds that an upgrade has removed."""

    def __call__(self, plane: str, settings: ClusterSettings) -> Cluster:
        return _Connection(plane, settings, self)

    def edit(self, kind: str, change: Callable[[Object], object]) -> None:
        """What a person or a controller does to the only object of a kind."""
        (live,) = (each for each in self.objects.values() if each["kind"] == kind)
        change(live)
        live["metadata"]["resourceVersion"] = str(int(live["metadata"]["resourceVersion"]) + 1)

    def live(self, kind: str) -> Object:
        """The only object of a kind."""
        (found,) = (each for each in self.objects.values() if each["kind"] == kind)
        return found


Place = Callable[..., Memory]


class _Connection(StubCluster):
    def __init__(self, plane: str, settings: ClusterSettings, memory: Memory) -> None:
        super().__init__(plane, settings)
        self._memory = memory

    def get(self, path: str) -> Object | None:
        self._check("get", "GET", path)
        if path == OPENCHOREO:
            kinds = {kind.plural for release in RELEASES.values() for kind in release.kinds.values()}
            return {"resources": [{"name": kind} for kind in sorted(kinds - self._memory.unserved)]}
        return copy.deepcopy(self._memory.objects.get(path))

    def items(self, path: str, **asked: object) -> Iterator[Object]:
        self._check("list", "GET", path)
        for place, live in self._memory.objects.items():
            if place.rpartition("/")[0] == path:
                yield copy.deepcopy({"metadata": live["metadata"]} if asked.get("metadata_only") else live)

    def json_patch(self, path: str, operations: Sequence[Mapping[str, Any]], *, field_manager: str) -> None:
        self._check("patch", "PATCH", path)
        memory = self._memory
        if memory.meanwhile:
            memory.edit(memory.objects[path]["kind"], memory.meanwhile.pop(0))
        if path not in memory.objects:
            msg = f"{self}: {path} was deleted meanwhile"
            raise ConflictError(msg)
        wanted = copy.deepcopy(memory.objects[path])
        for operation in json.loads(json.dumps(operations)):
            *parents, last = operation["path"].split("/")[1:]
            place = wanted
            for step in parents:
                place = place[step]
            assert operation["op"] in {"add", "replace", "remove"}
            assert operation["op"] == "add" or last in place, "RFC 6902: what is replaced or removed must be there"
            if operation["op"] == "remove":
                del place[last]
            else:
                place[last] = operation["value"]
        metadata = wanted["metadata"]
        if metadata["resourceVersion"] != memory.objects[path]["metadata"]["resourceVersion"]:
            self._refuse("PATCH", path, HTTPStatus.CONFLICT, "the object has been modified")
        metadata["resourceVersion"] = str(int(metadata["resourceVersion"]) + 1)
        memory.objects[path] = _defaulted(wanted)
        memory.writers.append(field_manager)

    def _check(self, verb: str, method: str, path: str) -> None:
        if verb in self._memory.refused:
            self._refuse(method, path, HTTPStatus.FORBIDDEN, self._memory.refused[verb])

    def _refuse(self, method: str, path: str, status: int, reason: str) -> None:
        body = {"apiVersion": "v1", "kind": "Status", "message": reason}
        self._read(method, path, Answer(status, "application/json", json.dumps(body).encode()))


def path_of(live: Object) -> str:
    """Path of an OpenChoreo object in the API."""
    namespace = live["metadata"].get("namespace")
    place = f"namespaces/{namespace}/" if namespace else ""
    return f"{OPENCHOREO}/{place}{live['kind'].lower()}s/{live['metadata']['name']}"


def _defaulted(live: Object) -> Object:
    """As the CRDs default it: each resource of a ComponentType names the plane that it goes to."""
    if live["kind"] in {"ComponentType", "ClusterComponentType"}:
        for entry in live["spec"]["resources"]:
            entry.setdefault("targetPlane", "dataplane")
    return live


def synced(namespace: str, name: str, *, generation: int = 1, status: str = "True") -> Object:
    """A live ExternalSecret that has been looked at."""
    ready = {"type": "Ready", "status": status, "reason": "SecretSyncedError", "message": "could not get secret data"}
    return {
        "metadata": {"namespace": namespace, "name": name, "generation": generation},
        "status": {"conditions": [ready], "syncedResourceVersion": f"{generation}-abc"},
    }
