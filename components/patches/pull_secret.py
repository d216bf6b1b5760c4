"""A pull secret in a ComponentType: an ExternalSecret among its resources, and ``imagePullSecrets`` in its workload.

``spec.resources`` is an atomic list in OpenChoreo's CRDs, so nobody can own a single entry of it in the API server;
these functions edit the whole object, and touch nothing but their own entries.

Source: ComponentType of ``openchoreo.dev/v1alpha1`` (v0.9.0) and its admission rules: ids are unique, and the primary
resource has the workload type as its id.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PatchError
from ..manifests import Manifest
from .pod_spec import IMAGE_PULL_SECRETS, POD_SPECS, find, prune

_DEFAULTED: Final = {"targetPlane": "dataplane"}


@dataclass(frozen=True)
class PullSecret:
    """What a ComponentType gains."""

    name: str
    """Name of the Secret as pods see it; usually a template such as ``${metadata.name}-registry-pull-secret``, since a
    fixed name is shared by every component of a project's environment, and goes with the first that is deleted."""
    template: Manifest | None = None
    """The object that makes the Secret, an ExternalSecret. None: the Secret comes from elsewhere."""
    id: str = "registry-pull-secret"
    """Id of that object among the resources."""


@dataclass(frozen=True)
class Added:
    """What `patch` put in, so that `unpatch` takes out exactly that."""

    entry: bool
    """Whether the resource was added, rather than there before."""
    reference: bool
    """Whether the name was added to ``imagePullSecrets``, rather than there before."""
    created: tuple[str, ...] = ()
    """Path inside the workload's template of the first mapping or list that had to be made for it."""


def patch(component_type: Manifest, pull_secret: PullSecret) -> tuple[Manifest, Added]:
    """The ComponentType with the pull secret, and what had to be added for it.

    Entries that are there already stay as they are, and every other part of the object is equal to before.

    Raises:
        PatchError: the workload has no pods of its own, a field on the way is a template expression, or the id is taken
            by something else.
    """
    patched = copy.deepcopy(component_type)
    where = _name(component_type)
    workload, path = _workload(patched, where)
    spec, created = find(workload, path, where)
    references = spec.setdefault(IMAGE_PULL_SECRETS, [])
    if not isinstance(references, list):
        msg = (
            f"{where}: {IMAGE_PULL_SECRETS} is the expression {references!r}; add the pull secret where it is computed"
        )
        raise PatchError(msg)
    reference = {"name": pull_secret.name} not in references
    if reference:
        references.append({"name": pull_secret.name})
    return patched, Added(_add_entry(patched, pull_secret, where), reference, created)


def unpatch(component_type: Manifest, pull_secret: PullSecret, added: Added) -> Manifest:
    """The ComponentType without what `patch` added. What others changed meanwhile stays.

    Raises:
        PatchError: the resource that was added has been changed by somebody since.
    """
    patched = copy.deepcopy(component_type)
    where = _name(component_type)
    if added.reference:
        workload, path = _workload(patched, where)
        spec, made = find(workload, path, where)
        references = spec.get(IMAGE_PULL_SECRETS, [])
        spec[IMAGE_PULL_SECRETS] = [each for each in references if each != {"name": pull_secret.name}]
        prune(workload, path, added.created or made)
    if added.entry:
        resources = patched["spec"]["resources"]
        found = next((each for each in resources if each.get("id") == pull_secret.id), None)
        if found is not None and not _same(found, _entry(pull_secret)):
            msg = f'{where}: the resource "{pull_secret.id}" was changed since it was added; remove it by hand'
            raise PatchError(msg)
        patched["spec"]["resources"] = [each for each in resources if each is not found]
    return patched


def _add_entry(component_type: Manifest, pull_secret: PullSecret, where: str) -> bool:
    if pull_secret.template is None:
        return False
    if pull_secret.id in POD_SPECS or pull_secret.id == "proxy":
        msg = f'{where}: "{pull_secret.id}" is a workload type and cannot be the id of a pull secret'
        raise PatchError(msg)
    resources = component_type["spec"]["resources"]
    found = next((each for each in resources if each.get("id") == pull_secret.id), None)
    if found is None:
        resources.append(_entry(pull_secret))
        return True
    if not _same(found, _entry(pull_secret)):
        msg = f'{where}: the id "{pull_secret.id}" is taken by another resource; choose another id'
        raise PatchError(msg)
    return False


def _entry(pull_secret: PullSecret) -> dict[str, Any]:
    return {"id": pull_secret.id, "template": copy.deepcopy(pull_secret.template)}


def _same(live: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Whether two entries are equal, the API server's defaults aside."""
    return _DEFAULTED | live == _DEFAULTED | wanted


def _workload(component_type: Manifest, where: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The template of the primary resource, whose id is the workload type, and the path of its pod spec."""
    kind = component_type["spec"]["workloadType"]
    if kind not in POD_SPECS:
        msg = f"{where}: a {kind} has no pods of its own; allowed are {', '.join(sorted(POD_SPECS))}"
        raise PatchError(msg)
    for resource in component_type["spec"]["resources"]:
        if resource.get("id") == kind:
            template: dict[str, Any] = resource["template"]
            return template, POD_SPECS[kind]
    msg = f'{where}: no resource has the id "{kind}", which its workloadType asks for'
    raise PatchError(msg)


def _name(component_type: Manifest) -> str:
    metadata = component_type.get("metadata") or {}
    return f"ComponentType {metadata.get('namespace', '(no namespace)')}/{metadata.get('name', '(no name)')}"
