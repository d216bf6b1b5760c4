"""A component, a build run and a project of each organization, as OpenChoreo's controllers deploy them.

Only their ExternalSecrets are created, because no workloads and no builds run on the local platform.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from components.cluster.connection import Cluster
from components.openchoreo import Release, find_release
from components.plan.patched_objects import PatchedObject, list_patched_objects
from components.settings.stack import StackSettings

from ..hosts.repositories import REPOSITORY
from ..processes import Process, ProcessError
from ..seed import get_data_plane_namespace
from .cel import EvaluationError, FormError, render

_FIELD_MANAGER: Final = "local-platform"
SYNC_SECONDS: Final = 60.0
"""Longest time until ESO has synced the ExternalSecrets of the components."""
_RUN: Final = f"{REPOSITORY}-run"
_PLANE: Final = "default"


def deploy_components(cluster: Cluster, settings: StackSettings) -> list[str]:
    """Create the ExternalSecrets of the component ``app``, of its project and of one run of its build.

    Returns:
        Paths of these ExternalSecrets in the API.

    Raises:
        ProcessError: an expression of an object cannot be evaluated.
    """
    release, paths = find_release(settings.release), []
    for organization in settings.organizations:
        for place in list_patched_objects(organization, release):
            for manifest in _render_object(cluster, release, place, organization.name):
                name, namespace = manifest["metadata"]["name"], manifest["metadata"]["namespace"]
                path = f"/apis/{manifest['apiVersion']}/namespaces/{namespace}/externalsecrets/{name}"
                cluster.apply(path, manifest, field_manager=_FIELD_MANAGER)
                paths.append(path)
    return paths


def wait_for_components(cluster: Cluster, settings: StackSettings, operator: Process) -> None:
    """Deploy the components and wait until ESO has synced their ExternalSecrets.

    Raises:
        ProcessError: ESO has ended, or has not synced them in time.
    """
    paths = deploy_components(cluster, settings)
    operator.wait_until(lambda: all(is_synced(cluster, path) for path in paths), SYNC_SECONDS)


def is_synced(cluster: Cluster, path: str) -> bool:
    """Whether ESO has synced an ExternalSecret."""
    status = (cluster.get(path) or {}).get("status", {})
    return any(item["type"] == "Ready" and item["status"] == "True" for item in status.get("conditions") or ())


def render_external_secrets(item: dict[str, Any], variables: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The ExternalSecrets that OpenChoreo renders out of an object with ``spec.resources``.

    Entries with ``forEach`` are left out: they are for what a component declares itself, and ``app`` declares nothing.
    """
    for entry in item.get("spec", {}).get("resources") or ():
        external = entry["template"].get("kind") == "ExternalSecret" and "forEach" not in entry
        if external and render(entry.get("includeWhen", True), variables):
            yield render(entry["template"], variables)


def build_variables(
    organization: str, namespace: str, *, build_store: str | None = None, data_store: str | None = None
) -> dict[str, Any]:
    """Variables of the expressions, of every release and kind, for the component ``app`` of an organization.

    Args:
        organization: the organization, which is the namespace on the control plane.
        namespace: ``${metadata.namespace}``.
        build_store: the store that the plane of builds names.
        data_store: the store that the plane of workloads names.
    """
    owner = dict.fromkeys(("orgName", "namespaceName", "componentNamespace", "projectNamespace"), organization)
    names = {"name": REPOSITORY, "componentName": REPOSITORY, "workflowRunName": _RUN}
    project = {"projectName": "default", "environmentName": "development"}
    stores = {"workflowplane": build_store, "dataplane": data_store}
    return {
        "metadata": {"namespace": namespace, "labels": {}, **owner, **names, **project},
        "parameters": {"repository": {"secretRef": ""}},
        # A plane without a store has no such field.
        **{plane: {} if store is None else {"secretStore": store} for plane, store in stores.items()},
    }


def _render_object(cluster: Cluster, release: Release, place: PatchedObject, organization: str) -> list[dict[str, Any]]:
    """The ExternalSecrets that OpenChoreo renders out of one object for an organization."""
    if not place.kind.resources:
        return []
    item = cluster.get(place.kind.path(place.namespace, place.name)) or {}
    try:
        return list(render_external_secrets(item, _build_variables(cluster, release, place, organization)))
    except (EvaluationError, FormError) as error:
        reason = f"an expression cannot be evaluated for {organization}: {error}"
        msg = f"{place.kind.name} {place.name}: {reason}; correct the expression"
        raise ProcessError(msg) from error


def _build_variables(cluster: Cluster, release: Release, place: PatchedObject, organization: str) -> dict[str, Any]:
    builds = place.role == "builds"
    return build_variables(
        organization,
        release.build_namespace(organization) if builds else get_data_plane_namespace(organization),
        build_store=_read_store(cluster, release, organization, builds=True),
        data_store=_read_store(cluster, release, organization, builds=False),
    )


def _read_store(cluster: Cluster, release: Release, organization: str, *, builds: bool) -> str | None:
    """Name of the store that the plane of an organization names. None: there is no plane, or it names none."""
    namespace = release.control_plane_namespace(organization)
    for kind in release.build_planes if builds else release.data_planes:
        plane = cluster.get(kind.path(namespace if kind.namespaced else None, _PLANE))
        if plane is not None:
            name = plane.get("spec", {}).get("secretStoreRef", {}).get("name")
            return None if name is None else str(name)
    return None
