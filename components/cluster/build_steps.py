"""The steps of builds that workflows use, on the build plane, and the public registries that they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set as AbstractSet
from typing import Any, Final

from ..openchoreo.builds import Builds
from .connection import Cluster
from .objects import Location

_IMAGE: Final = "image"
"""Field of a container, whose registry is one to pull from."""
_REFERENCES: Final = frozenset({"templateRef", "workflowTemplateRef"})


class Steps:
    """The live templates, of which each list is read once."""

    def __init__(self, cluster: Cluster, builds: Builds) -> None:
        self._cluster = cluster
        self._builds = builds
        self._templates: dict[str | None, Mapping[str, Any]] = {}
        self._references: dict[Location, AbstractSet[tuple[str, bool]]] = {}

    def find(self, namespace: str | None, name: str) -> Location:
        """Where a template is.

        Args:
            namespace: of the build. None: the template is cluster-scoped.
            name: of the template.
        """
        kind = self._builds.templates if namespace is None else self._builds.local_templates
        return Location(kind, name, namespace)

    def read(self, location: Location) -> Any:
        """The spec of a template, empty if it has none. None: it does not exist, or the cluster serves no templates.

        Raises:
            ClusterError: the cluster cannot be reached, or refuses the list.
        """
        if location.namespace not in self._templates:
            items = self._cluster.items(location.kind.path(location.namespace))
            self._templates[location.namespace] = {item["metadata"]["name"]: item.get("spec") or {} for item in items}
        return self._templates[location.namespace].get(location.name)

    def reach(self, workflow: Location, run: Any, namespace: str) -> dict[Location, Any]:
        """Existing templates that a build uses, directly or through other templates -> their spec.

        Args:
            workflow: where the workflow is.
            run: what it starts.
            namespace: of the build.
        """
        reached: dict[Location, Any] = {}
        waiting = [(workflow, run)]
        while waiting:
            place, spec = waiting.pop()
            if place not in self._references:
                self._references[place] = frozenset(_list_references(spec))
            for name, shared in sorted(self._references[place]):
                step = self.find(None if shared else namespace, name)
                content = self.read(step)
                if content is not None and step not in reached:
                    reached[step] = content
                    waiting.append((step, content))
        return reached


def _list_references(value: Any) -> Iterator[tuple[str, bool]]:
    """Name of each template that a part of a workflow or of a template refers to, and whether it is cluster-scoped."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _REFERENCES and isinstance(inner, dict):
                yield str(inner.get("name")), bool(inner.get("clusterScope"))
            yield from _list_references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _list_references(inner)


def find_hosts(value: Any, builds: Builds) -> list[str]:
    """The public registries in texts of a template or of a workflow, except in comments and in images that it runs."""
    lines = [line for text in _list_texts(value) for line in text.splitlines() if not line.lstrip().startswith("#")]
    return sorted(
        host
        for host in builds.public_registries
        if any(re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w.-])", line) for line in lines)
    )


def _list_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        value = {key: inner for key, inner in value.items() if key != _IMAGE}
    for inner in _list_inner(value):
        yield from _list_texts(inner)


def list_defaults(value: Any) -> Iterator[Any]:
    """The defaults in a schema."""
    if isinstance(value, dict) and "default" in value:
        yield value["default"]
    for inner in _list_inner(value):
        yield from list_defaults(inner)


def mounts_optionally(value: Any, volume: str) -> bool:
    """Whether a step mounts a Secret, and runs without it too.

    Args:
        value: a template, or a part of it.
        volume: name of the Secret, as an expression.
    """
    if isinstance(value, dict) and value.get("optional") is True:
        name = value.get("secretName")
        if isinstance(name, str) and name.replace(" ", "") == volume:
            return True
    return any(mounts_optionally(inner, volume) for inner in _list_inner(value))


def _list_inner(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
