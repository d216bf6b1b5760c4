"""OpenChoreo's rules for resources, checked before anything is written.

Source: ``internal/validation/component`` and ``internal/template`` of openchoreo/openchoreo v0.9.0. Its admission
webhook checks a ComponentType in the same way. It does not check a ComponentWorkflow, so a run would fail.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise, product
from typing import Final

from ..errors import PatchError, Problem
from ..manifests import Manifest
from ..openchoreo.kinds import Kind, Steps
from ..openchoreo.release import Release
from ..openchoreo.template_engine import START
from ..schema.text import flatten, quote
from .equality import read_stack
from .expressions import (
    find_condition_problems,
    find_expression_problems,
    find_retyped,
    list_override_texts,
    list_texts,
)
from .model import IMAGE_PULL_SECRETS, OVERRIDES, RESOURCES, History, Patch, Resource
from .namespaces import list_names, read_namespaces
from .override import describe_path
from .pod_spec import Pods

_SHORTEST: Final = ("spec", "key")


def validate_patch(kind: Kind, patch: Patch, release: Release) -> Iterator[Problem]:
    """Everything in a patch that OpenChoreo would not render, in any object of the kind.

    Args:
        kind: of the patched object; it lists the variables that an expression may refer to.
        patch: what is added.
        release: of the platform, for messages.
    """
    workload_types = kind.workload.types if kind.workload is not None else frozenset()
    seen: set[str] = set()
    for index, resource in enumerate(patch.resources):
        path = f"{RESOURCES}[{index}]"
        if not resource.id:
            yield Problem(f"{path}.id", "is empty")
        if resource.id in seen:
            yield Problem(f"{path}.id", f"{quote(resource.id)} is used twice")
        seen.add(resource.id)
        if resource.id in workload_types:
            yield Problem(f"{path}.id", f"{quote(resource.id)} is a workload type; use another id")
        yield from _template_problems(resource, f"{path}.template", kind)
        if resource.include_when is not None and not kind.include_when:
            text = f"does not exist in a {kind.name} of OpenChoreo {release.name}"
            yield Problem(f"{path}.includeWhen", text)
        elif resource.include_when is not None:
            yield from find_condition_problems(resource.include_when, f"{path}.includeWhen", kind)
        for where, text in list_texts(resource.template, f"{path}.template"):
            yield from find_expression_problems(text, where, kind)
        if kind.retypes:
            yield from find_retyped(resource.template, f"{path}.template")
    for index, name in enumerate(patch.image_pull_secrets):
        yield from find_expression_problems(name, f"{IMAGE_PULL_SECRETS}[{index}]", kind)
    yield from _override_problems(kind, patch)


def _override_problems(kind: Kind, patch: Patch) -> Iterator[Problem]:
    ids = {resource.id for resource in patch.resources}
    paths: set[Steps] = set()
    for index, override in enumerate(patch.overrides):
        where = f"{OVERRIDES}[{index}]"
        if override.path in paths:
            yield Problem(f"{where}.path", f"{describe_path(override.path)} is overridden twice; use one override")
        paths.add(override.path)
        yield from _path_problems(override.path, f"{where}.path", ids)
        if not override.namespaces:
            yield Problem(f"{where}.namespaces", "is empty; list at least one namespace")
        for field, text in list_override_texts(override, where):
            yield from find_expression_problems(text, field, kind)


def _path_problems(path: Steps, where: str, ids: Collection[str]) -> Iterator[Problem]:
    if len(path) < len(_SHORTEST) or path[0] != _SHORTEST[0] or not isinstance(path[-1], str):
        yield Problem(where, f"{describe_path(path) or quote('')} must begin with spec and end with a key")
    for before, step in pairwise(path):
        if before == RESOURCES and isinstance(step, tuple) and step[1] in ids:
            yield Problem(where, f"{describe_path(path)} is in a resource of this patch; write its value there")


def check_workload(pods: Pods, patch: Patch, owner: str) -> None:
    """Check that the patch adds no second workload.

    Raises:
        PatchError: a resource of the patch has the kind of the workload, or of another one and the release refuses it.
    """
    for resource in patch.resources:
        kind = str(resource.template.get("kind"))
        if kind.lower() == pods.type:
            msg = f'{owner}: the resource "{resource.id}" is a second {kind}; a {pods.type} has exactly one'
            raise PatchError(msg)
        if pods.type and pods.workload.only and kind.lower() in pods.workload.pod_specs:
            msg = f'{owner}: the resource "{resource.id}" is a {kind}; a {pods.type} has no other workloads'
            raise PatchError(msg)


def check_organizations(patch: Patch, history: History, owner: str, stack: str) -> None:
    """Check that no other patch creates the same object, or overrides the same value, for one of the namespaces.

    Args:
        patch: the patch.
        history: what other patches have added.
        owner: the object, for messages.
        stack: of the patch. Empty: it is unknown.

    Raises:
        PatchError: both patches would have an effect for a namespace.
    """
    advice = f"so {_name_stack(stack, 'this stack')} cannot; remove the organization from one of the stacks"
    others = [entry for added in history.others for entry in added.resources]
    for resource in patch.resources:
        namespaces = read_namespaces(resource.include_when)
        for entry in others:
            both = namespaces & read_namespaces(entry.get("includeWhen"))
            if both and entry["id"] != resource.id and _identify(entry["template"]) == _identify(resource.template):
                kind, name = _identify(resource.template)
                whose = _name_stack(read_stack(entry), "another stack")
                what = f"creates the {kind} {quote(name)} for {list_names(both)} already"
                msg = f"{owner}: {whose} {what}, {advice}"
                raise PatchError(msg)
    for other, added in zip(history.stacks, history.others, strict=True):
        for override, live in product(patch.overrides, (entry.override for entry in added.overrides)):
            both = frozenset(override.namespaces) & frozenset(live.namespaces)
            # A program may say the same twice, for example under a new name and without its state.
            agreed = other == stack and override == live
            if both and override.path == live.path and not agreed:
                what = f"overrides {describe_path(live.path)} for {list_names(both)} already"
                msg = f"{owner}: {_name_stack(other, 'another stack')} {what}, {advice}"
                raise PatchError(msg)


def _name_stack(stack: str | None, unknown: str) -> str:
    return f"the stack {flatten(stack)}" if stack else unknown


def _identify(template: Manifest) -> tuple[str, str]:
    metadata = template.get("metadata") or {}
    return str(template.get("kind")), str(metadata.get("name"))


def _template_problems(resource: Resource, path: str, kind: Kind) -> Iterator[Problem]:
    for field in ("apiVersion", "kind"):
        value = resource.template.get(field)
        if not isinstance(value, str) or not value:
            yield Problem(f"{path}.{field}", "is missing")
        elif START in value:
            yield Problem(f"{path}.{field}", f"{quote(value)} is an expression; it must be literal text")
    metadata = resource.template.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    name, namespace = metadata.get("name"), metadata.get("namespace")
    if not isinstance(name, str) or not name:
        yield Problem(f"{path}.metadata.name", "is missing")
    for field in ("labels", "annotations"):
        # An expression may be a whole mapping.
        if not isinstance(metadata.get(field), dict | None) and START not in str(metadata[field]):
            yield Problem(f"{path}.metadata.{field}", "must be a mapping, such as {team: builds}")
    if kind.namespace is None or namespace == kind.namespace:
        return
    where, use = f"{path}.metadata.namespace", f'use "{kind.namespace}"'
    if namespace is not None:
        yield Problem(where, f"{quote(str(namespace))} is refused by OpenChoreo in a {kind.name}; {use}")
    elif kind.needs_namespace:
        yield Problem(where, f"is missing; {use}")
