"""What OpenChoreo will still render after the patch: its rules for resources, checked before anything is written.

Source: ``internal/validation/component`` and ``internal/template`` of openchoreo/openchoreo v0.9.0; its admission
webhook refuses the same for a ComponentType, and for a ComponentWorkflow nothing does until a run fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from ..errors import PatchError, Problem
from ..manifests import Manifest
from ..openchoreo.kinds import KINDS
from ..openchoreo.release import Release
from ..schema.text import clipped, quoted
from .containers import find
from .model import RESOURCES, Patch, Resource
from .pod_spec import WORKLOAD_TYPES

_CONDITION: Final = re.compile(r"\$\{[\s\S]+\}\s*", re.ASCII)
_PATH: Final = re.compile(r"\s*([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?(?:\.[A-Za-z_]\w*)*\s*", re.ASCII)

_LITERALS: Final = frozenset({"true", "false", "null"})
"""Of the expression language, which look like variables."""


def problems(kind: str, patch: Patch, release: Release) -> Iterator[Problem]:
    """Everything in a patch that OpenChoreo would not render, whatever object it goes into.

    Args:
        kind: of the object: ``ComponentType``.
        patch: what it gains.
        release: of the platform; it says which variables an expression may name.
    """
    seen: set[str] = set()
    for index, resource in enumerate(patch.resources):
        path = f"{RESOURCES}[{index}]"
        if not resource.id:
            yield Problem(f"{path}.id", "is empty")
        if resource.id in seen:
            yield Problem(f"{path}.id", f"{quoted(resource.id)} is used twice")
        seen.add(resource.id)
        if KINDS[kind].workload and resource.id in WORKLOAD_TYPES:
            yield Problem(f"{path}.id", f"{quoted(resource.id)} is a workload type; choose another id")
        yield from _template(resource, f"{path}.template")
        yield from _expressions(resource, path, kind, release)
    for index, name in enumerate(patch.image_pull_secrets):
        yield from _text(name, f"imagePullSecrets[{index}]", kind, release)


def check_workload(component_type: Manifest, patch: Patch, where: str) -> None:
    """Refuse a second resource of the workload's kind.

    Raises:
        PatchError: a resource of the patch has the kind of the workload.
    """
    workload = find(component_type, ("spec", "workloadType"))
    for resource in patch.resources:
        if str(resource.template.get("kind")).lower() == workload:
            msg = f'{where}: the resource "{resource.id}" is a second {resource.template["kind"]}; a {workload} has one'
            raise PatchError(msg)


def _template(resource: Resource, path: str) -> Iterator[Problem]:
    for field in ("apiVersion", "kind"):
        value = resource.template.get(field)
        if not isinstance(value, str) or not value:
            yield Problem(f"{path}.{field}", "is missing")
        elif "${" in value:
            yield Problem(f"{path}.{field}", f"{quoted(value)} is an expression; it must be literal")
    metadata = resource.template.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(name, str) or not name:
        yield Problem(f"{path}.metadata.name", "is missing")


def _expressions(resource: Resource, path: str, kind: str, release: Release) -> Iterator[Problem]:
    if resource.include_when is not None and kind in release.unconditional:
        yield Problem(f"{path}.includeWhen", f"is unknown to the {kind} of OpenChoreo {release.name}")
    elif resource.include_when is not None:
        condition = resource.include_when.rstrip()
        if not _CONDITION.fullmatch(condition) or _end(condition, 2) not in {None, len(condition) - 1}:
            yield Problem(f"{path}.includeWhen", f"{quoted(resource.include_when)} is not one ${{...}} expression")
        yield from _text(resource.include_when, f"{path}.includeWhen", kind, release)
    for where, text in _strings(resource.template, f"{path}.template"):
        yield from _text(text, where, kind, release)


def _strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every string inside, keys of mappings too, and where it is."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"{path} (key)", key
            yield from _strings(item, f"{path}.{clipped(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, f"{path}[{index}]")


def _text(text: str, path: str, kind: str, release: Release) -> Iterator[Problem]:
    variables = release.variables.get(kind)
    position = text.find("${")
    while position >= 0:
        end = _end(text, position + 2)
        if end is None:
            yield Problem(path, f"{quoted(text)} has a ${{ without its }}")
            return
        inner = text[position + 2 : end]
        if "${" in inner:
            yield Problem(path, f"{quoted(text)} has an expression inside an expression")
            return
        found = _PATH.fullmatch(inner)
        if found and variables is not None and inner.strip() not in _LITERALS:
            yield from _variable(found, path, kind, dict(variables))
        position = text.find("${", end)


def _variable(
    found: re.Match[str], path: str, kind: str, variables: dict[str, frozenset[str] | None]
) -> Iterator[Problem]:
    root, field = found.groups()
    if root not in variables:
        yield Problem(path, f"names {quoted(root)}; a {kind} knows {', '.join(sorted(variables))}")
        return
    fields = variables[root]
    if fields is not None and field is not None and field not in fields:
        yield Problem(path, f"names {quoted(f'{root}.{field}')}; known: {', '.join(sorted(fields))}")


def _end(text: str, start: int) -> int | None:
    """Where the expression that begins at ``start`` ends: at its own closing brace."""
    depth = 0
    for index in range(start, len(text)):
        if text[index] == "{":
            depth += 1
        elif text[index] == "}":
            if not depth:
                return index
            depth -= 1
    return None
