"""What must be true of the control plane and the data plane before anything is made or patched there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..errors import ClusterError
from ..manifests import is_ours
from ..openchoreo.kinds import API, KINDS
from ..openchoreo.release import Release
from ..settings.rules.pull import pull_store
from ..settings.stack import Organization
from .connection import Cluster
from .objects import Location, missing
from .preflight import ESO_KINDS, check_operator, refuse, served

_CLUSTER_ID: Final = "/api/v1/namespaces/kube-system"


def check_control_plane(cluster: Cluster, release: Release, organizations: tuple[Organization, ...] = ()) -> None:
    """Check that the control plane serves the release's kinds, and has every object that is to be patched.

    Raises:
        ClusterError: with everything that is missing.
    """
    absent = sorted(release.control_plane_kinds - served(cluster, f"/apis/{API}"))
    if absent:
        msg = (
            f"{cluster}: no OpenChoreo {release.name} here, {', '.join(absent)} of {API} missing. "
            f"The CRDs come with the Helm chart {release.control_plane_chart}"
        )
        raise ClusterError(msg)
    found: list[str] = []
    for organization in organizations:
        where = f'organization "{organization.name}"'
        found += [
            f"{where}: {missing(cluster, location)}"
            for location in _patched(organization)
            if cluster.get(location.path) is None
        ]
        found += [f"{where}: {line}" for line in _without_store(cluster, organization, release)]
    refuse(cluster, found)


def check_data_plane(
    cluster: Cluster, build_plane: Cluster, organizations: tuple[Organization, ...], release: Release
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
    pulls = [each.pull_secret for each in organizations if each.pull_secret is not None]
    if any(pull_store(organization) for organization in organizations):
        fans_out = any(pull.delivery == "namespace" for pull in pulls)
        check_operator(cluster, ESO_KINDS | {"clusterexternalsecrets"} if fans_out else ESO_KINDS)
    identity = _identity(cluster) if cluster.settings != build_plane.settings else None
    if identity is not None and identity == _identity(build_plane):
        msg = (
            f"{cluster} and {build_plane} are one cluster; give both the same kubeconfig and context, so that their "
            "stores become one"
        )
        raise ClusterError(msg)
    found: list[str] = []
    for organization in organizations:
        found += _manual(cluster, organization, release)
    refuse(cluster, found)


def _patched(organization: Organization) -> Iterator[Location]:
    """Every object that an organization's patches go into."""
    pull, workflows = organization.pull_secret, organization.component_workflows
    names = {
        "ComponentType": pull.component_types if pull else (),
        "ComponentWorkflow": workflows.names if workflows else (),
        "BuildPlane": (organization.build_plane.name,) if organization.build_plane else (),
        "DataPlane": (organization.data_plane.name,) if organization.data_plane else (),
    }
    for kind, wanted in names.items():
        yield from (Location(KINDS[kind], name, organization.name) for name in wanted)


def _without_store(cluster: Cluster, organization: Organization, release: Release) -> Iterator[str]:
    """DataPlanes that name no store, though a component's pull secret would read through it."""
    pull = organization.pull_secret
    if pull is None or pull.delivery != "component" or pull_store(organization) is not None:
        return
    settled = organization.data_plane.name if organization.data_plane else None
    for item in cluster.items(KINDS["DataPlane"].path(organization.name)):
        name, store = item["metadata"]["name"], (item.get("spec") or {}).get("secretStoreRef") or {}
        if not store.get("name") and name != settled:
            yield (
                f"DataPlane {organization.name}/{name} has no spec.secretStoreRef, so {release.data_plane_store} fails "
                f"in every component. Set dataPlane: {{name: {name}, secretStoreRef: <ClusterSecretStore>}}, or "
                "pullSecret.secretStore"
            )


def _manual(cluster: Cluster, organization: Organization, release: Release) -> Iterator[str]:
    """Named namespaces that do not exist or are somebody else's, and Secrets that would be overwritten."""
    pull = organization.pull_secret
    if pull is None:
        return
    labels = release.data_plane_labels(organization.name)
    for namespace in pull.namespaces or ():
        where = f'organization "{organization.name}": namespace {namespace}'
        live = cluster.get(f"/api/v1/namespaces/{namespace}")
        if live is None:
            yield f"{where} does not exist on the data plane; OpenChoreo makes it with the first deployment"
            continue
        found = live["metadata"].get("labels") or {}
        foreign = [f"{key}={found[key]}" for key, value in labels.items() if found.get(key, value) != value]
        if foreign:
            yield f"{where} belongs to another organization ({', '.join(foreign)})"
        secret = cluster.get(f"/api/v1/namespaces/{namespace}/secrets/{pull.name}")
        if secret is not None and not is_ours(secret):
            yield (
                f"{where} has a Secret {pull.name} that was made by something else. Delete it, or choose another name "
                "(pullSecret.secretName)"
            )


def _identity(cluster: Cluster) -> str | None:
    """What tells one cluster from another, whatever address it is reached by."""
    live = cluster.get(_CLUSTER_ID)
    return live["metadata"]["uid"] if live else None
