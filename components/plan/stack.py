"""What a whole stack gets: its stores, its organizations, and what is created in AWS."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from ..managers.manager import PlannedStore
from ..openchoreo.release import Release
from ..settings.organization import Organization
from ..settings.stack import StackSettings
from .aws_managed import ManagedStore, managed_stores
from .ecr_roles import EcrRoleArgs, ecr_roles
from .organization import OrganizationPlan
from .stores import planned_stores


@dataclass(frozen=True)
class Plan:
    """Everything that a stack creates, computed once and read by preflight, components, polling and outputs."""

    settings: StackSettings
    """What it was computed from."""
    release: Release
    """OpenChoreo release of the platform."""
    stores: tuple[PlannedStore, ...]
    """All ClusterSecretStores, sorted by name and plane."""
    organizations: tuple[OrganizationPlan, ...]
    """The organizations, in the order of the configuration."""

    @cached_property
    def managed_stores(self) -> tuple[ManagedStore, ...]:
        """What managed stores need in AWS, sorted by name."""
        return managed_stores(self.stores)

    @cached_property
    def ecr_roles(self) -> tuple[EcrRoleArgs, ...]:
        """Roles for pushing to ECR, in the order of the organizations."""
        return ecr_roles(self.settings, self.release)


def plan(settings: StackSettings, release: Release, *, stack: str | None = None) -> Plan:
    """The plan of a stack. Nothing is asked of a cluster or a secret manager.

    Args:
        settings: of the stack, as `parse` has accepted them.
        release: OpenChoreo release of the platform.
        stack: ``<pulumi organization>/<project>/<stack>``, written on what is shared with others. None: left out.
    """
    return Plan(
        settings=settings,
        release=release,
        stores=planned_stores(settings, release),
        organizations=tuple(
            OrganizationPlan(
                organization=organization,
                release=release,
                account=settings.aws,
                build_store=_store(settings, organization, organization.secret_store) or "",
                pull_store=_store(settings, organization, organization.pull_store),
                refresh_interval=settings.refresh_interval,
                stack=stack,
            )
            for organization in settings.organizations
        ),
    )


def _store(settings: StackSettings, organization: Organization, entry: str | None) -> str | None:
    """The ClusterSecretStore that an entry of ``secretStores`` becomes; None if there is no such entry."""
    if entry is None or entry not in settings.secret_stores:
        return None
    return settings.cluster_store_name(organization, entry)
