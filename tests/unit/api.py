"""A stand-in for `Cluster`: an API server in memory."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from components.cluster.connection import Cluster
from components.errors import ClusterError, ConflictError, ForbiddenError
from components.settings.clusters import ClusterSettings

Object = dict[str, Any]

DEV: Final = ClusterSettings(context="dev")


class Api:
    """Answers from two tables and records the requests."""

    def __init__(
        self,
        objects: Mapping[str, Object] | None = None,
        plane: str = "build plane",
        settings: ClusterSettings = DEV,
        /,
        **lists: list[Object],
    ) -> None:
        self.objects = dict(objects or {})
        self.lists = lists
        self.plane = plane
        self.settings = settings
        self.name = settings.context
        self.forbidden: set[str] = set()
        """Paths whose lists the user of the context may not read."""
        self.meanwhile: list[Callable[[], None]] = []
        """What others do, one for each write, just before it arrives."""
        self.patches: list[tuple[str, Any, str]] = []
        self.deletions: list[tuple[str, str]] = []
        """Path and UID of each request."""
        self.stuck: set[str] = set()
        """Paths of objects that stay after a deletion, because of a finalizer."""
        self.groups: list[Object] = []
        """Answer of the discovery."""
        self.discoveries = 0
        self.queries: list[tuple[str, dict[str, str]]] = []
        self.metadata_paths: list[str] = []
        """Paths of objects of which only ``metadata`` was requested."""

    def __str__(self) -> str:
        return f'{self.plane} (context "{self.settings.context}")'

    def get(self, path: str) -> Object | None:
        return copy.deepcopy(self.objects.get(path))

    def get_metadata(self, path: str) -> Object | None:
        self.metadata_paths.append(path)
        return self.get(path)

    def discover(self) -> Iterator[Object]:
        self.discoveries += 1
        if "/apis" in self.forbidden:
            msg = f"{self}: GET /apis was refused (403): forbidden"
            raise ClusterError(msg)
        yield from self.groups

    def items(self, path: str, *, metadata_only: bool = False, **query: str) -> Iterator[Object]:
        self.queries.append((path, {**query, **({"metadata_only": "true"} if metadata_only else {})}))
        if path in self.forbidden:
            msg = f"{self}: GET {path} was refused (403): forbidden"
            raise ForbiddenError(msg)
        yield from self.lists.get(path, self.lists.get(path.rpartition("/")[2], []))

    def merge_patch(self, path: str, body: Mapping[str, Any], *, field_manager: str) -> None:
        self.patches.append((path, body, field_manager))

    def json_patch(self, path: str, operations: Sequence[Mapping[str, Any]], *, field_manager: str) -> None:
        """Replace what the operations name, unless the object is not at the version that they name."""
        self.patches.append((path, list(operations), field_manager))
        if self.meanwhile:
            self.meanwhile.pop(0)()
        live = self.objects.get(path)
        if live is None:
            msg = f"{self}: {path} was deleted meanwhile"
            raise ConflictError(msg)
        version, *rest = operations
        assert version["path"] == "/metadata/resourceVersion"
        if version["value"] != live["metadata"]["resourceVersion"]:
            msg = f"{self}: PATCH {path} was refused (409): the object has been modified"
            raise ConflictError(msg)
        fields = {operation["path"]: operation.get("value") for operation in rest}
        if "/metadata/annotations" in fields:
            metadata = {key: value for key, value in live["metadata"].items() if key != "annotations"}
            annotations = fields["/metadata/annotations"]
            self.objects[path] = {
                **live,
                "metadata": metadata if annotations is None else {**metadata, "annotations": annotations},
            }
        self.write(path, {"spec": fields["/spec"]} if "/spec" in fields else {})

    def delete(self, path: str, *, uid: str) -> None:
        """Delete an object, unless it has another UID or is stuck."""
        self.deletions.append((path, uid))
        if path in self.forbidden:
            msg = f"{self}: DELETE {path} was refused (403): forbidden"
            raise ClusterError(msg)
        live = self.objects.get(path)
        if live is not None and live["metadata"]["uid"] != uid:
            msg = f"{self}: DELETE {path} was refused (409): the UID in the precondition does not match"
            raise ConflictError(msg)
        if path not in self.stuck:
            self.objects.pop(path, None)

    def write(self, path: str, fields: Mapping[str, Any]) -> None:
        """Change an object, like another client."""
        live = self.objects[path]
        version = str(int(live["metadata"]["resourceVersion"]) + 1)
        metadata = {**live["metadata"], "resourceVersion": version}
        self.objects[path] = {**live, **copy.deepcopy(dict(fields)), "metadata": metadata}

    @property
    def cluster(self) -> Cluster:
        """This stand-in, typed as a `Cluster`."""
        return cast("Cluster", self)
