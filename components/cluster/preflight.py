"""Read-only checks of the build plane and of the operator, before anything is created."""

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
    cluster: Cluster, release: Release, organizations: Sequence[OrganizationPlan], *, stack: str
) -> None:
    """Check the operator's CRDs and the build namespaces, and that the update overwrites nothing in adopted ones.

    Args:
        cluster: the build plane.
        release: OpenChoreo release of the platform.
        organizations: plans of all organizations of the stack.
        stack: ``<pulumi organization>/<project>/<stack>``, which identifies namespaces that this stack created.

    Raises:
        ClusterError: with every problem.
    """
    check_operator(cluster, release)
    _check_generators(cluster, organizations)
    live = {
        item["metadata"]["name"]: (item["metadata"].get("annotations") or {}).get(STACK_ANNOTATION)
        for item in cluster.items("/api/v1/namespaces", metadata_only=True)
    }
    problems = list(_namespaces(organizations, live, stack))
    for organization in organizations:
        if organization.adopts_namespace and organization.namespace in live:
            problems += _overwritten(cluster, organization)
            problems += _generators_overwritten(cluster, organization)
    raise_problems(cluster, problems)


def raise_problems(cluster: Cluster, problems: list[str]) -> None:
    """Raise one error with all problems; return if there are none.

    Raises:
        ClusterError: there is a problem.
    """
    if problems:
        raise ClusterError("\n".join([f"{cluster}: nothing was changed", *(f"  - {line}" for line in problems)]))


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
        msg = (
            f"{cluster}: the CRDs of the External Secrets Operator are missing; install the Helm chart "
            f"external-secrets (0.16 or later), or {release.charts.operator}"
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
                users.setdefault(_plural(manifest), organization.name)
    missing = sorted(users.keys() - read_served_kinds(cluster, f"/apis/{GENERATORS}")) if users else []
    if missing:
        whose = ", ".join(f'{kind} (organization "{users[kind]}")' for kind in missing)
        msg = (
            f"{cluster}: the External Secrets Operator lacks generators under {GENERATORS}: {whose}; "
            "upgrade the Helm chart external-secrets to 0.16 or later"
        )
        raise ClusterError(msg)


def _plural(manifest: Manifest) -> str:
    return f"{manifest['kind'].lower()}s"


def _generators_overwritten(cluster: Cluster, organization: OrganizationPlan) -> Iterator[str]:
    """Generators and ServiceAccounts in an adopted namespace that the update would overwrite."""
    for manifest in organization.generators:
        metadata, api = manifest["metadata"], manifest["apiVersion"]
        root = "/api" if api == "v1" else "/apis"
        path = f"{root}/{api}/namespaces/{metadata['namespace']}/{_plural(manifest)}/{metadata['name']}"
        live = cluster.get(path)
        if live is not None and not is_ours(live):
            yield (
                f'organization "{organization.name}": {manifest["kind"]} {metadata["namespace"]}/{metadata["name"]} '
                "exists and this project did not create it; delete it"
            )


def _namespaces(organizations: Sequence[OrganizationPlan], live: dict[str, str | None], stack: str) -> Iterator[str]:
    for organization in organizations:
        name = organization.namespace
        exists, owner = name in live, live.get(name)
        if not organization.adopts_namespace and exists and owner != stack:
            creator = f"the stack {owner}" if owner else "something else (OpenChoreo creates it at the first build)"
            yield (
                f'organization "{organization.name}": namespace {name} exists and was created by {creator}; '
                "set namespace: adopt, so that destroy keeps it"
            )
        if organization.adopts_namespace and not exists:
            yield (
                f'organization "{organization.name}": namespace {name} does not exist; '
                "set namespace: own, or run the organization's first build"
            )
        if organization.adopts_namespace and owner == stack:
            yield (
                f'organization "{organization.name}": namespace {name} was created by this stack, so adopting it '
                "would delete it with all its contents; keep namespace: own"
            )


def _overwritten(cluster: Cluster, organization: OrganizationPlan) -> Iterator[str]:
    """Secrets and ExternalSecrets in an adopted namespace that the update would overwrite."""
    namespace, merged = organization.namespace, organization.merged_names
    places = {planned.name: planned.path for planned in organization.ahead}
    for kind, api in (("Secret", "/api/v1"), ("ExternalSecret", f"{_ESO}/v1")):
        for item in cluster.items(f"{api}/namespaces/{namespace}/{kind.lower()}s", metadata_only=True):
            name, labels = item["metadata"]["name"], item["metadata"].get("labels") or {}
            expected = kind == "Secret" and (_ESO_MANAGED in labels or name in merged)
            if name in places and not is_ours(item) and not expected:
                yield (
                    f'organization "{organization.name}": {kind} {namespace}/{name} exists and this project did not '
                    f"create it; delete it, or use another name ({places[name]})"
                )
