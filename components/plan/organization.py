"""The plan of one organization: all its objects, their places and their order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, cast

from ..admission.quotas import build_quota
from ..iam.account import AwsAccount
from ..manifests import DELETE, OFFBOARDING_ANNOTATION, Manifest, build_manifest
from ..openchoreo import DEFAULT_RELEASE
from ..openchoreo.labels import build_organization_labels
from ..openchoreo.release import Release
from ..patches.model import Patch, Resource
from ..patches.record import Identity
from ..pull.credential import PlaneStore, PullSecret
from ..schema.deferred import InputStr
from ..secrets.credential import Owner, SecretContent
from ..secrets.external_secret import SecretTemplate, Target, build_cluster_external_secret
from ..secrets.manual_secret import ManualSecret
from ..settings.admission import Admission
from ..settings.organization import Organization
from .expected import Expected, FanOut
from .patched_objects import PatchedObject, list_patched_objects
from .patches import (
    PlannedPatch,
    patch_component_type,
    plan_pull_content,
    plan_pull_entry,
    plan_pull_target,
    plan_run_entries,
    select_pods,
)
from .references import PlannedReference
from .secret import PlannedSecret, plan_secrets


@dataclass(frozen=True)
class OrganizationPlan:
    """All objects of one organization. Each part is built once, on first use."""

    organization: Organization
    """Its settings."""
    release: Release = DEFAULT_RELEASE
    """OpenChoreo release of the platform."""
    account: AwsAccount | None = None
    """AWS account in which the stack creates roles of registries. None: it creates none."""
    build_store: InputStr = ""
    """ClusterSecretStore of its builds. Empty: they have manual credentials only."""
    stores: Mapping[str, InputStr] = field(default_factory=dict)
    """Entry of ``secretStores`` -> its ClusterSecretStore, for credentials of builds that do not read from the store of
    the organization."""
    pull_store: InputStr | None = None
    """ClusterSecretStore of its workloads. None: the one that the DataPlane names."""
    refresh_interval: str = "1h0m0s"
    """Canonical Go duration between two polls, unless the organization or a credential configures another one."""
    stack: str | None = None
    """``<pulumi organization>/<project>/<stack>``, written to objects that others use too. None: left out."""

    older: OrganizationPlan | None = None
    """Its plan for the release that the platform moves from. None: it does not move."""
    builds_only: bool = False
    """Whether the plan for the newer release has everything that is not in a build namespace."""
    offboarding: Literal["keep", "delete"] = "keep"
    """Whether its build namespace stays without it, or is deleted with it and everything inside."""

    admission: Admission | None = None
    """Limits of ``isolation: strict``. None: there are none."""

    @property
    def name(self) -> str:
        """Name of the organization."""
        return self.organization.name

    @property
    def namespace(self) -> str:
        """Namespace of its builds, on the build plane."""
        return self.release.build_namespace(self.name)

    @property
    def adopts_namespace(self) -> bool:
        """Whether the namespace exists already and only gets a label."""
        return self.organization.namespace == "adopt"

    @property
    def resource_name(self) -> str:
        """Name of the resource of its builds, with which the names of the resources inside begin."""
        return f"{self.release.resource_prefix}{self.name}"

    @property
    def data_plane_selectors(self) -> tuple[dict[str, str], ...]:
        """Sets of labels, one of which each namespace of its workloads has; those of the newest release first."""
        own = self.release.data_plane_selectors(self.name)
        older = () if self.older is None else self.older.data_plane_selectors
        return (*own, *(labels for labels in older if labels not in own))

    @cached_property
    def namespace_manifest(self) -> Manifest:
        """The build namespace. An adopted one gets only the organization's label."""
        labels = build_organization_labels(self.name)
        if self.adopts_namespace:
            return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace, "labels": labels}}
        annotations = {OFFBOARDING_ANNOTATION: DELETE} if self.offboarding == DELETE else {}
        return build_manifest("v1", "Namespace", self.namespace, labels=labels, annotations=annotations)

    @cached_property
    def quota(self) -> Manifest | None:
        """The ResourceQuota of its build namespace. None: it has none."""
        if self.admission is None:
            return None
        return build_quota(self.name, self.namespace, self.admission.maximum_external_secrets)

    @property
    def build_stores(self) -> Mapping[str | None, InputStr]:
        """Entry of ``secretStores`` -> its ClusterSecretStore on the build plane; None: that of the organization."""
        named = {**self.stores, self.organization.secret_store: self.build_store}
        # A mapping of other keys, which a type checker refuses: the entries of the organization, and None.
        return {**cast("Mapping[str | None, InputStr]", named), None: self.build_store}

    @cached_property
    def secrets(self) -> tuple[PlannedSecret, ...]:
        """All Secrets of its builds, in the order git, registries, external services."""
        organization = self.organization
        base = Target(
            self.name,
            self.namespace,
            self.build_store,
            organization.refresh_interval or self.refresh_interval,
            stores=self.build_stores if self.stores else {},
            policies=organization.applied_policies,
        )
        owner = Owner(self.name, self.account, self.release.defaults)
        return tuple(
            planned for located in organization.build_credentials for planned in plan_secrets(located, owner, base)
        )

    @property
    def ahead(self) -> tuple[PlannedSecret, ...]:
        """The Secrets that exist before the first build."""
        return tuple(planned for planned in self.secrets if not planned.per_run)

    @property
    def generators(self) -> tuple[Manifest, ...]:
        """Generators and their ServiceAccounts, also for Secrets per run, so that a run need not create them."""
        return tuple(manifest for planned in self.secrets for manifest in planned.generators)

    @property
    def external_secrets(self) -> tuple[Manifest, ...]:
        """The ExternalSecrets that exist before the first build."""
        return tuple(planned.external_secret for planned in self.ahead if planned.external_secret is not None)

    @property
    def manual_secrets(self) -> tuple[ManualSecret, ...]:
        """The Secrets from encrypted configuration, in the build namespace."""
        return tuple(planned.manual for planned in self.ahead if planned.manual is not None)

    @property
    def secret_names(self) -> dict[str, list[str]]:
        """Value of the credential label -> names of the Secrets that exist before the first build, for outputs."""
        names: dict[str, list[str]] = {}
        for planned in self.ahead:
            names.setdefault(planned.content.credential, []).append(planned.name)
        return names

    @property
    def merged_names(self) -> frozenset[str]:
        """Names of existing Secrets into which ESO merges keys."""
        return frozenset(planned.name for planned in self.ahead if planned.target.policies.creation == "Merge")

    @property
    def expected(self) -> tuple[Expected, ...]:
        """The ExternalSecrets that must be synced before builds can run."""
        return tuple(
            Expected(self.name, self.namespace, planned.name) for planned in self.ahead if planned.template is not None
        )

    @cached_property
    def pull_content(self) -> SecretContent | None:
        """The pull secret of its workloads. None: it has none."""
        return None if self.organization.pull_secret is None else plan_pull_content(self.organization, self.release)

    @cached_property
    def fan_out(self) -> Manifest | None:
        """The ClusterExternalSecret of a pull secret with delivery ``namespace``. None: it has another delivery."""
        pull, template = self.organization.pull_secret, self.pull_content
        if self.builds_only or pull is None or pull.delivery != "namespace" or not isinstance(template, SecretTemplate):
            return None
        target = plan_pull_target(
            self.organization, "", "" if self.pull_store is None else self.pull_store, self.refresh_interval
        )
        selectors = self.data_plane_selectors
        return build_cluster_external_secret(
            f"{self.release.defaults.pull_secret}-{self.name}", target, template, selectors
        )

    @cached_property
    def secret_references(self) -> tuple[PlannedReference, ...]:
        """SecretReferences in its namespace on the control plane, in the order of its git credentials."""
        release = self.release
        if release.secret_reference is None:
            return ()
        return tuple(
            PlannedReference(
                release.secret_reference,
                release.control_plane_namespace(self.name),
                self.name,
                git.secret_reference,
                git,
                self.build_stores[git.secret_store],
                git.refresh_interval or self.organization.refresh_interval or self.refresh_interval,
            )
            for _, git in self.organization.git_credentials
            if git.secret_reference is not None
        )

    @property
    def fan_outs(self) -> tuple[FanOut, ...]:
        """The ClusterExternalSecret that must be synced in every namespace before workloads can pull."""
        return () if self.fan_out is None else (FanOut(self.name, self.fan_out["metadata"]["name"]),)

    @cached_property
    def pull_manual(self) -> tuple[tuple[str, ManualSecret], ...]:
        """Namespace on the data plane and Secret, for a pull secret with delivery ``manual``."""
        pull, template = self.organization.pull_secret, self.pull_content
        if self.builds_only or pull is None or not isinstance(template, ManualSecret):
            return ()
        return tuple((namespace, template) for namespace in pull.namespaces or ())

    @cached_property
    def run_entries(self) -> tuple[Resource, ...]:
        """The ExternalSecrets that each build run creates, as entries of a workflow."""
        return plan_run_entries(self.organization, self.secrets, release=self.release, stack=self.stack)

    @cached_property
    def pull_entry(self) -> Resource | None:
        """Entry of a type with the pull secret (delivery ``component`` or ``project``). None: another delivery."""
        pull, content = self.organization.pull_secret, self.pull_content
        if self.builds_only or pull is None or not isinstance(content, SecretTemplate):
            return None
        if pull.delivery not in {"component", "project"}:
            return None
        return plan_pull_entry(
            self.organization,
            content,
            release=self.release,
            store=self.pull_store,
            refresh_interval=self.refresh_interval,
            stack=self.stack,
        )

    @cached_property
    def patched_objects(self) -> tuple[PatchedObject, ...]:
        """Every object of the control plane that it changes."""
        return tuple(place for _, place in self.placed_objects)

    @cached_property
    def placed_objects(self) -> tuple[tuple[OrganizationPlan, PatchedObject], ...]:
        """The same, each with the plan that has the patch: this one, or that of the older release.

        A kind that both releases have is one kind, and its object one object.
        """
        if self.builds_only:
            return ()
        places = [(self, place) for place in list_patched_objects(self.organization, self.release)]
        addresses = {place.address for _, place in places}
        older = () if self.older is None else self.older.placed_objects
        return (*places, *((plan, place) for plan, place in older if place.address not in addresses))

    @cached_property
    def patches(self) -> tuple[PlannedPatch, ...]:
        """Patches of objects on the control plane that are for this organization alone; see `list_combined_patches`."""
        return tuple(plan.plan_patch(place) for plan, place in self.placed_objects if not place.combined)

    def plan_patch(self, place: PatchedObject) -> PlannedPatch:
        """The patch of one of its objects that is for this organization alone."""
        organization, suffix = self.organization, place.name
        if place.role == "components":
            pull, pods = cast("PullSecret", organization.pull_secret), select_pods(organization, place.name)
            patch = patch_component_type(pull, self.pull_entry, self.release, pods)
        elif place.role == "builds":
            patch = Patch(self.run_entries)
        else:
            plane = organization.build_plane if place.role == "build plane" else organization.data_plane
            # An output in a program; only the provider, which always has the text, reads it.
            patch = Patch(secret_store_ref=cast("str", cast("PlaneStore", plane).secret_store_ref))
            suffix = place.role.replace(" ", "-")
        identity = None if self.stack is None else Identity(self.stack, self.name)
        return PlannedPatch(place.kind, place.namespace, place.name, patch, suffix, identity)
