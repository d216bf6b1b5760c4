"""Read-only checks of the objects that a stack creates on the control plane."""

from __future__ import annotations

from ..plan.stack import Plan
from .connection import Cluster
from .obstacles import raise_obstacles
from .ownership import list_foreign_objects


def check_references(cluster: Cluster, plan: Plan, stack: str) -> None:
    """Check that no object of others would be overwritten.

    Args:
        cluster: the control plane.
        plan: plan of the stack.
        stack: ``<pulumi organization>/<project>/<stack>``, the owner that its objects carry.

    Raises:
        PreflightError: an object belongs to others.
        ClusterError: the cluster cannot be reached, or refuses a list.
    """
    objects = (planned for planned in plan.objects if planned.plane == "control")
    raise_obstacles(cluster, list_foreign_objects(cluster, objects, stack))
