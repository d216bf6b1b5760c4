"""OpenChoreo's rules for resources, checked before anything is written.

Source: ``internal/validation/component`` and ``internal/template`` of openchoreo/openchoreo v0.9.0. Its admission
webhook checks a ComponentType in the same way. It does not check a ComponentWorkflow, so a run would fail.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from ..errors import PatchError, Problem
from ..openchoreo.kinds import Kind, Variables
from ..openchoreo.release import Release
from ..schema.text import clip, quote
from .model import IMAGE_PULL_SECRETS, RESOURCES, Patch, Resource
from .pod_spec import Pods

_CONDITION: Final = re.compile(r"\$\{[\s\S]+\}\s*", re.ASCII)
_PATH: Final = re.compile(r"\s*([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?(?:\.[A-Za-z_]\w*)*\s*", re.ASCII)

_LITERALS: Final = frozenset({"true", "false", "null"})
"""Words of the expression language that look like variables."""


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
        yield from _template_problems(resource, f"{path}.template")
        if resource.include_when is not None and not kind.include_when:
            text = f"does not exist in a {kind.name} of OpenChoreo {release.name}"
            yield Problem(f"{path}.includeWhen", text)
        elif resource.include_when is not None:
            yield from _condition_problems(resource.include_when, f"{path}.includeWhen", kind)
        for where, text in _strings(resource.template, f"{path}.template"):
            yield from _expression_problems(text, where, kind)
    for index, name in enumerate(patch.image_pull_secrets):
        yield from _expression_problems(name, f"{IMAGE_PULL_SECRETS}[{index}]", kind)


def check_workload(pods: Pods, patch: Patch, owner: str) -> None:
    """Check that the patch adds no second resource of the workload's kind.

    Raises:
        PatchError: a resource of the patch has the kind of the workload.
    """
    for resource in patch.resources:
        if str(resource.template.get("kind")).lower() == pods.type:
            kind = resource.template["kind"]
            msg = f'{owner}: the resource "{resource.id}" is a second {kind}; a {pods.type} has exactly one'
            raise PatchError(msg)


def _template_problems(resource: Resource, path: str) -> Iterator[Problem]:
    for field in ("apiVersion", "kind"):
        value = resource.template.get(field)
        if not isinstance(value, str) or not value:
            yield Problem(f"{path}.{field}", "is missing")
        elif "${" in value:
            yield Problem(f"{path}.{field}", f"{quote(value)} is an expression; it must be literal text")
    metadata = resource.template.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    if not isinstance(name, str) or not name:
        yield Problem(f"{path}.metadata.name", "is missing")


def _condition_problems(condition: str, path: str, kind: Kind) -> Iterator[Problem]:
    text = condition.rstrip()
    if not _CONDITION.fullmatch(text) or _end(text, 2) not in {None, len(text) - 1}:
        yield Problem(path, f"{quote(condition)} must be exactly one ${{...}} expression")
    yield from _expression_problems(condition, path, kind)


def _strings(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Path and text of every string in a value, including keys of mappings."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield f"{path} (key)", key
            yield from _strings(item, f"{path}.{clip(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _strings(item, f"{path}[{index}]")


def _expression_problems(text: str, path: str, kind: Kind) -> Iterator[Problem]:
    position = text.find("${")
    while position >= 0:
        end = _end(text, position + 2)
        if end is None:
            yield Problem(path, f"{quote(text)} has a ${{ without a closing }}")
            return
        inner = text[position + 2 : end]
        if "${" in inner:
            yield Problem(path, f"{quote(text)} has an expression inside an expression")
            return
        reference = _PATH.fullmatch(inner)
        if reference and kind.variables is not None and inner.strip() not in _LITERALS:
            yield from _variable_problems(reference, path, kind.name, kind.variables)
        position = text.find("${", end)


def _variable_problems(reference: re.Match[str], path: str, kind: str, variables: Variables) -> Iterator[Problem]:
    variable, field = reference.groups()
    if variable not in variables:
        yield Problem(path, f"{quote(variable)} is not a variable of a {kind}; expected {_listed(variables)}")
        return
    fields = variables[variable]
    if fields is not None and field is not None and field not in fields:
        yield Problem(path, f"{quote(f'{variable}.{field}')} does not exist; expected {_listed(fields)}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def _end(text: str, start: int) -> int | None:
    """Index of the brace that closes the expression whose text begins at ``start``. None: there is none."""
    depth = 0
    for index in range(start, len(text)):
        if text[index] == "{":
            depth += 1
        elif text[index] == "}":
            if not depth:
                return index
            depth -= 1
    return None
