"""Builds that push images without a login: to a public registry, or because their Secret does not exist.

Source: the ClusterWorkflowTemplate ``publish-image`` that openchoreo/openchoreo v1.2.3 ships. Its registry is a fixed
text, and it mounts the Secret as an optional volume.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ..openchoreo.builds import Builds
from ..patches.containers import find
from ..patches.overrides import find_value
from ..plan.organization import OrganizationPlan
from ..plan.stack import Plan
from ..schema.text import quote
from .build_steps import Steps, find_hosts, list_defaults, mounts_optionally
from .connection import Cluster
from .objects import Location
from .obstacles import Obstacle, raise_obstacles
from .workflows import Workflow, Workflows, list_builders


@dataclass(frozen=True)
class _Build:
    """A workflow in the builds of one organization."""

    organization: OrganizationPlan
    workflow: Workflow
    steps: dict[Location, Any]
    """Templates that it uses -> their spec."""
    run: Any
    """What it starts itself."""

    @property
    def parts(self) -> dict[Location, Any]:
        """Every object that says what a build does -> the part of it that does."""
        return {**self.steps, self.workflow.location: self.run}


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
    steps = Steps(cluster, builds)
    if workflows is None:
        shipped = steps.find(None, builds.push_template)
        hosts = find_hosts(steps.read(shipped), builds)
        raise_obstacles(cluster, [Obstacle(None, _describe_public(shipped, (), hosts, builds))] if hosts else ())
        return
    used = [
        _read_build(steps, workflow, organization, plan.release.build_namespace(organization.name), builds)
        for organization, usable in workflows.usable()
        for workflow in usable
    ]
    raise_obstacles(cluster, [*_list_public(used, builds), *_list_anonymous(used, builds)])


def _read_build(
    steps: Steps, workflow: Workflow, organization: OrganizationPlan, namespace: str, builds: Builds
) -> _Build:
    run = find(workflow.manifest, builds.run)
    return _Build(organization, workflow, steps.reach(workflow.location, run, namespace), run)


def _list_public(used: Iterable[_Build], builds: Builds) -> Iterator[Obstacle]:
    """Each object that names a public registry, once."""
    users: dict[Location, dict[Location, Workflow]] = {}
    owners: dict[Location, str] = {}
    parts: dict[Location, Any] = {}
    for build in used:
        place = build.workflow.location
        if place not in parts:
            parts[place] = [build.run, *list_defaults(find(build.workflow.manifest, builds.schema))]
        parts |= build.steps
        for step in build.steps:
            users.setdefault(step, {})[place] = build.workflow
        for location in build.parts:
            owners[location] = build.organization.name
    for location in sorted(parts, key=_order):
        hosts = find_hosts(parts[location], builds)
        if hosts:
            owner = owners[location] if location.kind.namespaced else None
            yield Obstacle(owner, _describe_public(location, users.get(location, ()), hosts, builds))


def _order(location: Location) -> tuple[str, str, str]:
    return location.kind.name, location.namespace or "", location.name


def _describe_public(location: Location, users: Iterable[Location], hosts: Iterable[str], builds: Builds) -> str:
    kind = location.kind
    by, host = ", ".join(map(str, users)), ", ".join(hosts)
    where = f" -n {location.namespace}" if location.namespace else ""
    resource, advice = kind.name.lower(), ", or apply your own template under this name"
    if kind in builds.kinds:
        # Argo Workflows has a resource of this name too.
        resource, advice = f"{kind.plural}.{kind.api.partition('/')[0]}", ""
    return (
        f"{location}{f' (used by {by})' if by else ''} pushes images to {host}, a public registry from which everyone "
        f"can pull them; set your registry in it (kubectl edit{where} {resource} {location.name}){advice}"
    )


def _list_anonymous(used: Iterable[_Build], builds: Builds) -> Iterator[Obstacle]:
    """Builds whose push Secret nothing creates, and which do not fail without it."""
    lenient: dict[Location, bool] = {}
    users: dict[tuple[str, Location, tuple[str, str]], list[str]] = {}
    for build in used:
        reason = _explain_missing(build)
        if reason is None:
            continue
        for location, content in build.parts.items():
            if location not in lenient:
                lenient[location] = mounts_optionally(content, builds.push_volume)
            if lenient[location]:
                key = (build.organization.name, location, reason)
                users.setdefault(key, []).append(str(build.workflow.location))
    for (organization, location, (cause, advice)), names in users.items():
        yield Obstacle(
            organization,
            f'organization "{organization}": builds of {", ".join(names)} push without a login, because {cause} and '
            f"the volume of the {location} is optional; {advice}, set optional: false there, or remove the volume if "
            "the registry needs no login",
        )


def _explain_missing(build: _Build) -> tuple[str, str] | None:
    """Why the Secret of a build does not exist, and what to do. None: it exists, or the workflow decides."""
    release, places = build.organization.release, build.organization.release.run_secrets
    if any(entry.get("id") == release.defaults.push_resource for entry in build.workflow.entries):
        return None
    if build.organization.organization.push is None:
        return "no Secret for pushing exists", "set registries"
    if places is None or find_value(build.workflow.manifest, places.push.argument) != places.push.name:
        return None
    cause = f"no entry creates the Secret {places.push.name}, which each run names,"
    return cause, f"name a Secret that exists in the argument {quote(places.push.resource)}"
