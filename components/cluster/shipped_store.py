"""The ClusterSecretStore that OpenChoreo's installation creates: every namespace can read every secret through it.

Source: ``install/prerequisites/openbao/setup.sh`` of openchoreo/openchoreo v1.2.3. The store has no ``conditions``, and
its one role reads and writes all secrets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ..errors import ClusterError
from ..manifests import ESO
from ..object_names import build_path
from ..openchoreo.kinds import Kind
from ..patches.containers import find
from ..patches.model import SECRET_STORE_REF
from ..plan.rights import ClusterPlane
from ..plan.stack import Plan
from .connection import Cluster
from .reading import list_metadata
from .store_users import StoreUser, describe_users, list_store_users

_STORE: Final = "ClusterSecretStore"


def list_open_stores(clusters: Mapping[ClusterPlane, Cluster], plan: Plan) -> Iterator[str]:
    """A warning for each cluster on which every namespace can use the store, with its users in the stack.

    It names what the user of a context may not list, so that a missing right is no error. Without the store, it makes
    one call for each cluster.

    Args:
        clusters: plane -> its cluster.
        plan: of the stack.

    Raises:
        ClusterError: a cluster cannot be reached, or refuses the list of stores.
    """
    release, builds = plan.release, plan.release.builds
    if builds is None:
        return
    kinds: dict[ClusterPlane, tuple[Kind, ...]] = {"build": release.build_planes}
    if "data" in clusters:
        kinds[plan.pull_plane] = (*kinds.get(plan.pull_plane, ()), *release.data_planes)
    for plane, of_plane in kinds.items():
        cluster, store = clusters[plane], builds.shipped_store
        if _is_open(cluster, store):
            users = [*_list_readers(cluster, plan, plane), *_list_planes(clusters.get("control"), plan, of_plane)]
            using = describe_users(user for user in users if user.uses(store)) or "none"
            yield (
                f"{cluster}: the {_STORE} {store} has no conditions, so every namespace can read every secret of its "
                f"role through it; used by the organizations of this stack: {using}. Let them use stores of "
                f"their own, then restrict or delete it: docs/stores/vault.md"
            )


def _is_open(cluster: Cluster, store: str) -> bool:
    """Whether the store exists and is not restricted to namespaces."""
    items = cluster.items(build_path(ESO, _STORE), fieldSelector=f"metadata.name={store}")
    return any(item["metadata"]["name"] == store and not find(item, ("spec", "conditions")) for item in items)


def _list_readers(cluster: Cluster, plan: Plan, plane: ClusterPlane) -> Iterator[StoreUser]:
    """ExternalSecrets and PushSecrets in the namespaces of builds and workloads."""
    namespaces = {organization.namespace for organization in plan.organizations} if plane == "build" else set()
    if plane == plan.pull_plane:
        try:
            namespaces |= set(_list_workload_namespaces(cluster, plan))
        except ClusterError:
            yield StoreUser("Namespaces", "", "", None)
    for user in list_store_users(cluster):
        if user.namespace in namespaces or not user.name:
            yield user


def _list_workload_namespaces(cluster: Cluster, plan: Plan) -> Iterator[str]:
    selectors = [
        tuple(sorted(labels.items()))
        for organization in plan.organizations
        for labels in plan.release.data_plane_selectors(organization.name)
    ]
    keys, selected = {tuple(key for key, _ in selector) for selector in selectors}, set(selectors)
    for (_, namespace), live in list_metadata(cluster, "v1", "Namespace").items():
        labels = live["metadata"].get("labels") or {}
        if any(tuple((key, labels.get(key)) for key in names) in selected for names in keys):
            yield namespace


def _list_planes(cluster: Cluster | None, plan: Plan, kinds: Sequence[Kind]) -> Iterator[StoreUser]:
    """Planes of the organizations, each as a user of the store that it names."""
    namespaces = {plan.release.control_plane_namespace(organization.name) for organization in plan.organizations}
    if cluster is None:
        return
    for kind in kinds:
        plural = f"{kind.name}s"
        try:
            items = list(cluster.items(kind.path(None)))
        except ClusterError:
            yield StoreUser(plural, "", "", None)
            continue
        for item in items:
            namespace = item["metadata"].get("namespace") or ""
            store = find(item, ("spec", SECRET_STORE_REF, "name"))
            if not kind.namespaced or namespace in namespaces:
                yield StoreUser(plural, namespace, item["metadata"]["name"], frozenset({str(store)}))
