"""Environments that are deployed with an older component type and still read what an update takes away.

A deployed environment renders the component type from the time of its deployment. Its ExternalSecret names a store and
keys; without them, its Secret is not refreshed any more, and nothing reports that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import ClusterError
from ..managers.manager import PlannedStore
from ..manifests import Manifest
from ..openchoreo.release import Release
from ..openchoreo.template_engine import START
from ..patches.containers import find
from ..patches.record import read_stack_records
from ..patches.snapshots import Entry, Promoted, Replacement
from ..plan.stack import Plan
from .connection import Cluster
from .environments import find_promoted
from .objects import Location
from .obstacles import Obstacle, raise_obstacles

_STORE: Final = ("template", "spec", "secretStoreRef", "name")
_SPEC: Final = ("template", "spec")


def check_promoted(cluster: Cluster, plan: Plan, stack: str, warn: Callable[[str], None]) -> None:
    """Check that no deployed environment reads what an update takes away, unless ``releasePromoted`` is ``ignore``.

    It lists the metadata of all component types. Bindings and snapshots are read only in namespaces with a component
    type whose entries change.

    Args:
        cluster: the control plane.
        plan: plan of the stack.
        stack: ``<pulumi organization>/<project>/<stack>``.
        warn: receives what would be refused.

    Raises:
        PreflightError: with every environment.
        ClusterError: the cluster cannot be reached.
    """
    losses = list(_list_losses(cluster, plan, stack))
    if plan.settings.release_promoted == "ignore":
        for loss in losses:
            warn(f"{loss}; deploy the component there again after the update: until then its Secret is not refreshed")
        return
    planned = {organization.name: organization.name for organization in plan.organizations}
    advice = (
        "to go on, set releasePromoted: ignore, update, and deploy the component there again: until then its Secret is "
        "not refreshed"
    )
    obstacles = (Obstacle(planned.get(loss.organization), f"{loss}; {advice}") for loss in losses)
    raise_obstacles(cluster, obstacles)


@dataclass(frozen=True)
class _Loss:
    """An environment, and what of its entries is taken away."""

    organization: str
    promoted: Promoted
    what: str

    def __str__(self) -> str:
        promoted = f"{self.promoted} ({self.promoted.snapshot})"
        return f'organization "{self.organization}": {promoted}, and this update takes away {self.what}'


def _list_losses(cluster: Cluster, plan: Plan, stack: str) -> Iterator[_Loss]:
    kind = plan.release.component_type
    stores = {
        (str(store.name), organization): store
        for store in plan.stores
        for organization in store.organizations
        if store.plane == plan.pull_plane and _serves_workloads(store, organization, plan.release)
    }
    desired = {
        (patch.namespace, patch.name, organization.name): [resource.entry() for resource in patch.patch.resources]
        for organization in plan.organizations
        for patch in organization.patches
        if patch.kind.name == kind.name
    }
    for live in _list_types(cluster, plan):
        metadata = live["metadata"]
        location = Location(kind, metadata["name"], metadata.get("namespace"))
        for organization, added in read_stack_records(live, stack).items():
            entries = desired.get((location.namespace, location.name, organization), [])
            replacement = Replacement(added.resources, entries, kind.entry_defaults)
            for promoted in _find(cluster, plan.release, location, replacement):
                for entry in promoted.entries:
                    what = _find_loss(entry, organization, stores)
                    if entry["id"] not in {kept["id"] for kept in entries}:
                        what = f"its entry in {location}"
                    if what is not None:
                        yield _Loss(organization, promoted, what)


def _list_types(cluster: Cluster, plan: Plan) -> list[Manifest]:
    """Component types that the stack may have patched; without the right to list them, those that it patches."""
    kind = plan.release.component_type
    try:
        return list(cluster.items(kind.path(None), metadata_only=True))
    except ClusterError:
        patches = (patch for organization in plan.organizations for patch in organization.patches)
        paths = [kind.path(patch.namespace, patch.name) for patch in patches if patch.kind.name == kind.name]
        return [live for live in map(cluster.get, paths) if live is not None]


def _find(cluster: Cluster, release: Release, location: Location, replacement: Replacement) -> list[Promoted]:
    """The environments; empty if the user may not list them, which the provider reports with the patch."""
    if not replacement.entries:
        return []
    try:
        return find_promoted(cluster, release, str(location.namespace), replacement)
    except ClusterError:
        return []


def _find_loss(entry: Entry, organization: str, stores: Mapping[tuple[str, str], PlannedStore]) -> str | None:
    """What an entry reads and the plan does not have any more. None: it can still read everything."""
    name = find(entry, _STORE)
    if not isinstance(name, str) or START in name:
        return None
    store = stores.get((name, organization))
    if store is None:
        return f"the store {name} for workloads"
    missing = sorted(_read_keys(find(entry, _SPEC)) - set(map(str, store.keys)))
    if store.manager.enforces_keys and missing:
        return f"the right of the store {name} to read {', '.join(missing)}"
    return None


def _serves_workloads(store: PlannedStore, organization: str, release: Release) -> bool:
    """Whether the namespaces of an organization's workloads may use a store."""
    selectors = [dict(labels) for labels in store.selectors]
    return any(labels in selectors for part in release.parts for labels in part.data_plane_selectors(organization))


def _read_keys(spec: Any) -> set[str]:
    """Remote keys of an ExternalSecret."""
    refs = [item.get("remoteRef") for item in spec.get("data") or ()]
    refs += [item.get("extract") for item in spec.get("dataFrom") or ()]
    return {str(ref["key"]) for ref in refs if isinstance(ref, Mapping) and "key" in ref}
