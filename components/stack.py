"""Everything of one stack: check the clusters, then stores, organizations, and the wait for their credentials."""

from __future__ import annotations

import pulumi
import pulumi_kubernetes as kubernetes

from .build_plane import BuildPlane, BuildPlaneArgs, stack_id
from .cluster import Cluster, check_build_plane, check_control_plane
from .configuration import Configuration
from .readiness import ExternalSecretsReady, OpenChoreoProvider
from .secret_store import SecretStore, SecretStoreArgs
from .settings import ClusterSettings, KubernetesServer, SecretStore as SecretStoreSettings
from .settings.durations import seconds
from .stores import Endpoint, plan

_PLANE = "build plane"


def preflight(configuration: Configuration) -> Endpoint | None:
    """Check every configured cluster with read-only calls.

    Returns:
        The build plane's API server, where a store needs it.

    Raises:
        ClusterError: a cluster is unreachable or unfit; nothing has been registered then.
    """
    settings, release = configuration.settings, configuration.release
    build_plane = Cluster(_PLANE, settings.clusters.build_plane)
    check_build_plane(build_plane, settings.organizations, release, stack_id())
    if settings.clusters.control_plane is not None:
        check_control_plane(Cluster("control plane", settings.clusters.control_plane), release)
    needed = any(_from_kubeconfig(store) for store in settings.secret_stores.values())
    return build_plane.endpoint() if needed else None


def deploy(configuration: Configuration) -> dict[str, BuildPlane]:
    """Register everything that the configuration describes.

    Returns:
        The build plane of each organization, by name.

    Raises:
        ClusterError: a cluster is unreachable or unfit; nothing has been registered then.
    """
    settings = configuration.settings
    endpoint = preflight(configuration)
    build_plane = pulumi.ResourceOptions(provider=_kubernetes(settings.clusters.build_plane))

    stores = {
        planned.name: SecretStore(planned.name, SecretStoreArgs(planned, configuration.manual, endpoint), build_plane)
        for planned in plan(settings, configuration.release)
    }
    planes: dict[str, BuildPlane] = {}
    for organization in settings.organizations:
        known = organization.secret_store in settings.secret_stores
        name = settings.store_name(organization) if known else ""
        args = BuildPlaneArgs(
            organization, stores.get(name), configuration.manual, settings.refresh_interval, configuration.release
        )
        planes[organization.name] = BuildPlane(organization.name, args, build_plane)

    openchoreo = OpenChoreoProvider("build-plane", _PLANE, settings.clusters.build_plane)
    ExternalSecretsReady(
        "build-plane",
        expected=[expected for plane in planes.values() for expected in plane.expected],
        timeout_seconds=seconds(settings.ready_timeout),
        opts=pulumi.ResourceOptions(
            provider=openchoreo,
            depends_on=[secret for plane in planes.values() for secret in plane.external_secrets],
        ),
    )
    return planes


def _kubernetes(cluster: ClusterSettings) -> kubernetes.Provider:
    """The provider of the build plane; a new address of the same context never replaces what was made through it."""
    return kubernetes.Provider(
        "build-plane",
        kubeconfig=cluster.kubeconfig,
        context=cluster.context,
        cluster_identifier=cluster.context,
        enable_secret_mutable=True,
        kube_client_settings=kubernetes.KubeClientSettingsArgs(qps=100, burst=200),
    )


def _from_kubeconfig(store: SecretStoreSettings) -> bool:
    server: KubernetesServer | None = store.kubernetes.server if store.kubernetes else None
    return server is not None and server.from_kubeconfig
