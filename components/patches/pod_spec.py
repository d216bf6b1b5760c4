"""Where the pod spec lies in each kind of workload."""

from __future__ import annotations

from typing import Any, Final

from ..errors import PatchError
from ..manifests import Manifest

POD_SPECS: Final = {
    "deployment": ("spec", "template", "spec"),
    "statefulset": ("spec", "template", "spec"),
    "job": ("spec", "template", "spec"),
    "cronjob": ("spec", "jobTemplate", "spec", "template", "spec"),
}
"""Workload type of OpenChoreo -> path of the pod spec in a resource's template."""

IMAGE_PULL_SECRETS: Final = "imagePullSecrets"
"""Field of a pod spec."""


def find(workload: Manifest, path: tuple[str, ...], where: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The pod spec of a workload, made where it is missing.

    Args:
        workload: a resource's template; it is changed where something is missing.
        path: one of `POD_SPECS`.
        where: the object, for messages.

    Returns:
        The pod spec itself, and the path of the first thing that was missing on the way to its ``imagePullSecrets``
        (empty if nothing was).

    Raises:
        PatchError: a field on the way is a template expression.
    """
    here: Any = workload
    created: tuple[str, ...] = ()
    for depth, step in enumerate(path, start=1):
        if step not in here and not created:
            created = path[:depth]
        here = here.setdefault(step, {})
        if not isinstance(here, dict):
            msg = f"{where}: {'.'.join(path[:depth])} is the expression {here!r}; it must be a mapping to be edited"
            raise PatchError(msg)
    if IMAGE_PULL_SECRETS not in here and not created:
        created = (*path, IMAGE_PULL_SECRETS)
    return here, created


def prune(workload: Manifest, path: tuple[str, ...], created: tuple[str, ...]) -> None:
    """Take away what `find` had to make, from the innermost outwards, as far as it is empty again."""
    full = (*path, IMAGE_PULL_SECRETS)
    for depth in range(len(full), len(created) - 1 if created else len(full), -1):
        parent: Any = workload
        for step in full[: depth - 1]:
            parent = parent.get(step, {})
        if parent.get(full[depth - 1]):
            return
        parent.pop(full[depth - 1], None)
