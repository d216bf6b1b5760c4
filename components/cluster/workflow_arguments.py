"""Workflows that lack what a patch needs, so that builds would not use the Secrets of the stack.

With a Secret for each run, a patch changes no argument, so nothing else shows that the workflow has none.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..openchoreo.kinds import Steps
from ..openchoreo.release import RunSecret
from ..patches.model import RESOURCES
from ..patches.override import describe_path
from ..patches.overrides import list_values
from ..plan.combined_patches import CombinedPatch
from ..schema.text import flatten, quote
from .objects import Location
from .obstacles import Obstacle, raise_obstacles
from .workflows import Workflow, Workflows

_SHOWN = 20


def check_arguments(workflows: Workflows) -> None:
    """Check that each workflow that the stack patches has the arguments and entries of the Secrets of builds.

    A workflow that does not exist is an error of its patch.

    Raises:
        PreflightError: a workflow lacks one, with what it has.
        ClusterError: the cluster cannot be reached, or refuses a request.
    """
    raise_obstacles(workflows.cluster, _list_problems(workflows))


def _list_problems(workflows: Workflows) -> Iterator[Obstacle]:
    plan = workflows.plan
    key = plan.release.words.get("organizations.*.componentWorkflows", "componentWorkflows")
    patches = {_locate(patch): patch for patch in plan.all_combined_patches if patch.place.role == "builds"}
    for workflow in workflows.all if patches else ():
        patch = patches.get(workflow.location)
        for run_secret, names in (patch.run_secrets if patch is not None else {}).items():
            missing = "; ".join(_list_missing(workflow, run_secret))
            for name in names if missing else ():
                text = (
                    f'organization "{name}": {workflow.location} {missing}; its builds would not use the Secrets of '
                    f"the stack, so add what is missing, or remove the workflow from {key}"
                )
                yield Obstacle(name, text)


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
