"""Workflows with which builds would not use the Secrets of the stack although it patches them, or could not start.

With a Secret for each run, a patch changes no argument, so nothing else shows that the workflow has none. A patch does
not change what runs read on the control plane either, because developers select a Secret with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from ..openchoreo.kinds import Kind, Steps
from ..openchoreo.release import RunSecret
from ..openchoreo.template_engine import START
from ..patches.containers import find
from ..patches.model import RESOURCES
from ..patches.override import describe_path
from ..patches.overrides import list_values
from ..plan.combined_patches import CombinedPatch
from ..plan.organization import OrganizationPlan
from ..schema.text import flatten, quote
from .objects import Location
from .obstacles import Obstacle, raise_obstacles
from .workflows import Workflow, Workflows

_SHOWN = 20


def check_arguments(workflows: Workflows) -> None:
    """Check that builds of each workflow that the stack patches start, and use its Secrets.

    A workflow that does not exist is an error of its patch.

    Raises:
        PreflightError: a workflow lacks an argument or an entry, or decides on a Secret of its own.
        ClusterError: the cluster cannot be reached, or refuses a request.
    """
    raise_obstacles(workflows.cluster, _list_problems(workflows))


def _list_problems(workflows: Workflows) -> Iterator[Obstacle]:
    plan = workflows.plan
    key = plan.release.words.get("organizations.*.componentWorkflows", "componentWorkflows")
    patches = {_locate(patch): patch for patch in plan.all_combined_patches if patch.place.role == "builds"}
    for workflow in workflows.all if patches else ():
        patch = patches.get(workflow.location)
        plans = {} if patch is None else {organization.name: organization for organization in patch.organizations}
        for run_secret, names in (patch.run_secrets if patch is not None else {}).items():
            missing = "; ".join(_list_missing(workflow, run_secret))
            for name in names:
                if missing:
                    text = (
                        f"{workflow.location} {missing}; its builds would not use the Secrets of the stack, so add "
                        f"what is missing, or remove the workflow from {key}"
                    )
                    yield Obstacle(name, f'organization "{name}": {text}')
                for text in _list_selected(workflows, workflow, run_secret, plans[name]):
                    yield Obstacle(name, f'organization "{name}": {text}')


def _locate(patch: CombinedPatch) -> Location:
    return Location(patch.place.kind, patch.place.name, patch.place.namespace)


def _list_missing(workflow: Workflow, run_secret: RunSecret) -> Iterator[str]:
    # The argument of the run, and the entry with the Secret, each with the step that selects it.
    entry: Steps = ("spec", RESOURCES, ("id", run_secret.resource))
    for what, path in (("argument", run_secret.argument[:-1]), ("resource", entry)):
        names, expected = list_values(workflow.manifest, path), path[-1][1]
        if expected not in names:
            shown = ", ".join(flatten(name) for name in names[:_SHOWN]) or "none"
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield f"has no {what} {quote(expected)}; {describe_path(path[:-1])} has {shown}{more}"


def _list_selected(
    workflows: Workflows, workflow: Workflow, run_secret: RunSecret, organization: OrganizationPlan
) -> Iterator[str]:
    """What the workflow selects for every run, instead of the Secret of an organization."""
    kind = organization.release.secret_reference
    if kind is None:
        return
    own = {reference.name for reference in organization.secret_references}
    chosen = find(workflow.manifest, run_secret.default_choice) if run_secret.default_choice else None
    if chosen and chosen not in own:
        path = describe_path(run_secret.default_choice)
        yield (
            f"{workflow.location}: {path} is {quote(str(chosen))}, so its builds use that {kind.name} and not the "
            f"Secret of the stack; remove the default, or set secretReference: {chosen} for the git credential"
        )
    namespace = organization.release.control_plane_namespace(organization.name)
    for identifier, name in _list_fixed(workflows, workflow, run_secret, namespace):
        if name not in own and not _exists(workflows, kind, namespace, name):
            path = describe_path((*workflows.builds.references, ("id", identifier)))
            yield (
                f"{workflow.location}: every run reads the {kind.name} {quote(name)} ({path}), which does not exist in "
                f"the namespace {namespace}, so no build starts; set secretReference: {name} for the git credential, "
                "or create it"
            )


def _list_fixed(
    workflows: Workflows, workflow: Workflow, run_secret: RunSecret, namespace: str
) -> Iterator[tuple[str, str]]:
    """Id and name of what every run reads for the entry that a patch replaces, unless it depends on the run."""
    builds = workflows.builds
    entries = [json.dumps(entry) for entry in workflow.entries if entry.get("id") == run_secret.resource]
    whole = f"{START}{workflow.location.kind.organization}}}"
    for reference in find(workflow.manifest, builds.references) or ():
        identifier, name = str(reference.get("id")), str(reference.get("name") or "").replace(whole, namespace)
        pattern = builds.reference.replace("{id}", re.escape(identifier))
        used = any(re.search(pattern, text.replace('\\"', '"')) for text in entries)
        if name and START not in name and used:
            yield identifier, name


def _exists(workflows: Workflows, kind: Kind, namespace: str, name: str) -> bool:
    return workflows.cluster.get(kind.path(namespace, name)) is not None
