"""Read-only checks of the control plane and the data plane, before anything is created or patched there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from ..errors import ClusterError
from ..manifests import Manifest
from ..openchoreo.release import Release
from ..patches.containers import find
from ..patches.model import SECRET_STORE_REF
from ..plan.organization import OrganizationPlan
from ..plan.patched_objects import PatchedObject, Role
from ..plan.stack import Plan
from .connection import Cluster
from .fan_outs import list_foreign_deliveries
from .identity import read_identity
from .objects import Location, describe_missing
from .obstacles import Obstacle, raise_obstacles
from .ownership import list_foreign_objects
from .preflight import ESO_KINDS, check_operator, read_served_kinds


def check_control_plane(cluster: Cluster, release: Release, organizations: Sequence[OrganizationPlan]) -> None:
    """Check that the control plane serves the release's kinds, and has every object that the plans patch.

    Args:
        cluster: the control plane.
        release: OpenChoreo release of the platform.
        organizations: plans of all organizations of the stack.

    Raises:
        ClusterError: with everything that is missing.
    """
    served = read_served_kinds(cluster, f"/apis/{release.api}")
    # A platform that moves has the kinds of the older release, then of both, then of the newer one.
    absent = [(sorted(part.served_kinds - served), part) for part in release.parts]
    if all(kinds for kinds, _ in absent):
        kinds, part = absent[0]
        msg = (
            f"{cluster}: {', '.join(kinds)} of {part.api} missing; install OpenChoreo {part.name} with the "
            f"Helm chart {part.charts.control_plane}"
        )
        raise ClusterError(msg)
    locations = dict.fromkeys(location for organization in organizations for location in _list_locations(organization))
    missing = {location for location in locations if cluster.get(location.path) is None}
    problems: list[Obstacle] = []
    users = _list_users(organizations)
    for organization in organizations:
        lines = [
            describe_missing(cluster, _locate(patched))
            if patched.kind.plural in served
            else _describe_unserved(cluster, plan.release, patched)
            for plan, patched in organization.placed_objects
            if _locate(patched) in missing
        ]
        lines += _unfit_data_planes(cluster, organization, users)
        problems += [Obstacle(organization.name, f'organization "{organization.name}": {line}') for line in lines]
    raise_obstacles(cluster, problems)


def check_data_plane(
    cluster: Cluster, plan: Plan, *, stack: str, build_plane: Cluster, warn: Callable[[str], None]
) -> None:
    """Check the operator where pull secrets need it, the named namespaces, and that nothing of others is overwritten.

    Args:
        cluster: the data plane.
        plan: plan of the stack.
        stack: ``<pulumi organization>/<project>/<stack>``, the owner that its objects carry.
        build_plane: the build plane, which must be the same cluster with the same settings, or another cluster.
        warn: called with a warning about each named namespace that no label gives to its organization. With
            ``isolation: strict`` it is a problem.

    Raises:
        ClusterError: with all problems.
    """
    organizations, release = plan.organizations, plan.release
    if any(organization.organization.pull_store for organization in organizations):
        fans_out = any(organization.fan_outs for organization in organizations)
        check_operator(cluster, release, ESO_KINDS | {"clusterexternalsecrets"} if fans_out else ESO_KINDS)
    if cluster.settings != build_plane.settings and read_identity(cluster) == read_identity(build_plane):
        msg = (
            f"{cluster} and {build_plane} are the same cluster; use the same kubeconfig and context for both, so that "
            "both share their stores"
        )
        raise ClusterError(msg)
    problems: list[Obstacle] = []
    for organization in organizations:
        live = {name: cluster.get(f"/api/v1/namespaces/{name}") for name, _ in organization.pull_manual}
        lines, unlabelled = [*_manual(organization, live)], [*_unlabelled(organization, live)]
        if plan.settings.isolation == "strict":
            lines += [f"{line}; use one that OpenChoreo created, or isolation: store" for line in unlabelled]
        else:
            for line in unlabelled:
                warn(f"{cluster}: {line}; check it, because isolation: strict refuses it")
        problems += [Obstacle(organization.name, line) for line in lines]
    objects = (planned for planned in plan.objects if planned.plane == "data")
    problems += list_foreign_objects(cluster, objects, stack, runs=[part.run_labels for part in release.parts])
    problems += list_foreign_deliveries(cluster, organizations, stack)
    raise_obstacles(cluster, problems)


def _unlabelled(planned: OrganizationPlan, namespaces: Mapping[str, Manifest | None]) -> Iterator[str]:
    """Named namespaces without any of the labels with which OpenChoreo names the organization of a namespace."""
    keys = {key for labels in planned.data_plane_selectors for key in labels}
    for namespace, live in namespaces.items():
        if live is not None and keys.isdisjoint(live["metadata"].get("labels") or {}):
            yield (
                f'organization "{planned.name}": namespace {namespace} does not have the label '
                f"{' or '.join(sorted(keys))}, so nothing shows whose workloads are in it"
            )


def _list_users(organizations: Sequence[OrganizationPlan]) -> Mapping[str, set[str]]:
    """Store of workloads -> the organizations that it serves."""
    users: dict[str, set[str]] = {}
    for planned in organizations:
        if isinstance(planned.pull_store, str):
            users.setdefault(planned.pull_store, set()).add(planned.name)
    return users


def _unfit_data_planes(cluster: Cluster, planned: OrganizationPlan, users: Mapping[str, set[str]]) -> Iterator[str]:
    """Data planes without a store, or with that of others, although pull secrets of components read from it.

    Only the live environments of an organization show which data planes it uses; all may use a cluster-scoped one.
    """
    organization, release = planned.organization, planned.release
    pull = organization.pull_secret
    if planned.builds_only or pull is None or pull.delivery != "component" or organization.pull_store is not None:
        return
    patched = set(_list_locations(planned))
    for location, plane in _list_data_planes(cluster, planned):
        store = find(plane, ("spec", SECRET_STORE_REF, "name"))
        served = users.get(store, ()) if isinstance(store, str) else ()
        if served and planned.name not in served:
            yield (
                f"{location} names the ClusterSecretStore {store}, which serves {', '.join(sorted(served))} only, so "
                "it refuses every component; set pullSecret.secretStore"
            )
        if not store and location not in patched:
            kind = "" if location.kind == release.data_plane else f"kind: {location.kind.name}, "
            yield (
                f"{location} has no spec.secretStoreRef, so {release.expressions.data_plane_store} fails in every "
                f"component; set dataPlane: {{{kind}name: {location.name}, secretStoreRef: <ClusterSecretStore>}}, or "
                "pullSecret.secretStore"
            )


def _describe_unserved(cluster: Cluster, release: Release, patched: PatchedObject) -> str:
    """A message about an object of a kind that another version of OpenChoreo has."""
    keys: dict[Role, tuple[str, str]] = {
        "components": ("pullSecret.componentTypes", "pullSecret.clusterComponentTypes"),
        "projects": ("pullSecret.projectTypes", "pullSecret.clusterProjectTypes"),
        "builds": ("componentWorkflows", "componentWorkflows"),
        "build plane": ("buildPlane", "buildPlane"),
        "data plane": ("dataPlane", "dataPlane"),
    }
    key = keys[patched.role][0 if patched.kind.namespaced else 1]
    setting = release.words.get(f"organizations.*.{key}", key)
    return (
        f"{setting} is for {_locate(patched)}, and {cluster} does not have the kind {patched.kind.name} of OpenChoreo "
        f"{release.name}; remove {setting}"
    )


def _locate(patched: PatchedObject) -> Location:
    return Location(patched.kind, patched.name, patched.namespace)


def _list_locations(planned: OrganizationPlan) -> Iterator[Location]:
    yield from map(_locate, planned.patched_objects)


def _list_data_planes(cluster: Cluster, planned: OrganizationPlan) -> Iterator[tuple[Location, Manifest]]:
    """Data planes that run workloads of an organization, each once. One that does not exist is left out."""
    release, namespace = planned.release, planned.release.control_plane_namespace(planned.name)
    if release.environments is None:
        for item in cluster.items(release.data_plane.path(namespace)):
            yield Location(release.data_plane, item["metadata"]["name"], namespace), item
        return
    kinds, layout = {kind.name: kind for kind in release.data_planes}, release.environments
    refs = {
        (find(item, layout.plane_kind) or release.data_plane.name, find(item, layout.plane_name) or layout.default)
        for item in cluster.items(layout.kind.path(namespace))
    }
    for kind_name, name in sorted(ref for ref in refs if ref[0] in kinds):
        kind = kinds[kind_name]
        location = Location(kind, name, namespace if kind.namespaced else None)
        plane = cluster.get(location.path)
        if plane is not None:
            yield location, plane


def _manual(planned: OrganizationPlan, namespaces: Mapping[str, Manifest | None]) -> Iterator[str]:
    """Named namespaces that do not exist or belong to another organization."""
    organization, selectors = planned.organization, planned.data_plane_selectors
    labels = [item for selector in selectors for item in selector.items()]
    for namespace, live in namespaces.items():
        where = f'organization "{organization.name}": namespace {namespace}'
        if live is None:
            yield f"{where} does not exist on the data plane; OpenChoreo creates it with the first deployment"
            continue
        actual = live["metadata"].get("labels") or {}
        foreign = [f"{key}={actual[key]}" for key, value in labels if actual.get(key, value) != value]
        if foreign:
            yield f"{where} belongs to another organization ({', '.join(foreign)})"
