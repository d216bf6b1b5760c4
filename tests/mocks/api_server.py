"""An API server in memory with server-side apply, dry runs and defaults, as far as the comparison of objects needs it.

Lists are owned as a whole, and an applied field belongs to its last writer.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from components import ClusterError, ConflictError
from components.cluster.connection import Cluster
from components.errors import InvalidError
from components.object_names import build_path
from components.settings.clusters import ClusterSettings

Object = dict[str, Any]


def path_of(live: Object) -> str:
    """Where an object is in the API."""
    metadata = live["metadata"]
    return build_path(live["apiVersion"], live["kind"], metadata.get("namespace"), metadata["name"])


class ApiServer:
    """The objects of a cluster. It is called like `Cluster`, in whose place it is put."""

    def __init__(self, *objects: Object) -> None:
        self.objects: dict[str, Object] = {}
        self.defaults: Callable[[Object], object] = dict
        """Adds the defaults of an object."""
        self.refused: dict[str, ClusterError] = {}
        """``PATCH <path>`` -> why the server refuses it."""
        self.meanwhile: Sequence[Callable[[], object]] = []
        """What others do before each of our next JSON Patches and dry runs."""
        self.gone_after: dict[str, int] = {}
        """Path -> number of reads after which an object that is being deleted is gone."""
        self.successors: dict[str, Object] = {}
        """Path -> what others create when that object is gone."""
        self.calls: list[str] = []
        """Every request."""
        self._uids = 0
        for live in objects:
            self.put(live, "ours")

    def __call__(self, plane: str, settings: ClusterSettings) -> Cluster:
        return _Connection(plane, settings, self)

    def put(self, live: Object, manager: str, operation: str = "Update") -> Object:
        """Store an object, all of whose fields a manager owns."""
        kept = copy.deepcopy(live)
        self._uids += 1
        kept["metadata"] |= {"uid": str(self._uids), "resourceVersion": str(self._uids)}
        kept["metadata"]["managedFields"] = [{"manager": manager, "operation": operation, "fieldsV1": owned(live)}]
        self.defaults(kept)
        self.objects[path_of(live)] = kept
        return kept

    def edit(self, path: str, change: Callable[[Object], object]) -> None:
        """What a person does: changed fields belong to the editor."""
        live = self.objects[path]
        before = copy.deepcopy(live)
        change(live)
        changed = {key: live[key] for key in live if key not in before or live[key] != before[key]}
        live["metadata"].setdefault("managedFields", []).append({"manager": "editor", "fieldsV1": owned(changed)})
        for entry in live["metadata"]["managedFields"][:-1]:
            entry["fieldsV1"] = {k: v for k, v in entry["fieldsV1"].items() if k.removeprefix("f:") not in changed}
        self.touch(path)

    def touch(self, path: str) -> None:
        """A write that changes nothing but the version."""
        metadata = self.objects[path]["metadata"]
        metadata["resourceVersion"] = str(int(metadata["resourceVersion"]) + 1000)


def owned(value: Any) -> Any:
    """``fieldsV1`` of an owner of every field."""
    return {f"f:{key}": owned(inner) for key, inner in value.items()} if isinstance(value, dict) else {}


class _Connection(Cluster):
    def __init__(self, plane: str, settings: ClusterSettings, server: ApiServer) -> None:
        self.plane = plane
        self.settings = settings
        self._server = server

    def get(self, path: str) -> Object | None:
        self._note("GET", path)
        if path in self._server.gone_after:
            self._server.gone_after[path] -= 1
            if self._server.gone_after[path] == 0:
                del self._server.objects[path]
                if path in self._server.successors:
                    self._server.put(self._server.successors[path], "others")
        return copy.deepcopy(self._server.objects.get(path))

    def items(self, path: str, *, metadata_only: bool = False, **query: str) -> Iterator[Object]:
        self._note("LIST", path)
        kind = path.rpartition("/")[2]
        label, _, value = query.get("labelSelector", "").partition("=")
        for place, live in list(self._server.objects.items()):
            if place.split("/")[-2] != kind or place.split("/")[:3] != path.split("/")[:3]:
                continue
            labels = live["metadata"].get("labels") or {}
            if (label.removeprefix("!") in labels) if label.startswith("!") else (label and labels.get(label) != value):
                continue
            yield copy.deepcopy({"metadata": live["metadata"]} if metadata_only else live)

    def apply(self, path: str, manifest: Mapping[str, Any], *, field_manager: str) -> Object:
        self._note("PATCH", path)
        live = self._server.objects.get(path)
        if live is None:
            return copy.deepcopy(self._server.put(dict(manifest), field_manager, "Apply"))
        if manifest["kind"] == "Secret" and live.get("type") != manifest["type"]:
            msg = "type is immutable"
            raise InvalidError(msg)
        merged = copy.deepcopy(live)
        _merge(merged, {key: value for key, value in manifest.items() if key not in {"apiVersion", "kind"}})
        if len(merged.get("spec", {}).get("provider", {})) > 1:
            msg = "spec.provider: Too many: 2: must have at most 1 item"
            raise InvalidError(msg)
        self._server.objects[path] = live = merged
        self._server.defaults(live)
        record = {"manager": field_manager, "operation": "Apply", "fieldsV1": owned(dict(manifest))}
        live["metadata"]["managedFields"] = [record]
        self._server.touch(path)
        return copy.deepcopy(live)

    def dry_replace(self, path: str, live: Mapping[str, Any]) -> Object | None:
        self._meanwhile()
        self._note("PUT", path)
        current = self._server.objects.get(path)
        if current is None:
            return None
        self._check_version(path, live["metadata"]["resourceVersion"])
        stored = copy.deepcopy(dict(live))
        self._server.defaults(stored)
        return stored

    def json_patch(self, path: str, operations: Sequence[Mapping[str, Any]], *, field_manager: str) -> None:
        self._meanwhile()
        self._note("JSON", path)
        assert field_manager
        version, *changes = operations
        self._check_version(path, version["value"])
        for change in changes:
            *parents, last = change["path"].split("/")[1:]
            place: Any = self._server.objects[path]
            for step in parents:
                place = place[int(step)] if isinstance(place, list) else place[step]
            if change["op"] == "add":
                place[last] = copy.deepcopy(change["value"])
                continue
            assert change["op"] == "remove"
            del place[int(last) if isinstance(place, list) else last]
        self._server.touch(path)

    def delete(self, path: str, *, uid: str) -> None:
        self._note("DELETE", path)
        live = self._server.objects.get(path)
        if live is not None and live["metadata"]["uid"] != uid:
            msg = f"{path} has another UID"
            raise ConflictError(msg)
        self._server.objects.pop(path, None)

    def _check_version(self, path: str, version: str) -> None:
        live = self._server.objects.get(path)
        if live is None or live["metadata"]["resourceVersion"] != version:
            msg = f"{path} has been modified"
            raise ConflictError(msg)

    def _note(self, verb: str, path: str) -> None:
        self._server.calls.append(f"{verb} {path}")
        if (error := self._server.refused.get(f"{verb} {path}")) is not None:
            raise error

    def _meanwhile(self) -> None:
        if self._server.meanwhile:
            act, *self._server.meanwhile = self._server.meanwhile
            act()


def _merge(live: Object, applied: Mapping[str, Any]) -> None:
    for key, value in applied.items():
        if isinstance(value, dict) and isinstance(live.get(key), dict):
            _merge(live[key], value)
        else:
            live[key] = copy.deepcopy(value)
