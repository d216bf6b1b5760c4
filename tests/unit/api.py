"""An API server in memory, with what `Cluster` asks of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from components.cluster import Cluster

Object = dict[str, Any]


class Api:
    """Answers from two tables and notes what it is asked."""

    def __init__(self, objects: Mapping[str, Object] | None = None, **lists: list[Object]) -> None:
        self.objects = dict(objects or {})
        self.lists = lists
        self.patches: list[tuple[str, Mapping[str, Any], str]] = []
        self.queries: list[tuple[str, dict[str, str]]] = []

    def __str__(self) -> str:
        return 'build plane (context "dev")'

    def get(self, path: str) -> Object | None:
        return self.objects.get(path)

    def items(self, path: str, *, metadata_only: bool = False, **query: str) -> Iterator[Object]:
        self.queries.append((path, {**query, **({"metadata_only": "true"} if metadata_only else {})}))
        yield from self.lists.get(path.rpartition("/")[2], [])

    def merge_patch(self, path: str, body: Mapping[str, Any], *, field_manager: str) -> None:
        self.patches.append((path, body, field_manager))

    @property
    def cluster(self) -> Cluster:
        """Itself, as the package knows it."""
        return cast("Cluster", self)
