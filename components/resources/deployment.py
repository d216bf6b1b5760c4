"""Deploy one stack: check the clusters, register stores and organizations, and wait for their credentials."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial

import pulumi
import pulumi_kubernetes as kubernetes

from ..cluster.build_checks import list_build_checks
from ..cluster.connection import Cluster
from ..cluster.continuation import ADVICE, continues_on_error
from ..cluster.leftovers import check_leftovers
from ..cluster.obstacles import PreflightError
from ..cluster.planes import check_control_plane, check_data_plane
from ..cluster.preflight import check_build_plane
from ..cluster.promoted import check_promoted
from ..errors import ClusterError
from ..managers.manager import Endpoint, Plane
from ..plan.organization import OrganizationPlan
from ..plan.rights import ClusterPlane
from ..plan.stack import Plan
from ..schema.arguments import check_arguments
from ..schema.deferred import InputStr
from ..schema.durations import parse_seconds
from ..settings.warnings import list_warnings
from .admission import check_admission, register_policies
from .aws_resources import describe_empty_secrets, list_empty_secrets
from .build_plane import BuildPlane, BuildPlaneArgs
from .cluster_secret_store import SecretStore, SecretStoreArgs, get_remote_names
from .combined_patches import register_combined_patches
from .configuration import Configuration
from .control_plane import ControlPlane, ControlPlaneArgs
from .control_plane_providers import register_control_plane_providers
from .data_plane import DataPlane, DataPlaneArgs
from .deployed import Deployed
from .external_secrets_ready import ExternalSecretsReady
from .live_objects import LiveInputs, LiveObjects, compare_objects
from .managed_resources import import_packages, register_managed_resources
from .organization_refused import OrganizationRefused
from .plane_providers import (
    PLANES,
    register_kubernetes_providers,
    register_openchoreo_providers,
    register_provider,
)
from .preflight_log import log_findings
from .provider import OpenChoreoProvider
from .registration import after_ownership_check
from .rights import check_rights
from .stack_id import get_stack_id
from .state_disk import check_state_disk

Stores = Mapping[tuple[Plane, InputStr], SecretStore]
"""Plane and name -> store."""


@dataclass(frozen=True)
class Preflight:
    """What the checks of the clusters found."""

    endpoints: Mapping[str, Endpoint]
    """Plane (``build``, ``data``) -> its API server, if a store of the plane needs the address."""
    plan: Plan
    """The plan without what a cluster does not support."""
    refused: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Organization -> its problems, because of which nothing of it is changed. Empty unless the engine continues."""


def preflight(configuration: Configuration) -> Preflight:
    """Check every configured cluster with read-only calls.

    Raises:
        ClusterError: a cluster cannot be reached or fails a check; nothing is registered. If the engine continues after
            errors, problems of single organizations are returned instead.
    """
    clusters, stack = configuration.settings.clusters, get_stack_id()
    build_plane = Cluster(PLANES["build"], clusters.build_plane)
    reached: dict[ClusterPlane, Cluster] = {"build": build_plane}
    if clusters.control_plane is not None:
        reached["control"] = Cluster("control plane", clusters.control_plane)
    if clusters.data_plane is not None:
        reached["data"] = Cluster(PLANES["data"], clusters.data_plane)
    plan, warn = check_admission(reached, configuration.plan, stack), pulumi.log.warn
    checks: list[Callable[[], None]] = [partial(check_build_plane, build_plane, plan, stack=stack)]
    if "control" in reached:
        checks.append(partial(check_control_plane, reached["control"], plan.release, plan.organizations))
        checks.append(partial(check_leftovers, reached["control"], plan.release, stack, warn))
        checks.append(partial(check_promoted, reached["control"], plan, stack, warn))
    if "data" in reached:
        checks.append(partial(check_data_plane, reached["data"], plan, stack=stack, build_plane=build_plane, warn=warn))
    checks += list_build_checks(reached, plan, stack)
    check_rights(reached, plan)
    refused: dict[str, list[str]] = {}
    for check in checks:
        _collect(check, refused, len(configuration.settings.organizations))
    log_findings(reached, plan, stack)
    needed = {store.plane for store in plan.stores if store.manager.needs_endpoint}
    return Preflight({plane: reached[plane].endpoint() for plane in sorted(needed)}, plan, refused)


def _collect(check: Callable[[], None], refused: dict[str, list[str]], organizations: int) -> None:
    """Run a check and add the problems of single organizations, if the engine continues after errors.

    Raises:
        ClusterError: the cluster fails the check for another reason, or the engine does not continue.
    """
    try:
        check()
    except PreflightError as error:
        alone = all(obstacle.organization is not None for obstacle in error.obstacles)
        if not alone or organizations == 1:
            raise
        if not continues_on_error():
            msg = f"{error}\n{ADVICE}"
            raise ClusterError(msg) from None
        for obstacle in error.obstacles:
            refused.setdefault(str(obstacle.organization), []).append(f"{error.cluster}: {obstacle}")


@check_arguments()
def deploy(configuration: Configuration) -> dict[str, Deployed]:
    """Register everything that the configuration describes.

    Returns:
        Name of the organization -> its components.

    Raises:
        ClusterError: a cluster cannot be reached or fails a check; nothing is registered.
        OpenChoreoSecretsError: a needed package is not installed, or the disk of the state is almost full; nothing is
            registered.
    """
    check_state_disk()
    for warning in list_warnings(configuration.settings):
        pulumi.log.warn(warning)
    checked = preflight(configuration)
    with after_ownership_check():
        return _register(configuration, checked)


def _register(configuration: Configuration, checked: Preflight) -> dict[str, Deployed]:
    settings, plan = configuration.settings, checked.plan
    import_packages(plan)
    # The engine starts the process of a provider at its registration, so an early one is ready when it is needed.
    openchoreo_of = register_openchoreo_providers(settings, plan.release)
    refused = {
        name: OrganizationRefused(
            name,
            organization=name,
            problems=problems,
            opts=pulumi.ResourceOptions(provider=openchoreo_of["build"]),
        )
        for name, problems in checked.refused.items()
    }
    managed = register_managed_resources(plan, refused)
    by_store = {
        store.name: managed.stores[name] for store in plan.stores if (name := store.managed_name) in managed.stores
    }
    live = LiveInputs(configuration.manual, checked.endpoints, by_store)
    repaired = {
        plane: compare_objects(plane, provider, plan, live, refused.keys()) for plane, provider in openchoreo_of.items()
    }
    kubernetes_of = register_kubernetes_providers(settings, repaired)
    policies = register_policies(plan, kubernetes_of)
    stores: Stores = {
        (store.plane, store.name): SecretStore(
            store.name if store.plane == "build" else f"data-plane/{store.name}",
            SecretStoreArgs.from_plan(
                store, configuration.manual, checked.endpoints.get(store.plane), managed.stores.get(store.managed_name)
            ),
            pulumi.ResourceOptions(
                provider=kubernetes_of[store.plane],
                depends_on=[*policies.get(store.plane, ()), *_list_refusal(refused, store.only_organization)],
            ),
        )
        for store in plan.stores
    }
    control_plane = register_control_plane_providers(plan, live, refused.keys())
    # The names of those of a refused organization may be unknown in this update.
    empty = {name: secrets for name, secrets in list_empty_secrets(managed.stores).items() if name not in refused}
    shared = _Shared(stores, kubernetes_of, control_plane, managed.push_roles, empty, refused)
    deployed: dict[str, Deployed] = {}
    for item in sorted(plan.organizations, key=lambda item: not item.builds_only):
        deployed[item.name] = _deploy_organization(item, configuration.manual, shared, deployed.get(item.name))
    if control_plane:
        after = {name: item.credentials for name, item in deployed.items() if name not in refused}
        names = get_remote_names(*stores.values())
        register_combined_patches(plan.combined_patches, names, after, refused, control_plane[0])
    hints = {name: describe_empty_secrets(secrets) for name, secrets in empty.items()}
    _wait(plan, openchoreo_of, repaired, deployed, hints, refused.keys())
    return deployed


def _list_refusal(refused: Mapping[str, pulumi.Resource], organization: str | None) -> list[pulumi.Resource]:
    return [refused[organization]] if organization is not None and organization in refused else []


def _wait(  # noqa: PLR0913, PLR0917 -- what to wait for, where, and for whom
    plan: Plan,
    openchoreo_of: Mapping[Plane, OpenChoreoProvider],
    repaired: Mapping[Plane, LiveObjects],
    deployed: Mapping[str, Deployed],
    hints: Mapping[str, pulumi.Input[str]],
    refused: AbstractSet[str],
) -> None:
    """Register one resource for each plane that waits until its credentials are synced.

    It is registered for refused organizations too, so that it is not deleted, but does not wait for them.
    """
    settings = plan.settings
    timeout = parse_seconds(settings.ready_timeout)
    waited = [organization for name, organization in deployed.items() if name not in refused]
    builds = [build_plane for organization in waited for build_plane in organization.build_planes]
    ExternalSecretsReady(
        "build-plane",
        expected=[expected for plane in builds for expected in plane.expected],
        timeout_seconds=timeout,
        hints=hints,
        refused=refused,
        after=[repaired["build"], *(secret for plane in builds for secret in plane.external_secrets)],
        opts=pulumi.ResourceOptions(provider=openchoreo_of["build"]),
    )
    pulls = [plane for item in waited if (plane := item.data_plane) is not None and plane.fan_outs]
    if settings.clusters.data_plane is not None and any(item.fan_outs for item in plan.organizations):
        provider = openchoreo_of.get("data") or register_provider(
            "data-plane", PLANES["data"], settings.clusters.data_plane, plan.release
        )
        ExternalSecretsReady(
            "data-plane",
            expected=[],
            fan_outs=[fan_out for plane in pulls for fan_out in plane.fan_outs],
            timeout_seconds=timeout,
            hints=hints,
            refused=refused,
            after=[*repaired.values(), *(secret for plane in pulls for secret in plane.cluster_external_secrets)],
            opts=pulumi.ResourceOptions(provider=provider),
        )


@dataclass(frozen=True)
class _Shared:
    """Resources that are registered before the organizations."""

    stores: Stores
    kubernetes_of: Mapping[Plane, kubernetes.Provider]
    control_plane: Sequence[pulumi.ProviderResource]
    push_roles: Mapping[str, Sequence[pulumi.Resource]]
    empty_secrets: Mapping[str, list[pulumi.Input[str]]]
    refused: Mapping[str, pulumi.Resource]

    def before(self, organization: str) -> list[pulumi.Resource]:
        """What has to succeed before anything of an organization is changed."""
        return _list_refusal(self.refused, organization)


def _deploy_organization(
    plan: OrganizationPlan, manual: Mapping[str, pulumi.Output[str]], shared: _Shared, older: Deployed | None
) -> Deployed:
    organization, stores, kubernetes_of = plan.organization, shared.stores, shared.kubernetes_of
    pull_plane: Plane = "data" if "data" in kubernetes_of else "build"
    before = shared.before(plan.name)
    builds = stores.get(("build", plan.build_store))
    others = {entry: stores.get(("build", name)) for entry, name in plan.stores.items()}
    pulls = None if plan.pull_store is None else stores.get((pull_plane, plan.pull_store))
    build_plane = BuildPlane(
        plan.resource_name,
        BuildPlaneArgs(organization, builds, manual, plan=plan, stores=others),
        pulumi.ResourceOptions(
            provider=kubernetes_of["build"], depends_on=[*before, *shared.push_roles.get(plan.name, ())]
        ),
    )
    data_plane = None
    if plan.fan_out is not None or plan.pull_manual:
        data_plane = DataPlane(
            plan.name,
            DataPlaneArgs(organization, pulls, manual, plan=plan),
            pulumi.ResourceOptions(provider=kubernetes_of[pull_plane], depends_on=before),
        )
    patches = None
    alone = any(place.alone for place in plan.patched_objects)
    empty = [] if plan.builds_only else shared.empty_secrets.get(plan.name, [])
    if shared.control_plane and (alone or plan.secret_references):
        after = [
            resource for resource in (*before, data_plane, pulls, builds, *others.values()) if resource is not None
        ]
        patches = ControlPlane(
            plan.name,
            ControlPlaneArgs(organization, builds, pulls, plan=plan, stores=others),
            pulumi.ResourceOptions(providers=[*shared.control_plane], depends_on=after),
        )
    return Deployed(plan, build_plane, data_plane, patches, pulls, empty, older)
