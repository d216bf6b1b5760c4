"""Deploy one stack: check the clusters, register stores and organizations, and wait for their credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from ..cluster.connection import Cluster
from ..cluster.planes import check_control_plane, check_data_plane
from ..cluster.preflight import check_build_plane
from ..managers.manager import Endpoint, Plane
from ..openchoreo.release import Release
from ..plan.organization import OrganizationPlan
from ..plan.stack import Plan
from ..schema.deferred import InputStr
from ..schema.durations import parse_seconds
from ..settings.stack import ClusterSettings, StackSettings
from .aws_resources import describe_empty_secrets, list_empty_secrets, register_aws_resources
from .build_plane import BuildPlane, BuildPlaneArgs
from .cluster_secret_store import SecretStore, SecretStoreArgs
from .configuration import Configuration
from .control_plane import ControlPlane, ControlPlaneArgs
from .data_plane import DataPlane, DataPlaneArgs
from .external_secrets_ready import ExternalSecretsReady
from .live_objects import LiveInputs, LiveObjects, list_registered
from .provider import OpenChoreoProvider, OpenChoreoProviderArgs
from .stack_id import get_stack_id
from .state_disk import check_state_disk

_NAMES = {"build": "build plane", "data": "data plane"}

Stores = Mapping[tuple[Plane, InputStr], SecretStore]
"""Plane and name -> store."""


@dataclass(frozen=True)
class Deployed:
    """Components of one organization."""

    plan: OrganizationPlan
    """Its plan."""
    build_plane: BuildPlane
    """Its build namespace and credentials."""
    data_plane: DataPlane | None
    """Its pull secret on the data plane. None: it needs no object there."""
    control_plane: ControlPlane | None
    """Its patches. None: it patches nothing."""
    aws_secrets: list[pulumi.Input[str]] = field(default_factory=list)
    """Names of its secrets in AWS that are created without a value."""

    def outputs(self) -> dict[str, Any]:
        """Names of the created objects, for ``pulumi stack output --json``."""
        names: dict[str, Any] = {"namespace": self.plan.namespace, "secrets": self.build_plane.secrets}
        if self.control_plane is not None and self.plan.pull_content is not None:
            component_types = list(self.control_plane.component_types)
            names["pullSecret"] = {"secretName": self.plan.pull_content.name, "componentTypes": component_types}
        if self.control_plane is not None and self.control_plane.component_workflows:
            names["componentWorkflows"] = list(self.control_plane.component_workflows)
        if self.aws_secrets:
            names["awsSecrets"] = self.aws_secrets
        return names


def preflight(configuration: Configuration) -> dict[str, Endpoint]:
    """Check every configured cluster with read-only calls.

    Returns:
        Plane (``build``, ``data``) -> its API server, if a store of the plane needs the address.

    Raises:
        ClusterError: a cluster cannot be reached or fails a check; nothing is registered.
    """
    clusters, plan = configuration.settings.clusters, configuration.plan
    build_plane = Cluster(_NAMES["build"], clusters.build_plane)
    check_build_plane(build_plane, plan, stack=get_stack_id())
    if clusters.control_plane is not None:
        check_control_plane(Cluster("control plane", clusters.control_plane), plan.release, plan.organizations)
    planes = {"build": build_plane}
    if clusters.data_plane is not None:
        planes["data"] = Cluster(_NAMES["data"], clusters.data_plane)
        check_data_plane(planes["data"], plan, stack=get_stack_id(), build_plane=build_plane)
    needed = {store.plane for store in plan.stores if store.manager.needs_endpoint}
    return {plane: planes[plane].endpoint() for plane in sorted(needed)}


def deploy(configuration: Configuration) -> dict[str, Deployed]:
    """Register everything that the configuration describes.

    Returns:
        Name of the organization -> its components.

    Raises:
        ClusterError: a cluster cannot be reached or fails a check; nothing is registered.
        OpenChoreoSecretsError: the stack needs ``pulumi-aws``, which is not installed; nothing is registered.
        OpenChoreoSecretsError: the disk of the state is almost full; nothing is registered.
    """
    check_state_disk()
    settings, plan = configuration.settings, configuration.plan
    endpoints = preflight(configuration)
    aws = register_aws_resources(plan)
    # The engine starts the process of a provider at its registration, so an early one is ready when it is needed.
    openchoreo_of = _openchoreo_providers(settings, plan.release)
    live = LiveInputs(configuration.manual, endpoints, aws.stores)
    repaired = {plane: _compare(plane, provider, plan, live) for plane, provider in openchoreo_of.items()}
    kubernetes_of = _kubernetes_providers(settings, repaired)
    stores: Stores = {
        (store.plane, store.name): SecretStore(
            store.name if store.plane == "build" else f"data-plane/{store.name}",
            SecretStoreArgs.from_plan(
                store, configuration.manual, endpoints.get(store.plane), aws.stores.get(store.name)
            ),
            pulumi.ResourceOptions(provider=kubernetes_of[store.plane]),
        )
        for store in plan.stores
    }
    control_plane = None
    if settings.clusters.control_plane is not None and any(organization.patches for organization in plan.organizations):
        control_plane = _provider("control-plane", "control plane", settings.clusters.control_plane, plan.release)
    empty = list_empty_secrets(aws.stores)
    shared = _Shared(stores, kubernetes_of, control_plane, aws.push_roles, empty)
    deployed = {item.name: _deploy_organization(item, configuration.manual, shared) for item in plan.organizations}
    hints = {name: describe_empty_secrets(secrets) for name, secrets in empty.items()}
    _wait(settings, openchoreo_of, plan.release, [*deployed.values()], hints)
    return deployed


def _wait(
    settings: StackSettings,
    openchoreo_of: Mapping[Plane, OpenChoreoProvider],
    release: Release,
    deployed: list[Deployed],
    hints: Mapping[str, pulumi.Input[str]],
) -> None:
    """Register one resource for each plane that waits until its credentials are synced."""
    timeout = parse_seconds(settings.ready_timeout)
    builds = [organization.build_plane for organization in deployed]
    ExternalSecretsReady(
        "build-plane",
        expected=[expected for plane in builds for expected in plane.expected],
        timeout_seconds=timeout,
        hints=hints,
        opts=pulumi.ResourceOptions(
            provider=openchoreo_of["build"],
            depends_on=[secret for plane in builds for secret in plane.external_secrets],
        ),
    )
    data_planes = [organization.data_plane for organization in deployed if organization.data_plane is not None]
    pulls = [plane for plane in data_planes if plane.fan_outs]
    if pulls and settings.clusters.data_plane is not None:
        provider = openchoreo_of.get("data") or _provider(
            "data-plane", _NAMES["data"], settings.clusters.data_plane, release
        )
        ExternalSecretsReady(
            "data-plane",
            expected=[],
            fan_outs=[fan_out for plane in pulls for fan_out in plane.fan_outs],
            timeout_seconds=timeout,
            hints=hints,
            opts=pulumi.ResourceOptions(
                provider=provider,
                depends_on=[secret for plane in pulls for secret in plane.cluster_external_secrets],
            ),
        )


@dataclass(frozen=True)
class _Shared:
    """Resources that are registered before the organizations."""

    stores: Stores
    kubernetes_of: Mapping[Plane, kubernetes.Provider]
    control_plane: OpenChoreoProvider | None
    push_roles: Mapping[str, Sequence[pulumi.Resource]]
    empty_secrets: Mapping[str, list[pulumi.Input[str]]]


def _deploy_organization(plan: OrganizationPlan, manual: Mapping[str, pulumi.Output[str]], shared: _Shared) -> Deployed:
    organization, stores, kubernetes_of = plan.organization, shared.stores, shared.kubernetes_of
    pull_plane: Plane = "data" if "data" in kubernetes_of else "build"
    builds = stores.get(("build", plan.build_store))
    pulls = None if plan.pull_store is None else stores.get((pull_plane, plan.pull_store))
    build_plane = BuildPlane(
        plan.name,
        BuildPlaneArgs(organization, builds, manual, plan=plan),
        pulumi.ResourceOptions(provider=kubernetes_of["build"], depends_on=shared.push_roles.get(plan.name)),
    )
    data_plane = None
    if plan.fan_out is not None or plan.pull_manual:
        data_plane = DataPlane(
            plan.name,
            DataPlaneArgs(organization, pulls, manual, plan=plan),
            pulumi.ResourceOptions(provider=kubernetes_of[pull_plane]),
        )
    patches = None
    if shared.control_plane is not None and plan.patches:
        after = [resource for resource in (data_plane, pulls, builds) if resource is not None]
        patches = ControlPlane(
            plan.name,
            ControlPlaneArgs(organization, builds, pulls, plan=plan),
            pulumi.ResourceOptions(providers=[shared.control_plane], depends_on=after),
        )
    return Deployed(plan, build_plane, data_plane, patches, shared.empty_secrets.get(plan.name, []))


def _provider(name: str, plane: str, cluster: ClusterSettings, release: Release) -> OpenChoreoProvider:
    return OpenChoreoProvider(name, OpenChoreoProviderArgs(cluster.context, cluster.kubeconfig, plane, release))


def _openchoreo_providers(settings: StackSettings, release: Release) -> dict[Plane, OpenChoreoProvider]:
    """A provider for each cluster; it records the cluster's identity and refuses another cluster."""
    clusters = settings.clusters
    providers: dict[Plane, OpenChoreoProvider] = {
        "build": _provider("build-plane", _NAMES["build"], clusters.build_plane, release)
    }
    if clusters.data_plane is not None and clusters.data_plane != clusters.build_plane:
        providers["data"] = _provider("data-plane", _NAMES["data"], clusters.data_plane, release)
    return providers


def _compare(plane: Plane, provider: OpenChoreoProvider, plan: Plan, live: LiveInputs) -> LiveObjects:
    """Compare and repair the objects of one cluster."""
    objects = list_registered(plan, {plane}, live)
    return LiveObjects(f"{plane}-plane", objects=objects, opts=pulumi.ResourceOptions(provider=provider))


def _kubernetes_providers(
    settings: StackSettings, repaired: Mapping[Plane, LiveObjects]
) -> dict[Plane, kubernetes.Provider]:
    """A provider for each cluster, registered only after its identity is checked and its objects are repaired."""
    clusters: dict[Plane, ClusterSettings | None] = {
        "build": settings.clusters.build_plane,
        "data": settings.clusters.data_plane,
    }
    return {
        plane: _kubernetes(f"{plane}-plane", cluster, repaired[plane])
        for plane, cluster in clusters.items()
        if cluster is not None and plane in repaired
    }


def _kubernetes(name: str, cluster: ClusterSettings, after: LiveObjects) -> kubernetes.Provider:
    """The provider of a plane. A new address of the same context never replaces the objects."""
    return kubernetes.Provider(
        name,
        kubeconfig=cluster.kubeconfig,
        context=cluster.context,
        cluster_identifier=cluster.context,
        enable_secret_mutable=True,
        # Version 4.29 and later would refuse to create what exists after a kill; the preflight check decides that.
        upsert_existing_objects=True,
        kube_client_settings=kubernetes.KubeClientSettingsArgs(qps=100, burst=200),
        opts=pulumi.ResourceOptions(depends_on=after),
    )
