"""What one organization has on a live cluster, and whom its removal affects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..access.uses import list_remote_keys
from ..errors import ClusterError
from ..manifests import ESO, NAMESPACE, Manifest, read_annotation
from ..object_names import build_path
from ..offboarding.holdings import Holding, Holdings, RemoteKey
from ..offboarding.marks import (
    KEPT,
    LABEL,
    Lists,
    Subject,
    list_own_stores,
    select_grants,
    select_holdings,
)
from ..openchoreo import DEFAULT_RELEASE, RELEASES
from ..openchoreo.kinds import Kind
from ..openchoreo.template_engine import START
from ..patches.model import Added
from ..patches.record import Identity, read_stack_records
from ..patches.rendering import render_entry
from ..patches.snapshots import Promoted, Replacement
from ..plan.orphans import REFERENCES, STAGES
from .connection import Cluster
from .contents import describe_contents
from .environments import find_promoted
from .objects import Location
from .offboarding import Departure
from .secret_copies import select_copies
from .store_users import describe_users, list_store_users

_ROLES: Final = "/apis/rbac.authorization.k8s.io/v1/roles"
_READERS: Final = (("ExternalSecret", ()), ("ClusterExternalSecret", ("externalSecretSpec",)))
"""Kind, and the place of the references below ``spec``."""


def read_holdings(clusters: Mapping[Cluster, bool], subject: Subject, recorded: Sequence[RemoteKey] = ()) -> Holdings:
    """What an organization has on all clusters.

    It makes one list call for each kind that a stack creates or patches, and lists what is in its build namespaces.

    Args:
        clusters: cluster -> whether it may be the control plane; users of the others may not list OpenChoreo's kinds.
        subject: the organization.
        recorded: keys that it read before its removal.

    Raises:
        ClusterError: a cluster cannot be reached, or refuses a list.
    """
    parts = [_read(cluster, subject, control_plane=control_plane) for cluster, control_plane in clusters.items()]
    own = {*recorded, *(key for holdings, _ in parts for key in holdings.keys)}
    others = {key for _, keys in parts for key in keys}
    # A control plane names the keys that a store on another cluster may read.
    grants = [
        grant
        for cluster in clusters
        for grant in select_grants(
            cluster.name,
            cluster.items(build_path(ESO, "ClusterSecretStore")),
            cluster.items(_ROLES),
            subject,
            own - others,
        )
    ]
    return Holdings.merge([*(holdings for holdings, _ in parts), Holdings(tuple(grants))])


def _read(cluster: Cluster, subject: Subject, *, control_plane: bool) -> tuple[Holdings, set[RemoteKey]]:
    """What it has on one cluster, except parts of shared stores, and the keys that others read."""
    where = cluster.name
    kinds = [kind for stage in STAGES for kind in stage if control_plane or kind not in REFERENCES]
    lists = {(api, kind): [*cluster.items(build_path(api, kind), metadata_only=True)] for api, kind in kinds}
    readers = {kind: [*cluster.items(build_path(ESO, kind))] if lists[ESO, kind] else [] for kind, _ in _READERS}
    stores = list_own_stores(lists, subject)
    items = list(select_holdings(where, lists, subject, stores))
    uids = {item.uid for item in items}
    items += list(select_copies(where, lists, readers["ExternalSecret"], subject, (uids, stores)))
    all_patches = list(_list_patches(cluster, subject)) if control_plane else []
    patches = [patched for patched in all_patches if patched.part]
    items += (patched.hold(where) for patched in patches)
    own, others = _read_keys(cluster, {item.uid for item in items}, lists, readers)
    for patched in all_patches:
        (own if patched.part else others).update(patched.list_keys())
    notes = [
        *_describe_namespaces(cluster, items, subject),
        *_describe_users(cluster, items, stores),
        *_describe_environments(cluster, patches, subject),
    ]
    return Holdings(tuple(items), tuple(own), tuple(notes)), others


@dataclass(frozen=True)
class _Patched:
    """An object of the control plane that is patched for one organization."""

    kind: Kind
    live: Manifest
    """Its metadata."""
    part: str
    """What in it is for the organization of a search. Empty: the patch is for another one."""
    added: Added
    """What the patch added."""
    templates: Sequence[Mapping[str, Any]] = ()
    """What its entries create for the organization."""

    @property
    def address(self) -> tuple[str, str]:
        """Namespace and name of the object."""
        metadata = self.live["metadata"]
        return metadata.get("namespace") or "", metadata["name"]

    def hold(self, where: str) -> Holding:
        """The patch as a holding."""
        return Holding(where, self.kind.name, *self.address, self.part, self.kind.api, self.live["metadata"]["uid"])

    def list_keys(self) -> Iterator[RemoteKey]:
        """Keys in its entries, as far as they are plain for the organization."""
        for template in self.templates:
            for key in list_remote_keys(template.get("spec") or {}):
                if START not in key.key:
                    yield RemoteKey("" if START in key.store else key.store, key.key)


def _list_patches(cluster: Cluster, subject: Subject) -> Iterator[_Patched]:
    """Every patch of the stack, once for each organization that it is for."""
    annotation = Identity(subject.stack, subject.organization).annotation
    kinds = {(kind.api, kind.plural): kind for release in RELEASES.values() for kind in release.kinds.values()}
    for kind in kinds.values():
        for live in cluster.items(kind.path(None), metadata_only=True):
            records = read_stack_records(live, subject.stack)
            if read_annotation(live, annotation) is not None:
                added = records.pop(subject.organization, Added())
                yield _Patched(kind, live, f"annotation {annotation}", added, _list_templates(added))
            for name, added in records.items():
                # The name of a patch for several organizations is that of its resource.
                if "/" not in name:
                    yield _Patched(kind, live, "", added, _list_templates(added))
                    continue
                rendered = [render_entry(entry) for entry in added.resources]
                overridden = (override.get("namespaces") or () for override in added.plain().get("overrides", ()))
                for namespace in sorted({name for names in (*rendered, *overridden) for name in names}):
                    templates = [entry[namespace].template for entry in rendered if namespace in entry]
                    own = namespace in subject.control_plane_namespaces
                    yield _Patched(kind, live, f"patch for namespace {namespace}" if own else "", added, templates)


def _list_templates(added: Added) -> list[Mapping[str, Any]]:
    return [entry.get("template") or {} for entry in added.resources]


def _read_keys(
    cluster: Cluster, uids: set[str], lists: Lists, readers: Mapping[str, Sequence[Manifest]]
) -> tuple[set[RemoteKey], set[RemoteKey]]:
    """Keys that the organization reads, and keys that others read."""
    own: set[RemoteKey] = set()
    others: set[RemoteKey] = set()
    for kind, place in _READERS:
        for item in readers[kind]:
            spec: Any = item.get("spec") or {}
            for key in place:
                spec = spec.get(key) or {}
            (own if item["metadata"]["uid"] in uids else others).update(list_remote_keys(spec))
    for api, kind in REFERENCES:
        for item in cluster.items(build_path(api, kind)) if lists.get((api, kind)) else ():
            if item["metadata"]["uid"] in uids:
                own.update(list_remote_keys(item.get("spec") or {}))
    return own, others


def _describe_namespaces(cluster: Cluster, items: Iterable[Holding], subject: Subject) -> Iterator[str]:
    """What happens to the build namespaces, with the builds and everything else in them."""
    spaces = {item.name: item for item in items if item.kind == NAMESPACE}
    contents: Mapping[str, str] = describe_contents(cluster, [*spaces], DEFAULT_RELEASE, subject.stack)
    for name, item in spaces.items():
        inside = contents[name]
        if item.part == LABEL:
            yield f"namespace {name} stays, because the stack has adopted it; in it: {inside or 'nothing of others'}"
        else:
            departure = Departure(name, item.stays != KEPT, inside)
            yield departure.describe(subject.stack.rpartition("/")[2])


def _describe_users(cluster: Cluster, items: Sequence[Holding], stores: frozenset[str]) -> Iterator[str]:
    """Objects of others that use stores of the organization."""
    live = sorted({item.name for item in items if item.kind == "ClusterSecretStore" and item.name in stores})
    if not live:
        return
    own = {(item.namespace, item.name) for item in items}
    users = [user for user in list_store_users(cluster) if (user.namespace, user.name) not in own]
    for store in live:
        inside = describe_users(user for user in users if user.uses(store))
        if inside:
            yield f"ClusterSecretStore {store} is deleted, although others use it: {inside}"


def _describe_environments(cluster: Cluster, patches: Iterable[_Patched], subject: Subject) -> Iterator[str]:
    """Environments that still read the pull secret of the organization."""
    releases = {release.snapshots: release for release in RELEASES.values()}
    for patched in patches:
        kind, (place, name) = patched.kind, patched.address
        replacement = Replacement(patched.added.resources, [], kind.entry_defaults)
        if kind.workload is None or not replacement.entries:
            continue
        location = Location(kind, name, place or None)
        promoted: dict[Promoted, None] = {}
        for release in releases.values():
            try:
                promoted |= dict.fromkeys(find_promoted(cluster, release, location, replacement))
            except ClusterError as error:
                yield f"environments of the {location} cannot be listed: {error}"
        yield from (
            f"{item} of the {location}; undeploy it, or deploy it again afterwards"
            for item in promoted
            if place or item.namespace in subject.control_plane_namespaces
        )
