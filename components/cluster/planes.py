"""What must be true of the control plane and the data plane before anything is made or patched there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..errors import ClusterError
from ..manifests import is_ours
from ..openchoreo.release import Release
from ..plan.organization import OrganizationPlan
from .connection import Cluster
from .objects import Location, missing
from .preflight import ESO_KINDS, check_operator, refuse, served

_CLUSTER_ID: Final = "/api/v1/namespaces/kube-system"


def check_control_plane(cluster: Cluster, release: Release, organizations: Sequence[OrganizationPlan] = ()) -> None:
    """Check that the control plane serves the release's kinds, and has every object that is to be patched.

    Raises:
        ClusterError: with everything that is missing.
    """
    absent = sorted(release.served_kinds - served(cluster, f"/apis/{release.api}"))
    if absent:
        msg = (
            f"{cluster}: no OpenChoreo {release.name} here, {', '.join(absent)} of {release.api} missing. "
            f"The CRDs come with the Helm chart {release.charts.control_plane}"
        )
        raise ClusterError(msg)
    found: list[str] = []
    for organization in organizations:
        where = f'organization "{organization.name}"'
        found += [
            f"{where}: {missing(cluster, location)}"
            for location in (Location(patch.kind, patch.name, patch.namespace) for patch in organization.patches)
            if cluster.get(location.path) is None
        ]
        found += [f"{where}: {line}" for line in _without_store(cluster, organization)]
    refuse(cluster, found)


def check_data_plane(
    cluster: Cluster, build_plane: Cluster, organizations: Sequence[OrganizationPlan], release: Release
) -> None:
    """Check the operator where pull secrets need it, and the namespaces that are to get one by hand.

    Args:
        cluster: the data plane.
        build_plane: the other cluster that gets stores.
        organizations: all of the stack.
        release: of the platform.

    Raises:
        ClusterError: with everything that is amiss.
    """
    if any(organization.organization.pull_store for organization in organizations):
        fans_out = any(organization.fan_outs for organization in organizations)
        check_operator(cluster, release, ESO_KINDS | {"clusterexternalsecrets"} if fans_out else ESO_KINDS)
    identity = _identity(cluster) if cluster.settings != build_plane.settings else None
    if identity is not None and identity == _identity(build_plane):
        msg = (
            f"{cluster} and {build_plane} are one cluster; give both the same kubeconfig and context, so that their "
            "stores become one"
        )
        raise ClusterError(msg)
    found: list[str] = []
    for organization in organizations:
        found += _manual(cluster, organization)
    refuse(cluster, found)


def _without_store(cluster: Cluster, planned: OrganizationPlan) -> Iterator[str]:
    """DataPlanes that name no store, though a component's pull secret would read through it."""
    organization, release = planned.organization, planned.release
    pull = organization.pull_secret
    if pull is None or pull.delivery != "component" or organization.pull_store is not None:
        return
    settled = organization.data_plane.name if organization.data_plane else None
    kind, namespace = release.data_plane, release.control_plane_namespace(organization.name)
    for item in cluster.items(kind.path(namespace)):
        name, store = item["metadata"]["name"], (item.get("spec") or {}).get("secretStoreRef") or {}
        if not store.get("name") and name != settled:
            yield (
                f"{kind.name} {namespace}/{name} has no spec.secretStoreRef, so "
                f"{release.expressions.data_plane_store} fails in every component. Set dataPlane: {{name: {name}, "
                "secretStoreRef: <ClusterSecretStore>}, or pullSecret.secretStore"
            )


def _manual(cluster: Cluster, planned: OrganizationPlan) -> Iterator[str]:
    """Named namespaces that do not exist or are somebody else's, and Secrets that would be overwritten."""
    organization, labels = planned.organization, planned.release.data_plane_labels(planned.name)
    for namespace, manual in planned.pull_manual:
        where = f'organization "{organization.name}": namespace {namespace}'
        live = cluster.get(f"/api/v1/namespaces/{namespace}")
        if live is None:
            yield f"{where} does not exist on the data plane; OpenChoreo makes it with the first deployment"
            continue
        found = live["metadata"].get("labels") or {}
        foreign = [f"{key}={found[key]}" for key, value in labels.items() if found.get(key, value) != value]
        if foreign:
            yield f"{where} belongs to another organization ({', '.join(foreign)})"
        secret = cluster.get(f"/api/v1/namespaces/{namespace}/secrets/{manual.name}")
        if secret is not None and not is_ours(secret):
            yield (
                f"{where} has a Secret {manual.name} that was made by something else. Delete it, or choose another "
                "name (pullSecret.secretName)"
            )


def _identity(cluster: Cluster) -> str | None:
    """What tells one cluster from another, whatever address it is reached by."""
    live = cluster.get(_CLUSTER_ID)
    return live["metadata"]["uid"] if live else None
