"""Edit ``imagePullSecrets`` in the pods of a ComponentType's workload.

Source: ComponentType of ``openchoreo.dev/v1alpha1`` (v0.9.0, v1.2.3): the primary resource has the workload type as its
id.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PatchError
from ..manifests import Manifest
from .containers import Path, find, kept, make, prune
from .model import IMAGE_PULL_SECRETS, Added, Change

POD_SPECS: Final = {
    "deployment": ("spec", "template", "spec"),
    "statefulset": ("spec", "template", "spec"),
    "job": ("spec", "template", "spec"),
    "cronjob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Workload type of OpenChoreo -> path of the pod spec in a resource's template."""

WORKLOAD_TYPES: Final = frozenset({*POD_SPECS, "proxy"})
"""All workload types; a ``proxy`` has no pods."""


@dataclass(frozen=True)
class Referenced:
    """What became of the list."""

    added: tuple[str, ...]
    kept: Path
    changes: tuple[Change, ...]


def put(target: Manifest, wanted: Collection[str], before: Added, recovered: Collection[str], where: str) -> Referenced:
    """Put names in, and take out those of before that are not wanted any more. ``target`` is changed.

    Args:
        target: the ComponentType.
        wanted: names of Secrets.
        before: what was put in earlier.
        recovered: names that are ours to take out, though no record says so.
        where: the object, for messages.

    Raises:
        PatchError: the workload has no pods, or a field on the way is a template expression.
    """
    if not wanted and not before.image_pull_secrets:
        return Referenced((), (), ())
    template, path, kind = workload(target, where)
    stays = _stays(template, path, before)
    changes = _take(template, path, [name for name in before.image_pull_secrets if name not in wanted], kind)
    added: list[str] = []
    if wanted:
        references = make(template, path, list, where)
        for name in wanted:
            there = {"name": name} in references
            if not there:
                references.append({"name": name})
                text = f'adds "{name}" to the {IMAGE_PULL_SECRETS} of its {kind}'
                changes.append(Change(f'{IMAGE_PULL_SECRETS}["{name}"]', "add", text))
            if not there or name in before.image_pull_secrets or name in recovered:
                added.append(name)
            else:
                text = f'finds "{name}" among the {IMAGE_PULL_SECRETS} of its {kind}, and will leave it there'
                changes.append(Change(f'{IMAGE_PULL_SECRETS}["{name}"]', "keep", text))
    prune(template, path, stays)
    return Referenced(tuple(added), stays, tuple(changes))


def take(target: Manifest, before: Added) -> None:
    """Take out what was put in. ``target`` is changed; where the workload has gone, so have the names."""
    place = _find_workload(target)
    if place is None:
        return
    template, path, kind = place
    _take(template, path, before.image_pull_secrets, kind)
    prune(template, path, before.kept.get(IMAGE_PULL_SECRETS, path))


def workload(component_type: Manifest, where: str) -> tuple[dict[str, Any], Path, str]:
    """The template of the primary resource, the path of its ``imagePullSecrets``, and its kind for messages.

    Raises:
        PatchError: there is none.
    """
    kind = find(component_type, ("spec", "workloadType"))
    if kind not in POD_SPECS:
        what = f"a {kind} has no pods of its own" if kind else "spec.workloadType is missing"
        msg = f"{where}: {what}; expected {', '.join(sorted(POD_SPECS))}"
        raise PatchError(msg)
    place = _find_workload(component_type)
    if place is None:
        msg = f'{where}: no resource with a template has the id "{kind}", which its workloadType asks for'
        raise PatchError(msg)
    return place


def _find_workload(component_type: Manifest) -> tuple[dict[str, Any], Path, str] | None:
    kind = find(component_type, ("spec", "workloadType"))
    resources = find(component_type, ("spec", "resources")) if kind in POD_SPECS else None
    for resource in resources if isinstance(resources, list) else ():
        if isinstance(resource, dict) and resource.get("id") == kind and isinstance(resource.get("template"), dict):
            return resource["template"], (*POD_SPECS[kind], IMAGE_PULL_SECRETS), kind
    return None


def _stays(template: Manifest, path: Path, before: Added) -> Path:
    references = find(template, path)
    ours = [name for name in before.image_pull_secrets if isinstance(references, list) and {"name": name} in references]
    recorded = before.kept.get(IMAGE_PULL_SECRETS)
    return recorded if ours and recorded is not None else kept(template, path)


def _take(template: Manifest, path: Path, names: Collection[str], kind: str) -> list[Change]:
    references = find(template, path)
    changes: list[Change] = []
    for name in names if isinstance(references, list) else ():
        if {"name": name} in references:
            references.remove({"name": name})
            text = f'takes "{name}" out of the {IMAGE_PULL_SECRETS} of its {kind}'
            changes.append(Change(f'{IMAGE_PULL_SECRETS}["{name}"]', "delete", text))
    return changes
