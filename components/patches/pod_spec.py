"""Edit ``imagePullSecrets`` in the pods of a component type's workload.

Source: ComponentType of ``openchoreo.dev/v1alpha1`` (v0.9.0, v1.2.3).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from ..errors import PatchError
from ..manifests import Manifest
from ..openchoreo.kinds import Kind, Path, Workload
from .containers import Original, ensure, find, find_lasting, prune
from .model import IMAGE_PULL_SECRETS, Added, Change, History, describe_kept
from .other_pods import OtherPods, list_templates


@dataclass(frozen=True)
class Referenced:
    """Result of `add`."""

    added: tuple[str, ...]
    original: Original
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Pods:
    """The pods of one component type."""

    component_type: Manifest
    workload: Workload

    @property
    def type(self) -> str | None:
        """Its workload type; None if the object is invalid."""
        value = find(self.component_type, self.workload.type_path)
        return value if isinstance(value, str) else None

    def __str__(self) -> str:
        return str(self.type)

    @property
    def has_pods(self) -> bool:
        """Whether a workload of its type has pods."""
        return self.type in self.workload.pod_specs

    def names_in(self, added: Added) -> tuple[str, ...]:
        """Names that a patch added here."""
        return added.image_pull_secrets

    def original_in(self, added: Added) -> Original | None:
        """What was here before a patch. None: it is not recorded."""
        return added.original(IMAGE_PULL_SECRETS)

    @property
    def path(self) -> Path:
        """Path of ``imagePullSecrets`` in the primary resource's template."""
        return (*self.workload.pod_specs[str(self.type)], IMAGE_PULL_SECRETS)

    @property
    def template(self) -> dict[str, Any] | None:
        """Template of the primary resource. None: there is none, or the workload type has no pods."""
        return list_templates(self.component_type).get(str(self.type)) if self.has_pods else None

    def check(self, owner: str) -> dict[str, Any]:
        """The template of the primary resource.

        Raises:
            PatchError: there is none.
        """
        if not self.has_pods:
            expected = ", ".join(sorted(self.workload.pod_specs))
            if self.type:
                problem, expected = f"a {self.type} has no pods", f"{expected}, or set pods"
            else:
                problem = f"{'.'.join(self.workload.type_path)} is missing"
            msg = f"{owner}: {problem}; expected {expected}"
            raise PatchError(msg)
        template = self.template
        if template is None:
            field = self.workload.type_path[-1]
            msg = f'{owner}: no resource with a template has the id "{self.type}", which its {field} requires'
            raise PatchError(msg)
        return template


Place = Pods | OtherPods
"""Pods of the primary workload, or those of another resource."""


def read_image_pull_secrets(component_type: Manifest, kind: Kind) -> list[str]:
    """Names in ``imagePullSecrets`` of the workload's pods; empty if the object has no pods."""
    pods = None if kind.workload is None else Pods(component_type, kind.workload)
    template = None if pods is None else pods.template
    references = None if pods is None or template is None else find(template, pods.path)
    return [reference["name"] for reference in references] if isinstance(references, list) else []


def add(pods: Place, desired: Collection[str], history: History, recovered: Collection[str], owner: str) -> Referenced:
    """Add names, and remove those of an earlier patch that are not desired any more.

    Args:
        pods: their component type is changed.
        desired: names of Secrets.
        history: what was added earlier.
        recovered: names that this stack added, though no record says so.
        owner: the object, for messages.

    Raises:
        PatchError: the workload has no pods, or a field on the path is a template expression.
    """
    ours, shared = pods.names_in(history.own), _shared(pods, history)
    if not desired and not ours:
        return Referenced((), Original(()), ())
    template = pods.check(owner)
    path, original = pods.path, _original(pods, template, history)
    changes = _remove(pods, template, [name for name in ours if name not in {*desired, *shared}])
    added: list[str] = []
    if desired:
        references = ensure(template, path, list, owner)
        for name in desired:
            exists = {"name": name} in references
            if not exists:
                references.append({"name": name})
                text = f'adds "{name}" to the {IMAGE_PULL_SECRETS} of its {pods}'
                changes.append(Change(f'{IMAGE_PULL_SECRETS}["{name}"]', "add", text))
            owned = not exists or name in ours or name in recovered
            if owned or name in shared:
                added.append(name)
            if not owned:
                existing = f'"{name}" in the {IMAGE_PULL_SECRETS} of its {pods}'
                text = describe_kept(existing, shared=name in shared)
                changes.append(Change(f'{IMAGE_PULL_SECRETS}["{name}"]', "keep", text))
    prune(template, path, original)
    return Referenced(tuple(added), original, tuple(changes))


def remove(pods: Place, history: History) -> list[Change]:
    """Remove what was added. The component type is changed; a workload that is gone took the names along."""
    template, shared = pods.template, _shared(pods, history)
    if template is None:
        return []
    changes = _remove(pods, template, [name for name in pods.names_in(history.own) if name not in shared])
    prune(template, pods.path, pods.original_in(history.own) or Original(pods.path))
    return changes


def _shared(pods: Place, history: History) -> frozenset[str]:
    """Names that other patches want too, also those whose record somebody has removed."""
    return history.secrets.union(name for added in history.others for name in pods.names_in(added))


def _original(pods: Place, template: Manifest, history: History) -> Original:
    references = find(template, pods.path)
    for added in history.all if isinstance(references, list) else ():
        original = pods.original_in(added)
        if original is not None and any({"name": name} in references for name in pods.names_in(added)):
            return original
    return find_lasting(template, pods.path)


def _remove(pods: Place, template: Manifest, names: Collection[str]) -> list[Change]:
    references = find(template, pods.path)
    changes: list[Change] = []
    for name in names if isinstance(references, list) else ():
        if {"name": name} in references:
            references.remove({"name": name})
            text = f'removes "{name}" from the {IMAGE_PULL_SECRETS} of its {pods}'
            changes.append(Change(f'{IMAGE_PULL_SECRETS}["{name}"]', "delete", text))
    return changes
