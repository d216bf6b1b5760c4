"""Everything of one stack: check the clusters, then stores, organizations, and the wait for their credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from ..cluster.connection import Cluster
from ..cluster.planes import check_control_plane, check_data_plane
from ..cluster.preflight import check_build_plane
from ..managers.kubernetes import Endpoint
from ..managers.planned import Plane, PlannedStore
from ..openchoreo.release import Release
from ..plan.ecr_roles import ecr_roles
from ..plan.stores import plan
from ..schema.durations import seconds
from ..settings.rules.ecr import with_roles
from ..settings.rules.pull import pull_store
from ..settings.stack import ClusterSettings, Organization, StackSettings
from .aws_resources import hint, register_managed, unfilled
from .build_plane import BuildPlane, BuildPlaneArgs
from .cluster_secret_store import SecretStore, SecretStoreArgs
from .configuration import Configuration
from .control_plane import ControlPlane, ControlPlaneArgs, is_needed
from .data_plane import DataPlane, DataPlaneArgs
from .external_secrets_ready import ExternalSecretsReady
from .provider import OpenChoreoProvider
from .stack_id import stack_id

_NAMES = {"build": "build plane", "data": "data plane"}

Stores = Mapping[tuple[Plane, str], SecretStore]
"""Plane and name -> store."""


@dataclass(frozen=True)
class Deployed:
    """What one organization got."""

    build_plane: BuildPlane
    """Its build namespace."""
    data_plane: DataPlane | None
    """Its pull secret on the data plane. None: it has none."""
    control_plane: ControlPlane | None
    """Its patches. None: it has none."""
    aws_secrets: list[pulumi.Input[str]] = field(default_factory=list)
    """Names of the secrets that were made for it in AWS without a value."""

    def outputs(self) -> dict[str, Any]:
        """Names of what was made, for CI and people: ``pulumi stack output --json``."""
        found: dict[str, Any] = {"namespace": self.build_plane.namespace, "secrets": self.build_plane.secrets}
        if self.control_plane is not None and self.control_plane.secret_name is not None:
            component_types = list(self.control_plane.component_types)
            found["pullSecret"] = {"secretName": self.control_plane.secret_name, "componentTypes": component_types}
        if self.control_plane is not None and self.control_plane.component_workflows:
            found["componentWorkflows"] = list(self.control_plane.component_workflows)
        if self.aws_secrets:
            found["awsSecrets"] = self.aws_secrets
        return found


def preflight(configuration: Configuration) -> dict[str, Endpoint]:
    """Check every configured cluster with read-only calls.

    Returns:
        The API server of each plane (``build``, ``data``) on which a store needs it.

    Raises:
        ClusterError: a cluster is unreachable or unfit; nothing has been registered then.
    """
    settings, release = configuration.settings, configuration.release
    build_plane = Cluster(_NAMES["build"], settings.clusters.build_plane)
    check_build_plane(build_plane, settings.organizations, release, stack_id())
    if settings.clusters.control_plane is not None:
        check_control_plane(Cluster("control plane", settings.clusters.control_plane), release, settings.organizations)
    clusters = {"build": build_plane}
    if settings.clusters.data_plane is not None:
        clusters["data"] = Cluster(_NAMES["data"], settings.clusters.data_plane)
        check_data_plane(clusters["data"], build_plane, settings.organizations, release)
    needed = {planned.plane for planned in plan(settings, release) if _from_kubeconfig(planned)}
    return {plane: clusters[plane].endpoint() for plane in sorted(needed)}


def deploy(configuration: Configuration) -> dict[str, Deployed]:
    """Register everything that the configuration describes.

    Returns:
        What each organization got, by name.

    Raises:
        ClusterError: a cluster is unreachable or unfit; nothing has been registered then.
        OpenChoreoSecretsError: a store or a registry is managed, and ``pulumi-aws`` is not installed; the same.
    """
    roles = ecr_roles(configuration.settings, configuration.release)
    configuration = replace(configuration, settings=with_roles(configuration.settings))
    settings, release = configuration.settings, configuration.release
    endpoints = preflight(configuration)
    planned_stores = plan(settings, release)
    in_aws = register_managed(planned_stores, roles)
    managed = in_aws.stores
    kubernetes_of = _providers(settings)
    stores = {
        (planned.plane, planned.name): SecretStore(
            planned.name if planned.plane == "build" else f"data-plane/{planned.name}",
            SecretStoreArgs(planned, configuration.manual, endpoints.get(planned.plane), managed.get(planned.name)),
            pulumi.ResourceOptions(provider=kubernetes_of[planned.plane]),
        )
        for planned in planned_stores
    }
    control_plane = None
    if settings.clusters.control_plane is not None and any(map(is_needed, settings.organizations)):
        control_plane = OpenChoreoProvider(
            "control-plane", "control plane", settings.clusters.control_plane, release=release
        )
    empty = unfilled(managed)
    made = _Made(stores, kubernetes_of, control_plane, in_aws.push_roles, empty)
    deployed = {
        organization.name: _organization(organization, configuration, made) for organization in settings.organizations
    }
    _wait(settings, release, [*deployed.values()], {name: hint(secrets) for name, secrets in empty.items()})
    return deployed


def _wait(
    settings: StackSettings, release: Release, deployed: list[Deployed], hints: Mapping[str, pulumi.Input[str]]
) -> None:
    """One resource for each plane that ends when everything on it has arrived."""
    timeout = seconds(settings.ready_timeout)
    builds = [each.build_plane for each in deployed]
    ExternalSecretsReady(
        "build-plane",
        expected=[expected for plane in builds for expected in plane.expected],
        timeout_seconds=timeout,
        hints=hints,
        opts=pulumi.ResourceOptions(
            provider=OpenChoreoProvider("build-plane", _NAMES["build"], settings.clusters.build_plane, release=release),
            depends_on=[secret for plane in builds for secret in plane.external_secrets],
        ),
    )
    pulls = [each.data_plane for each in deployed if each.data_plane is not None and each.data_plane.fan_outs]
    if pulls and settings.clusters.data_plane is not None:
        ExternalSecretsReady(
            "data-plane",
            expected=[],
            fan_outs=[fan_out for plane in pulls for fan_out in plane.fan_outs],
            timeout_seconds=timeout,
            hints=hints,
            opts=pulumi.ResourceOptions(
                provider=OpenChoreoProvider(
                    "data-plane", _NAMES["data"], settings.clusters.data_plane, release=release
                ),
                depends_on=[secret for plane in pulls for secret in plane.cluster_external_secrets],
            ),
        )


@dataclass(frozen=True)
class _Made:
    """What is there before the organizations."""

    stores: Stores
    kubernetes_of: Mapping[str, kubernetes.Provider]
    control_plane: OpenChoreoProvider | None
    push_roles: Mapping[str, Sequence[pulumi.Resource]]
    empty_secrets: Mapping[str, list[pulumi.Input[str]]]


def _organization(organization: Organization, configuration: Configuration, made: _Made) -> Deployed:
    settings, release, interval = configuration.settings, configuration.release, configuration.settings.refresh_interval
    stores, kubernetes_of, control_plane = made.stores, made.kubernetes_of, made.control_plane
    builds, pulls = _store(organization, settings, stores, organization.secret_store, "build"), None
    entry = pull_store(organization)
    if entry is not None:
        pulls = _store(organization, settings, stores, entry, "data" if ("data" in kubernetes_of) else "build")
    build_plane = BuildPlane(
        organization.name,
        BuildPlaneArgs(organization, builds, configuration.manual, interval, release),
        pulumi.ResourceOptions(provider=kubernetes_of["build"], depends_on=made.push_roles.get(organization.name)),
    )
    data_plane = None
    if organization.pull_secret is not None and organization.pull_secret.delivery != "component":
        data_plane = DataPlane(
            organization.name,
            DataPlaneArgs(organization, pulls, configuration.manual, interval, release),
            pulumi.ResourceOptions(provider=kubernetes_of.get("data", kubernetes_of["build"])),
        )
    patches = None
    if control_plane is not None and is_needed(organization):
        after = [each for each in (data_plane, pulls, builds) if each is not None]
        patches = ControlPlane(
            organization.name,
            ControlPlaneArgs(organization, builds, pulls, interval, release),
            pulumi.ResourceOptions(providers=[control_plane], depends_on=after),
        )
    return Deployed(build_plane, data_plane, patches, made.empty_secrets.get(organization.name, []))


def _store(
    organization: Organization, settings: StackSettings, stores: Stores, entry: str, plane: Plane
) -> SecretStore | None:
    if entry not in settings.secret_stores:
        return None
    return stores.get((plane, settings.made_name(organization, entry)))


def _providers(settings: StackSettings) -> dict[str, kubernetes.Provider]:
    """A provider for each plane; one for both where they are one cluster."""
    clusters = settings.clusters
    providers = {"build": _kubernetes("build-plane", clusters.build_plane)}
    if clusters.data_plane is not None and clusters.data_plane != clusters.build_plane:
        providers["data"] = _kubernetes("data-plane", clusters.data_plane)
    return providers


def _kubernetes(name: str, cluster: ClusterSettings) -> kubernetes.Provider:
    """The provider of a plane; a new address of the same context never replaces what was made through it."""
    return kubernetes.Provider(
        name,
        kubeconfig=cluster.kubeconfig,
        context=cluster.context,
        cluster_identifier=cluster.context,
        enable_secret_mutable=True,
        kube_client_settings=kubernetes.KubeClientSettingsArgs(qps=100, burst=200),
    )


def _from_kubeconfig(planned: PlannedStore) -> bool:
    server = planned.store.kubernetes.server if planned.store.kubernetes else None
    return server is not None and server.from_kubeconfig
