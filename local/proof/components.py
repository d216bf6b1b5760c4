"""A component of an organization whose ComponentType creates the pull secret, as OpenChoreo's controllers deploy it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from components.cluster.connection import Cluster
from components.openchoreo import DEFAULT_RELEASE as RELEASE
from components.settings.stack import StackSettings

from ..hosts.repositories import REPOSITORY
from ..processes import Process
from ..seed import get_data_plane_namespace

_FIELD_MANAGER: Final = "local-platform"
_SYNC_SECONDS: Final = 60.0


def deploy_components(cluster: Cluster, settings: StackSettings) -> list[str]:
    """Deploy the component ``app`` of each organization that needs one for its pull secret.

    Only the ExternalSecrets of its ComponentType are created, because no workloads run on the local platform.

    Returns:
        Paths of these ExternalSecrets in the API.
    """
    return [
        path
        for organization in settings.organizations
        if organization.pull_secret is not None and organization.pull_secret.delivery == "component"
        for path in _deploy(cluster, organization.name, organization.pull_secret.component_types[0])
    ]


def wait_for_components(cluster: Cluster, settings: StackSettings, operator: Process) -> None:
    """Deploy the components and wait until ESO has synced their pull secrets.

    Raises:
        ProcessError: ESO has ended, or has not synced them in time.
    """
    paths = deploy_components(cluster, settings)
    operator.wait_until(lambda: all(is_synced(cluster, path) for path in paths), _SYNC_SECONDS)


def is_synced(cluster: Cluster, path: str) -> bool:
    """Whether ESO has synced an ExternalSecret."""
    status = (cluster.get(path) or {}).get("status", {})
    return any(item["type"] == "Ready" and item["status"] == "True" for item in status.get("conditions") or ())


def render_template(value: Any, expressions: Mapping[str, str]) -> Any:
    """A template of a ComponentType with its expressions replaced."""
    if isinstance(value, str):
        for expression, text in expressions.items():
            value = value.replace(f"${{{expression}}}", text)
        return value
    if isinstance(value, dict):
        return {key: render_template(item, expressions) for key, item in value.items()}
    return [render_template(item, expressions) for item in value] if isinstance(value, list) else value


def _deploy(cluster: Cluster, organization: str, component_type: str) -> list[str]:
    namespace = get_data_plane_namespace(organization)
    live = cluster.get(f"{RELEASE.component_type.path(organization)}/{component_type}") or {}
    plane = cluster.get(f"{RELEASE.data_plane.path(organization)}/default") or {}
    store = plane.get("spec", {}).get("secretStoreRef", {}).get("name", "")
    expressions = {"metadata.name": REPOSITORY, "metadata.namespace": namespace, "dataplane.secretStore": store}
    paths = []
    for entry in live.get("spec", {}).get("resources") or ():
        if entry["template"].get("kind") == "ExternalSecret":
            manifest = render_template(entry["template"], expressions)
            collection = f"/apis/{manifest['apiVersion']}/namespaces/{namespace}/externalsecrets"
            paths.append(f"{collection}/{manifest['metadata']['name']}")
            cluster.apply(paths[-1], manifest, field_manager=_FIELD_MANAGER)
    return paths
