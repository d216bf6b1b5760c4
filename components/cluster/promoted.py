"""Environments that are deployed with an older type and still read what an update takes away.

A deployed environment renders the types of its components and of its project from the time of its deployment. Its
ExternalSecret names a store and keys; without them, its Secret is not refreshed any more, and nothing reports that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import ClusterError
from ..managers.manager import PlannedStore
from ..manifests import Manifest
from ..openchoreo.kinds import Kind
from ..openchoreo.release import Release
from ..openchoreo.template_engine import START
from ..patches.containers import find
from ..patches.namespaces import read_namespaces
from ..patches.record import read_stack_records
from ..patches.snapshots import Entry, Promoted, Replacement
from ..plan.patches import PlannedPatch
from ..plan.stack import Plan
from .connection import Cluster
from .environments import find_promoted
from .objects import Location
from .obstacles import Obstacle, raise_obstacles

_STORE: Final = ("template", "spec", "secretStoreRef", "name")
_SPEC: Final = ("template", "spec")


def check_promoted(cluster: Cluster, plan: Plan, stack: str, warn: Callable[[str], None]) -> None:
    """Check that no deployed environment reads what an update takes away, unless ``releasePromoted`` is ``ignore``.

    It lists the metadata of all types that environments keep copies of. Bindings and snapshots are read only in
    namespaces for which entries of a type change.

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
            again = f"deploy the {loss.promoted.unit} there again after the update"
            warn(f"{loss}; {again}: until then its Secret is not refreshed")
        return
    planned = {organization.name for organization in plan.organizations}
    obstacles = (
        Obstacle(
            loss.organization if loss.organization in planned else None,
            f"{loss}; to go on, set releasePromoted: ignore, update, and deploy the {loss.promoted.unit} there again: "
            "until then its Secret is not refreshed",
        )
        for loss in losses
    )
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
    stores = {
        (str(store.name), organization): store
        for store in plan.stores
        for organization in store.organizations
        if store.plane == plan.pull_plane and _serves_workloads(store, organization, plan.release)
    }
    owners = {
        organization.release.control_plane_namespace(organization.name): organization.name
        for organization in plan.organizations
    }
    kinds = plan.release.copied_types
    patches = _plan_patches(plan, kinds)
    for kind in kinds.values():
        for live in _list_types(cluster, kind, [place for place in patches if place[0] == kind.name]):
            metadata = live["metadata"]
            location = Location(kind, metadata["name"], metadata.get("namespace") if kind.namespaced else None)
            entries = patches.get((kind.name, location.namespace, location.name), [])
            for added in read_stack_records(live, stack).values():
                replacement = Replacement(added.resources, entries, kind.entry_defaults)
                for promoted in _find(cluster, plan.release, location, replacement):
                    organization = owners.get(promoted.namespace, promoted.namespace)
                    for entry in promoted.entries:
                        what = _find_loss(entry, organization, stores)
                        if not _is_kept(entry, entries, promoted.namespace):
                            what = f"its entry in {location}"
                        if what is not None:
                            yield _Loss(organization, promoted, what)


_Place = tuple[str, str | None, str]
"""Kind, namespace and name of an object."""


def _plan_patches(plan: Plan, kinds: Mapping[str, Kind]) -> dict[_Place, list[Entry]]:
    """The entries that the plan has for each type."""
    alone = (patch for organization in plan.organizations for patch in organization.patches)
    combined = (patch for patch in plan.all_combined_patches if patch.place.kind.name in kinds)
    planned: list[PlannedPatch] = [*alone, *(patch.plan({}) for patch in combined)]
    return {
        (patch.kind.name, patch.namespace, patch.name): [resource.entry() for resource in patch.patch.resources]
        for patch in planned
        if patch.kind.name in kinds
    }


def _list_types(cluster: Cluster, kind: Kind, patched: Iterable[_Place]) -> list[Manifest]:
    """Types that the stack may have patched; without the right to list them, those that it patches."""
    try:
        return list(cluster.items(kind.path(None), metadata_only=True))
    except ClusterError:
        paths = [kind.path(namespace, name) for _, namespace, name in patched]
        return [live for live in map(cluster.get, paths) if live is not None]


def _find(cluster: Cluster, release: Release, location: Location, replacement: Replacement) -> list[Promoted]:
    """The environments; empty if the user may not list them, which the provider reports with the patch."""
    if not replacement.entries:
        return []
    try:
        return find_promoted(cluster, release, location, replacement)
    except ClusterError:
        return []


def _is_kept(entry: Entry, desired: Iterable[Entry], namespace: str) -> bool:
    """Whether the type still has an entry: under its id, or for some namespaces the same object under any id."""
    for other in desired:
        names = read_namespaces(other.get("includeWhen"))
        if namespace in names and _identify(other) == _identify(entry):
            return True
        if not names and other["id"] == entry["id"]:
            return True
    return False


def _identify(entry: Entry) -> tuple[Any, Any]:
    return find(entry, ("template", "kind")), find(entry, ("template", "metadata", "name"))


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
    return any(labels in selectors for labels in release.data_plane_selectors(organization))


def _read_keys(spec: Any) -> set[str]:
    """Remote keys of an ExternalSecret."""
    refs = [item.get("remoteRef") for item in spec.get("data") or ()]
    refs += [item.get("extract") for item in spec.get("dataFrom") or ()]
    return {str(ref["key"]) for ref in refs if isinstance(ref, Mapping) and "key" in ref}
