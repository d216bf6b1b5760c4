"""Builds that push images without a login: to a public registry, or because their Secret does not exist.

Source: the ClusterWorkflowTemplate ``publish-image`` that openchoreo/openchoreo v1.2.3 ships. Its registry is a fixed
text, and it mounts the Secret as an optional volume.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..manifests import Manifest
from ..openchoreo.builds import Builds
from ..plan.stack import Plan
from .connection import Cluster
from .obstacles import Obstacle, raise_obstacles
from .workflows import Workflow, Workflows, list_builders

_References = dict[str, list[Workflow]]
"""Name of a template -> the workflows whose builds it is a step of."""


def check_pushes(cluster: Cluster, plan: Plan, builds: Builds, workflows: Workflows | None) -> None:
    """Check that no build pushes an image without a login.

    Args:
        cluster: the build plane. It may serve no templates, if its builds run with another engine.
        plan: plan of the stack.
        builds: what builds refer to.
        workflows: on the control plane. None: it is not configured, so only the template that OpenChoreo ships for
            pushing is checked, because the workflows that it ships use that one.

    Raises:
        PreflightError: builds would push without a login.
        ClusterError: a cluster cannot be reached, or refuses a request.
    """
    if not list_builders(plan):
        return
    items = cluster.items(builds.templates.path(None))
    templates = {item["metadata"]["name"]: item.get("spec") or {} for item in items}
    problems: list[Obstacle] = []
    references = {builds.push_template: []} if workflows is None else _find_references(workflows, templates)
    for name in sorted(references.keys() & templates.keys()):
        hosts = _find_hosts(templates[name], builds)
        if hosts:
            problems.append(Obstacle(None, _describe_public(builds, name, references[name], hosts)))
    if workflows is not None:
        problems += _list_anonymous(workflows, templates, references)
    raise_obstacles(cluster, problems)


def _find_references(workflows: Workflows, templates: Mapping[str, Any]) -> _References:
    """Templates that workflows use, directly or through other templates."""
    used = {workflow.location: workflow for _, usable in workflows.usable() for workflow in usable}
    references: _References = {}
    for workflow in used.values():
        waiting = set(_find_names(workflow.manifest.get("spec")))
        reached: set[str] = set()
        while waiting:
            name = waiting.pop()
            reached.add(name)
            waiting |= set(_find_names(templates.get(name))) - reached
        for name in reached:
            references.setdefault(name, []).append(workflow)
    return references


def _find_names(value: Any) -> Iterator[str]:
    """Names of the cluster-scoped templates that a part of a workflow or of a template refers to."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in {"templateRef", "workflowTemplateRef"} and isinstance(inner, dict) and inner.get("clusterScope"):
                yield str(inner.get("name"))
            yield from _find_names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _find_names(inner)


def _find_hosts(spec: Any, builds: Builds) -> list[str]:
    """The public registries that a template names, except in comments of its scripts."""
    lines = [line for text in _list_texts(spec) for line in text.splitlines() if not line.lstrip().startswith("#")]
    return sorted(
        host
        for host in builds.public_registries
        if any(re.search(rf"(?<![\w.-]){re.escape(host)}(?![\w.-])", line) for line in lines)
    )


def _list_texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _list_texts(inner)


def _describe_public(builds: Builds, name: str, users: Iterable[Workflow], hosts: Iterable[str]) -> str:
    template = f"{builds.templates.name} {name}"
    by = ", ".join(str(workflow.location) for workflow in users)
    host = ", ".join(hosts)
    return (
        f"{template}{f' (used by {by})' if by else ''} pushes images to {host}, a public registry from which everyone "
        f"can pull them; set your registry in it (kubectl edit {builds.templates.name.lower()} {name}), or "
        "apply your own template under this name"
    )


def _list_anonymous(
    workflows: Workflows, templates: Mapping[str, Manifest], references: _References
) -> Iterator[Obstacle]:
    """Organizations without a push Secret, whose builds do not fail without it and do not create it either."""
    builds = workflows.builds
    lenient = {name for name, spec in templates.items() if _is_optional(spec, builds)}
    for organization, usable in workflows.usable():
        if organization.organization.push is not None:
            continue
        places = {workflow.location for workflow in usable}
        for name in sorted(lenient & references.keys()):
            users = [workflow for workflow in references[name] if workflow.location in places]
            resource = organization.release.defaults.push_resource
            without = [
                workflow for workflow in users if resource not in {entry.get("id") for entry in workflow.entries}
            ]
            if without:
                by = ", ".join(str(workflow.location) for workflow in without)
                yield Obstacle(
                    organization.name,
                    f'organization "{organization.name}": builds of {by} push without a login, because no Secret for '
                    f"pushing exists and the volume of the {builds.templates.name} {name} is optional; set "
                    "registries, set optional: false there, or remove the volume if the registry needs no login",
                )


def _is_optional(value: Any, builds: Builds) -> bool:
    """Whether a step mounts the push Secret, and runs without it too."""
    if isinstance(value, dict):
        if value.get("secretName") == builds.push_volume and value.get("optional") is True:
            return True
        return any(_is_optional(inner, builds) for inner in value.values())
    return isinstance(value, list) and any(_is_optional(inner, builds) for inner in value)
