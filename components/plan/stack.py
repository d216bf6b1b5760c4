"""The plan of a stack: its stores, its organizations and its AWS resources."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from ..admission.model import AdmissionRules
from ..admission.policies import list_policies
from ..errors import Problem, SettingsError
from ..managers.manager import Plane, PlannedStore
from ..manifests import Manifest
from ..openchoreo.release import Release
from ..schema.arguments import check_arguments
from ..schema.deferred import InputStr
from ..settings.organization import Organization
from ..settings.stack import StackSettings
from .admission import plan_admission
from .aws_managed import ManagedStore, plan_managed_stores
from .combined_patches import CombinedPatch, list_combined_patches
from .ecr_roles import EcrRoleArgs, plan_ecr_roles
from .objects import PlannedObject, list_objects
from .organization import OrganizationPlan
from .stores import plan_stores
from .vault_managed import ManagedVaultStore, plan_managed_vault_stores


@dataclass(frozen=True)
class Plan:
    """Everything that a stack creates, computed once and read by preflight, components, polling and outputs."""

    settings: StackSettings
    """Settings of the stack."""
    release: Release
    """OpenChoreo release of the platform, or the combination of the two that it moves between."""
    stores: tuple[PlannedStore, ...]
    """All ClusterSecretStores, sorted by name and plane."""
    organizations: tuple[OrganizationPlan, ...]
    """The organizations, in the order of the configuration. With two releases, each organization has a plan for the
    older one, and after these plans one for the newer one."""
    stack: str | None = None
    """``<pulumi organization>/<project>/<stack>``, for names of objects that are not in a namespace. None: left out."""
    without_policies: frozenset[Plane] = frozenset()
    """Planes whose clusters have no admission policies."""

    @property
    def pull_plane(self) -> Plane:
        """Plane of the pull secrets; ``build`` where both planes are one cluster."""
        return "build" if self.settings.clusters.one_cluster else "data"

    @cached_property
    def managed_stores(self) -> tuple[ManagedStore, ...]:
        """AWS resources of managed stores, sorted by name."""
        return plan_managed_stores(self.stores)

    @cached_property
    def managed_vault_stores(self) -> tuple[ManagedVaultStore, ...]:
        """Resources in Vault of managed stores, sorted by name."""
        return plan_managed_vault_stores(self.stores)

    @cached_property
    def ecr_roles(self) -> tuple[EcrRoleArgs, ...]:
        """Roles for pushing to ECR, in the order of the organizations."""
        return plan_ecr_roles(self.settings, self.release)

    @cached_property
    def combined_patches(self) -> tuple[CombinedPatch, ...]:
        """Cluster-scoped objects of the control plane that select organizations, sorted."""
        return list_combined_patches(self.organizations, namespaced=False)

    @cached_property
    def admission(self) -> dict[Plane, AdmissionRules]:
        """Plane -> rules of the admission policies on its cluster. Empty without ``isolation: strict``."""
        # Only the newer one of two releases has an API for secrets.
        limits = self.settings.views[-1].strict_admission
        if limits is None:
            return {}
        rules = plan_admission(
            limits, self.release, self.stores, self.organizations, stack=self.stack, pull_plane=self.pull_plane
        )
        return {plane: of_plane for plane, of_plane in rules.items() if plane not in self.without_policies}

    @cached_property
    def policies(self) -> dict[Plane, tuple[Manifest, ...]]:
        """Plane -> admission policies, each followed by its binding."""
        return {plane: tuple(list_policies(rules)) for plane, rules in self.admission.items()}

    @cached_property
    def all_combined_patches(self) -> tuple[CombinedPatch, ...]:
        """The same, and the namespaced ones after them."""
        return (*self.combined_patches, *list_combined_patches(self.organizations, namespaced=True))

    @cached_property
    def objects(self) -> tuple[PlannedObject, ...]:
        """Every object that is created on a cluster, except build namespaces."""
        return tuple(list_objects(self.stores, self.organizations, self.pull_plane, self.policies))


@check_arguments()
def plan_stack(settings: StackSettings, release: Release, *, stack: str | None = None) -> Plan:
    """Plan a stack. It calls neither a cluster nor a secret manager.

    Args:
        settings: settings of the stack, validated by `parse`.
        release: OpenChoreo release of the platform: `find_release` of ``settings.release``.
        stack: ``<pulumi organization>/<project>/<stack>``, written to objects that others use too. None: left out.

    Raises:
        SettingsError: the settings are for one release and ``release`` is two, or the other way round.
    """
    if len(settings.views) != len(release.parts):
        text = f"{release.name} does not fit the release of the settings; use find_release(settings.release)"
        raise SettingsError(plan_stack.__name__, [Problem("release", text)])
    first, *others = zip(settings.views, release.parts, strict=True)
    organizations = _plan_organizations(*first, stack)
    for view, part in others:
        older, newer = organizations, _plan_organizations(view, part, stack)
        whole = (replace(plan, older=before) for plan, before in zip(newer, older, strict=True))
        organizations = [*(replace(plan, builds_only=True) for plan in older), *whole]
    return Plan(
        settings=settings,
        release=release,
        stores=plan_stores(settings, release),
        organizations=tuple(organizations),
        stack=stack,
    )


def _plan_organizations(settings: StackSettings, release: Release, stack: str | None) -> list[OrganizationPlan]:
    return [
        OrganizationPlan(
            organization=organization,
            release=release,
            account=settings.aws,
            build_store=_store(settings, organization, organization.secret_store) or "",
            stores=_other_stores(settings, organization),
            pull_store=_pull_store(settings, organization),
            refresh_interval=settings.refresh_interval,
            stack=stack,
            offboarding=settings.offboarding,
            admission=settings.strict_admission,
        )
        for organization in settings.organizations
    ]


def _pull_store(settings: StackSettings, organization: Organization) -> str | None:
    """The ClusterSecretStore of its workloads; None if there is no such entry."""
    entry = organization.pull_store
    if entry is None or entry not in settings.secret_stores:
        return None
    return settings.pull_store_name(organization, entry)


def _other_stores(settings: StackSettings, organization: Organization) -> dict[str, InputStr]:
    """ClusterSecretStores of the credentials that do not read from the store of the organization."""
    stores = {entry: _store(settings, organization, entry) for entry in organization.build_reads}
    return {entry: name for entry, name in stores.items() if entry != organization.secret_store and name is not None}


def _store(settings: StackSettings, organization: Organization, entry: str | None) -> str | None:
    """The ClusterSecretStore that an entry of ``secretStores`` becomes; None if there is no such entry."""
    if entry is None or entry not in settings.secret_stores:
        return None
    return settings.cluster_store_name(organization, entry)
