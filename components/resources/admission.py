"""The admission policies of a stack as resources, before what they protect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pulumi
import pulumi_kubernetes as kubernetes

from ..cluster.admission import describe_missing_administrator, describe_unlimited_api, read_user, serves_policies
from ..cluster.connection import Cluster
from ..cluster.other_policies import list_conflicts
from ..errors import ClusterError
from ..managers.manager import Plane
from ..plan.rights import ClusterPlane
from ..plan.stack import Plan
from .registration import register


def check_admission(clusters: Mapping[ClusterPlane, Cluster], plan: Plan, stack: str) -> Plan:
    """The plan without the policies that a cluster does not support, about which it warns.

    Args:
        clusters: plane -> its cluster.
        plan: of the stack.
        stack: ``<pulumi organization>/<project>/<stack>``.

    Raises:
        ClusterError: the policies of this stack or another one would refuse updates of one of them, or a cluster cannot
            be reached.
    """
    missing: set[Plane] = set()
    problems: list[str] = []
    ask = cache(read_user)
    for plane, rules in plan.admission.items():
        cluster = clusters[plane]
        if not serves_policies(cluster):
            missing.add(plane)
            pulumi.log.warn(
                f"{cluster}: isolation: strict has no admission policies here, because the API server does not serve "
                "ValidatingAdmissionPolicy of admissionregistration.k8s.io/v1; organizations are kept apart as with "
                "isolation: store. Upgrade Kubernetes to 1.30 or later"
            )
            continue
        problems.append(describe_missing_administrator(cluster, ask(cluster), rules.administrators))
        if (warning := describe_unlimited_api(cluster, rules)) is not None:
            pulumi.log.warn(warning)
    planes: tuple[Plane, ...] = ("build", plan.pull_plane)
    for plane in dict.fromkeys(planes):
        if plane in clusters and plane not in missing:
            rules_here = plan.admission.get(plane)
            problems += list_conflicts(clusters[plane], rules_here, stack, read_user=ask, warn=pulumi.log.warn)
    if any(problems):
        raise ClusterError("\n".join(filter(None, problems)))
    return replace(plan, without_policies=frozenset(missing)) if missing else plan


def register_policies(
    plan: Plan, kubernetes_of: Mapping[Plane, kubernetes.Provider]
) -> dict[Plane, list[pulumi.Resource]]:
    """Plane -> what exists after all policies and bindings on its cluster."""
    last: dict[Plane, list[pulumi.Resource]] = {}
    for plane, manifests in plan.policies.items():
        prefix = f"{'' if plane == 'build' else f'{plane}-plane/'}admission/"
        bound: list[pulumi.Resource] = []
        for policy, binding in zip(manifests[::2], manifests[1::2], strict=True):
            name = prefix + policy["metadata"]["name"].removeprefix(f"{plan.admission[plane].name}-")
            # A binding comes after its policy, and after the binding before, so that the last one stands for all.
            rule = register(name, policy, pulumi.ResourceOptions(provider=kubernetes_of[plane]))
            after = pulumi.ResourceOptions(provider=kubernetes_of[plane], depends_on=[rule, *bound])
            bound = [register(f"{name}/binding", binding, after)]
        last[plane] = bound
    return last
