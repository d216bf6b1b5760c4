"""What must be true of the clusters before anything is made, asked with a handful of read-only calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..errors import ClusterError
from ..manifests import STACK_ANNOTATION, Manifest, is_ours
from ..openchoreo.release import Release
from ..plan.organization import OrganizationPlan
from ..secrets.generator import API as GENERATORS
from .connection import Cluster

_ESO: Final = "/apis/external-secrets.io"
ESO_KINDS: Final = frozenset({"externalsecrets", "clustersecretstores"})
"""Kinds of ``external-secrets.io/v1`` that every plane with a store needs."""
_ESO_MANAGED: Final = "reconcile.external-secrets.io/managed"


def check_build_plane(
    cluster: Cluster, release: Release, organizations: Sequence[OrganizationPlan], stack: str
) -> None:
    """Check the operator's CRDs, every build namespace, and that nothing in an adopted one would be overwritten.

    Args:
        cluster: the build plane.
        release: of the platform.
        organizations: all of the stack.
        stack: ``<pulumi organization>/<project>/<stack>``, by which a namespace of ours is told from others.

    Raises:
        ClusterError: with everything that is amiss.
    """
    check_operator(cluster, release)
    _check_generators(cluster, organizations)
    live = {
        item["metadata"]["name"]: (item["metadata"].get("annotations") or {}).get(STACK_ANNOTATION)
        for item in cluster.items("/api/v1/namespaces", metadata_only=True)
    }
    found = list(_namespaces(organizations, live, stack))
    for organization in organizations:
        if organization.adopts_namespace and organization.namespace in live:
            found += _overwritten(cluster, organization)
            found += _generators_overwritten(cluster, organization)
    refuse(cluster, found)


def refuse(cluster: Cluster, found: list[str]) -> None:
    """End with everything that was found, if anything was.

    Raises:
        ClusterError: something was.
    """
    if found:
        raise ClusterError("\n".join([f"{cluster}: nothing was changed", *(f"  - {line}" for line in found)]))


def check_operator(cluster: Cluster, release: Release, kinds: frozenset[str] = ESO_KINDS) -> None:
    """Check that a cluster serves kinds of the External Secrets Operator.

    Args:
        cluster: which.
        release: of the platform, whose chart can install the operator.
        kinds: plural names under ``external-secrets.io/v1``.

    Raises:
        ClusterError: one is missing.
    """
    group = cluster.get(_ESO)
    if group is None:
        msg = (
            f"{cluster}: the CRDs of the External Secrets Operator are missing. They come with the Helm chart "
            f"external-secrets (0.16 or later), also part of {release.charts.operator}"
        )
        raise ClusterError(msg)
    missing = sorted(kinds - served(cluster, f"{_ESO}/v1"))
    if missing:
        versions = ", ".join(version["version"] for version in group.get("versions", ()))
        msg = (
            f"{cluster}: the External Secrets Operator serves {versions}, but external-secrets.io/v1 lacks "
            f"{', '.join(missing)}. Upgrade the Helm chart external-secrets to 0.16 or later"
        )
        raise ClusterError(msg)


def served(cluster: Cluster, path: str) -> frozenset[str]:
    """Plural names of the kinds under a group and version."""
    group = cluster.get(path) or {}
    return frozenset(resource["name"] for resource in group.get("resources", ()))


def _check_generators(cluster: Cluster, organizations: Sequence[OrganizationPlan]) -> None:
    """Check that the cluster serves every kind of generator that is used.

    Raises:
        ClusterError: one is missing.
    """
    users: dict[str, str] = {}
    for organization in organizations:
        for manifest in organization.generators:
            if manifest["apiVersion"] == GENERATORS:
                users.setdefault(_plural(manifest), organization.name)
    missing = sorted(users.keys() - served(cluster, f"/apis/{GENERATORS}")) if users else []
    if missing:
        whose = ", ".join(f'{kind} (organization "{users[kind]}")' for kind in missing)
        msg = (
            f"{cluster}: the External Secrets Operator lacks generators under {GENERATORS}: {whose}. "
            "They come with the Helm chart external-secrets (0.16 or later)"
        )
        raise ClusterError(msg)


def _plural(made: Manifest) -> str:
    return f"{made['kind'].lower()}s"


def _generators_overwritten(cluster: Cluster, organization: OrganizationPlan) -> Iterator[str]:
    """Generators and ServiceAccounts of an adopted namespace that have a name of ours and were made by others."""
    for each in organization.generators:
        metadata = each["metadata"]
        root = "/api" if each["apiVersion"] == "v1" else "/apis"
        path = f"{root}/{each['apiVersion']}/namespaces/{metadata['namespace']}/{_plural(each)}/{metadata['name']}"
        live = cluster.get(path)
        if live is not None and not is_ours(live):
            yield (
                f'organization "{organization.name}": {each["kind"]} {metadata["namespace"]}/{metadata["name"]} exists '
                "and was made by something else. Delete it"
            )


def _namespaces(organizations: Sequence[OrganizationPlan], live: dict[str, str | None], stack: str) -> Iterator[str]:
    for organization in organizations:
        name = organization.namespace
        exists, owner = name in live, live.get(name)
        if not organization.adopts_namespace and exists and owner != stack:
            whose = f"the stack {owner}" if owner else "something else (OpenChoreo makes it at the first build)"
            yield (
                f'organization "{organization.name}": namespace {name} exists and was made by {whose}. '
                "Set namespace: adopt, so that destroy leaves it"
            )
        if organization.adopts_namespace and not exists:
            yield (
                f'organization "{organization.name}": namespace {name} does not exist. '
                "Set namespace: own, or run the organization's first build"
            )
        if organization.adopts_namespace and owner == stack:
            yield (
                f'organization "{organization.name}": namespace {name} was made by this stack; adopting it would '
                "delete it with everything inside. Keep namespace: own"
            )


def _overwritten(cluster: Cluster, organization: OrganizationPlan) -> Iterator[str]:
    """Objects of an adopted namespace that have a name of ours and were made by somebody else."""
    namespace, merged = organization.namespace, organization.merged_names
    places = {planned.name: planned.path for planned in organization.ahead}
    for kind, api in (("Secret", "/api/v1"), ("ExternalSecret", f"{_ESO}/v1")):
        for item in cluster.items(f"{api}/namespaces/{namespace}/{kind.lower()}s", metadata_only=True):
            name, labels = item["metadata"]["name"], item["metadata"].get("labels") or {}
            expected = kind == "Secret" and (_ESO_MANAGED in labels or name in merged)
            if name in places and not is_ours(item) and not expected:
                yield (
                    f'organization "{organization.name}": {kind} {namespace}/{name} exists and was made by something '
                    f"else. Delete it, or choose another name ({places[name]})"
                )
