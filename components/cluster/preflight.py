"""Read-only checks of the build plane and of the operator, before anything is created."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..errors import ClusterError
from ..manifests import STACK_ANNOTATION, Manifest, read_creator
from ..object_names import pluralize
from ..openchoreo.labels import ORGANIZATION_LABEL
from ..openchoreo.release import Release
from ..plan.organization import OrganizationPlan
from ..plan.stack import Plan
from ..schema.text import flatten
from ..secrets.generator import API as GENERATORS
from .connection import Cluster
from .obstacles import Obstacle, raise_obstacles
from .ownership import list_foreign_objects

_ESO: Final = "/apis/external-secrets.io"
ESO_KINDS: Final = frozenset({"externalsecrets", "clustersecretstores"})
"""Kinds of ``external-secrets.io/v1`` that every plane with a store needs."""


def check_build_plane(cluster: Cluster, plan: Plan, *, stack: str) -> None:
    """Check the operator's CRDs, every build namespace, and that no object of others would be overwritten.

    Args:
        cluster: the build plane.
        plan: of the stack.
        stack: ``<pulumi organization>/<project>/<stack>``, the owner that its objects carry.

    Raises:
        PreflightError: with all problems.
        ClusterError: the cluster cannot be reached, or the operator is not usable.
    """
    check_operator(cluster, plan.release)
    _check_generators(cluster, plan.organizations)
    live = {item["metadata"]["name"]: item for item in cluster.items("/api/v1/namespaces", metadata_only=True)}
    problems = list(_namespaces(plan.organizations, live, stack))
    objects = (planned for planned in plan.objects if planned.plane == "build")
    problems += list_foreign_objects(cluster, objects, stack, runs=[part.run_labels for part in plan.release.parts])
    raise_obstacles(cluster, problems)


def check_operator(cluster: Cluster, release: Release, kinds: frozenset[str] = ESO_KINDS) -> None:
    """Check that a cluster serves kinds of the External Secrets Operator.

    Args:
        cluster: the cluster.
        release: OpenChoreo release of the platform, whose chart can install the operator.
        kinds: plural names under ``external-secrets.io/v1``.

    Raises:
        ClusterError: a kind is missing.
    """
    group = cluster.get(_ESO)
    if group is None:
        other = "" if release.charts.operator is None else f", or {release.charts.operator}"
        msg = (
            f"{cluster}: the CRDs of the External Secrets Operator are missing; install the Helm chart "
            f"external-secrets (0.16 or later){other}"
        )
        raise ClusterError(msg)
    missing = sorted(kinds - read_served_kinds(cluster, f"{_ESO}/v1"))
    if missing:
        versions = ", ".join(version["version"] for version in group.get("versions", ()))
        msg = (
            f"{cluster}: the External Secrets Operator serves {versions}, but external-secrets.io/v1 lacks "
            f"{', '.join(missing)}; upgrade the Helm chart external-secrets to 0.16 or later"
        )
        raise ClusterError(msg)


def read_served_kinds(cluster: Cluster, path: str) -> frozenset[str]:
    """Plural names of the kinds under a group and version."""
    group = cluster.get(path) or {}
    return frozenset(resource["name"] for resource in group.get("resources", ()))


def _check_generators(cluster: Cluster, organizations: Sequence[OrganizationPlan]) -> None:
    """Check that the cluster serves every kind of generator in the plans.

    Raises:
        ClusterError: a kind is missing.
    """
    users: dict[str, str] = {}
    for organization in organizations:
        for manifest in organization.generators:
            if manifest["apiVersion"] == GENERATORS:
                users.setdefault(pluralize(manifest["kind"]), organization.name)
    missing = sorted(users.keys() - read_served_kinds(cluster, f"/apis/{GENERATORS}")) if users else []
    if missing:
        whose = ", ".join(f'{kind} (organization "{users[kind]}")' for kind in missing)
        msg = (
            f"{cluster}: the External Secrets Operator lacks generators under {GENERATORS}: {whose}; "
            "upgrade the Helm chart external-secrets to 0.16 or later"
        )
        raise ClusterError(msg)


def _namespaces(
    organizations: Sequence[OrganizationPlan], live: Mapping[str, Manifest], stack: str
) -> Iterator[Obstacle]:
    for organization in organizations:
        name = organization.namespace
        where, exists = f'organization "{organization.name}": namespace {name}', name in live
        owner = read_creator(live[name]) if exists else None
        labels = (live[name]["metadata"].get("labels") or {}) if exists else {}
        label = labels.get(ORGANIZATION_LABEL, organization.name)
        text = None
        if not organization.adopts_namespace and exists and owner != stack:
            creator = (
                f"the stack {flatten(owner)}" if owner else "something else (OpenChoreo creates it at the first build)"
            )
            text = (
                f"exists and was created by {creator}; set namespace: adopt, so that destroy keeps it, or let the "
                f"stack take it over: kubectl annotate --overwrite namespace {name} {STACK_ANNOTATION}={stack}"
            )
        elif organization.adopts_namespace and not exists:
            text = "does not exist; set namespace: own, or run the organization's first build"
        elif organization.adopts_namespace and owner == stack:
            text = "was created by this stack, so there is nothing to adopt; keep namespace: own"
        elif organization.adopts_namespace and label != organization.name:
            text = f"belongs to another organization ({ORGANIZATION_LABEL}={label}); remove the label if it is wrong"
        if text is not None:
            yield Obstacle(organization.name, f"{where} {text}")
