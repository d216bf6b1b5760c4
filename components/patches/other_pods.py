"""The pods of resources that are not the primary workload of a component type, at a path that the user names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PatchError
from ..manifests import Manifest
from ..openchoreo.kinds import Path
from .containers import Original, find
from .model import IMAGE_PULL_SECRETS, RESOURCES, Added, AddedPods, PodPath

_SHOWN: Final = 5


@dataclass(frozen=True)
class OtherPods:
    """The pods of one resource."""

    component_type: Manifest
    place: PodPath

    def __str__(self) -> str:
        return str(self.place)

    @property
    def path(self) -> Path:
        """Path of ``imagePullSecrets`` in the template of the resource."""
        return (*self.place.steps, IMAGE_PULL_SECRETS)

    @property
    def template(self) -> dict[str, Any] | None:
        """Template of the resource. None: there is none."""
        return list_templates(self.component_type).get(self.place.resource)

    def names_in(self, added: Added) -> tuple[str, ...]:
        """Names that a patch added here."""
        own = self._find(added)
        return () if own is None else own.names

    def original_in(self, added: Added) -> Original | None:
        """What was here before a patch. None: it is not recorded."""
        own = self._find(added)
        return None if own is None else own.original

    def _find(self, added: Added) -> AddedPods | None:
        return next((pods for pods in added.pods if pods.place == self.place), None)

    def check(self, owner: str) -> dict[str, Any]:
        """The template of the resource, which has a pod spec at the path.

        Raises:
            PatchError: there is no such resource, or it has its pods elsewhere; the message names what exists.
        """
        templates, resource = list_templates(self.component_type), self.place.resource
        if resource not in templates:
            listed = ", ".join(sorted(templates)) or "none"
            msg = f'{owner}: no resource with a template has the id "{resource}" of pods; the ids are: {listed}'
            raise PatchError(msg)
        template = templates[resource]
        if not isinstance(find(template, self.place.steps), dict):
            paths = list(find_pod_specs(template))
            listed = f"use {' or '.join(paths[:_SHOWN])}" if paths else "its template has no pod spec"
            msg = f'{owner}: the resource "{resource}" has no pod spec at {self.place.path}; {listed}'
            raise PatchError(msg)
        return template


def list_templates(component_type: Manifest) -> dict[str, dict[str, Any]]:
    """Id of each resource -> its template; the first one of several with the same id."""
    entries = find(component_type, ("spec", RESOURCES))
    templates: dict[str, dict[str, Any]] = {}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("template"), dict):
            templates.setdefault(str(entry.get("id")), entry["template"])
    return templates


def find_pod_specs(template: Any, path: str = "") -> Iterator[str]:
    """Path of every mapping with containers that is not inside a list."""
    if isinstance(template, dict):
        if "containers" in template:
            yield path
        for key, value in template.items():
            yield from find_pod_specs(value, f"{path}.{key}" if path else str(key))
