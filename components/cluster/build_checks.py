"""Checks of what the builds of a stack use beside their Secrets: workflows, build planes and the steps of builds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from ..plan.rights import ClusterPlane
from ..plan.stack import Plan
from .connection import Cluster
from .pushes import check_pushes
from .references import check_references
from .workflow_arguments import check_arguments
from .workflow_stores import check_stores
from .workflows import Workflows


def list_build_checks(clusters: Mapping[ClusterPlane, Cluster], plan: Plan, stack: str) -> list[Callable[[], None]]:
    """The checks for which clusters are configured. Each raises a `ClusterError` with all problems that it finds.

    Args:
        clusters: plane -> its cluster.
        plan: of the stack.
        stack: ``<pulumi organization>/<project>/<stack>``, the owner that its objects carry.
    """
    builds, control = plan.release.builds, clusters.get("control")
    if builds is None:
        return []
    workflows = None if control is None else Workflows(control, plan, builds)
    checks = [] if workflows is None else [partial(check_arguments, workflows), partial(check_stores, workflows)]
    if control is not None:
        checks.append(partial(check_references, control, plan, stack))
    return [*checks, partial(check_pushes, clusters["build"], plan, builds, workflows)]
