"""Plans of single organizations, as the tests of credentials, patches and checks need them."""

from __future__ import annotations

from collections.abc import Iterable

from components.managers.manager import PlannedStore
from components.manifests import Manifest
from components.openchoreo.release import Release
from components.openchoreo.v0_9 import V0_9
from components.patches.model import Patch
from components.plan.organization import OrganizationPlan
from components.plan.patches import plan_run_entries
from components.plan.secret import PlannedSecret
from components.plan.stack import Plan
from components.secrets.external_secret import Target
from components.settings.organization import Organization
from tests.unit.samples import GIT, on_every_plane, settings


def organization_plan(organization: Organization, target: Target, release: Release = V0_9) -> OrganizationPlan:
    """The plan of one organization that reads through the target's store."""
    return OrganizationPlan(organization, release, build_store=target.store, refresh_interval=target.refresh_interval)


def credentials(organization: Organization, target: Target, release: Release = V0_9) -> tuple[PlannedSecret, ...]:
    """All Secrets of its builds."""
    return organization_plan(organization, target, release).secrets


def generators(secrets: Iterable[PlannedSecret]) -> list[Manifest]:
    """The generators of Secrets, each after its ServiceAccount."""
    return [manifest for secret in secrets for manifest in secret.generators]


def plans(organizations: Iterable[Organization], release: Release = V0_9) -> tuple[OrganizationPlan, ...]:
    """Plans of organizations without stores."""
    return tuple(OrganizationPlan(organization, release) for organization in organizations)


def stack_plan(
    organizations: Iterable[Organization], stores: Iterable[PlannedStore] = (), release: Release = V0_9
) -> Plan:
    """The plan of a stack with these organizations and stores; its data plane is a cluster of its own."""
    return Plan(settings(on_every_plane(git=GIT)), release, tuple(stores), plans(organizations, release))


def fan_out(
    organization: Organization,
    *,
    store: str,
    refresh_interval: str = "1h0m0s",
    release: Release = V0_9,
) -> Manifest | None:
    """The ClusterExternalSecret of its pull secret, if its delivery needs one."""
    return OrganizationPlan(organization, release=release, pull_store=store, refresh_interval=refresh_interval).fan_out


def component_workflow_patch(
    organization: Organization,
    secrets: Iterable[PlannedSecret],
    *,
    release: Release = V0_9,
    stack: str | None = None,
) -> Patch:
    """The patch of each of its ComponentWorkflows."""
    return Patch(plan_run_entries(organization, secrets, release=release, stack=stack))
