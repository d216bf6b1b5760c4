"""Objects of the control plane whose patch has expressions that select organizations: one patch for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set as AbstractSet
from dataclasses import dataclass
from typing import cast

from ..manifests import Manifest
from ..openchoreo.release import RunSecret
from ..patches.model import Patch
from ..patches.shared_entries import share_entries
from ..patches.shared_workflow import use_secrets
from ..pull.credential import PullSecret
from ..secrets.external_secret import Names, rename_remote_keys
from ..secrets.value_templates import name_inputs
from .organization import OrganizationPlan
from .patched_objects import PatchedObject
from .patches import PlannedPatch, get_run_secret, select_pods
from .secret import PlannedSecret


@dataclass(frozen=True)
class CombinedPatch:
    """One object, and the organizations of a stack that use it."""

    place: PatchedObject
    organizations: tuple[OrganizationPlan, ...]
    """At least one, all with the same release and stack."""

    def plan(self, names: Names) -> PlannedPatch:
        """The patch, under the identity of its resource.

        Args:
            names: names in the managers of the stores.

        Raises:
            PatchError: an expression becomes too long.
        """
        place = self.place
        build = self._use_secrets if place.role == "builds" else self._pull
        return PlannedPatch(place.kind, place.namespace, place.name, build(names), place.name)

    @property
    def replaced(self) -> Mapping[str, AbstractSet[str]]:
        """Id of an entry of a workflow -> namespaces on the control plane for which the patch replaces it."""
        get_namespace = self.organizations[0].release.control_plane_namespace
        return {secret.resource: {*map(get_namespace, names)} for secret, names in self.run_secrets.items()}

    @property
    def run_secrets(self) -> Mapping[RunSecret, Sequence[str]]:
        """Secret of a workflow -> organizations whose builds use their own one instead."""
        users: dict[RunSecret, list[str]] = {}
        for plan in self.organizations if self.place.role == "builds" else ():
            for run_secret in _select_secrets(plan):
                users.setdefault(run_secret, []).append(plan.name)
        return users

    @property
    def _stack(self) -> str:
        return self.organizations[0].stack or ""

    def _pull(self, names: Names) -> Patch:
        """The patch of a type of components or of projects."""
        templates: dict[str, dict[str, Manifest]] = {}
        holder = {"components": "component", "projects": "project"}[self.place.role]
        secrets: set[str] = set()
        for plan in self.organizations:
            entry, pull = plan.pull_entry, cast("PullSecret", plan.organization.pull_secret)
            secrets.add(pull.name(plan.release.defaults))
            if entry is not None and pull.delivery == holder:
                templates.setdefault(entry.id, {})[_get_namespace(plan)] = _share(entry.template, names)
        variable = self.place.kind.organization
        entries = tuple(
            entry
            for identifier, members in sorted(templates.items())
            for entry in share_entries(members, variable=variable, identifier=identifier, stack=self._stack)
        )
        if holder == "project":
            return Patch(entries)
        pods = (pod for plan in self.organizations for pod in select_pods(plan.organization, self.place.name))
        return Patch(entries, tuple(sorted(secrets)), pods=tuple(dict.fromkeys(pods)))

    def _use_secrets(self, names: Names) -> Patch:
        """The patch of a workflow."""
        prepared: dict[RunSecret, dict[str, str]] = {}
        created: dict[RunSecret, dict[str, Manifest]] = {}
        for plan in self.organizations:
            entries = {entry.id: entry.template for entry in plan.run_entries}
            for run_secret, planned in _select_secrets(plan).items():
                if planned.per_run:
                    template = _share(entries[run_secret.resource], names)
                    created.setdefault(run_secret, {})[_get_namespace(plan)] = template
                else:
                    prepared.setdefault(run_secret, {})[_get_namespace(plan)] = planned.name
        return use_secrets(prepared, created, self.place.kind.organization, stack=self._stack)


def list_combined_patches(organizations: Iterable[OrganizationPlan], *, namespaced: bool) -> tuple[CombinedPatch, ...]:
    """Every object of these organizations that has a combined patch, sorted by kind, namespace and name.

    Args:
        organizations: all with the same stack.
        namespaced: whether those in the namespace of an organization are meant, or the cluster-scoped ones.
    """
    users: dict[tuple[str, str, str], tuple[PatchedObject, list[OrganizationPlan]]] = {}
    for organization in organizations:
        for plan, place in organization.placed_objects:
            if place.combined and place.kind.namespaced == namespaced:
                users.setdefault(place.address, (place, []))[1].append(plan)
    return tuple(CombinedPatch(place, tuple(plans)) for _, (place, plans) in sorted(users.items(), key=lambda u: u[0]))


def _select_secrets(plan: OrganizationPlan) -> dict[RunSecret, PlannedSecret]:
    """What builds use. Of several git credentials it is the first; developers select the others."""
    selected: dict[RunSecret, PlannedSecret] = {}
    for planned in plan.secrets:
        run_secret = get_run_secret(planned.content.credential, plan.release)
        if run_secret is not None:
            selected.setdefault(run_secret, planned)
    return selected


def _share(template: Manifest, names: Names) -> Manifest:
    """The template of one organization for an entry that many share."""
    return rename_remote_keys(name_inputs(template), names)


def _get_namespace(plan: OrganizationPlan) -> str:
    return plan.release.control_plane_namespace(plan.name)
