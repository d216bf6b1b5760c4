"""Read many objects of one kind with few calls."""

from __future__ import annotations

from collections.abc import Iterable

from ..manifests import Manifest
from ..object_names import build_path
from .connection import Cluster

Address = tuple[str | None, str]
"""Namespace and name of an object; the namespace of a cluster-scoped object is None."""


def get_address(manifest: Manifest) -> Address:
    """Namespace and name of an object."""
    return manifest["metadata"].get("namespace"), manifest["metadata"]["name"]


def list_metadata(cluster: Cluster, api: str, kind: str, **query: str) -> dict[Address, Manifest]:
    """Address -> metadata of every object of a kind; one list call.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses the list.
    """
    items = cluster.items(build_path(api, kind), metadata_only=True, **query)
    return {get_address(item): item for item in items}


def list_labelled(
    cluster: Cluster, api: str, kind: str, addresses: Iterable[Address], selector: str
) -> dict[Address, Manifest]:
    """Address -> live object of every object with a label, and of those objects that have lost it.

    It makes one list call; if an object is not in that list, a second one and a call for each object without the label.

    Args:
        cluster: cluster of the objects.
        api: group and version of the kind.
        kind: name of the kind.
        addresses: objects that are in the result if they exist.
        selector: selector of the label.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a call.
    """
    items = cluster.items(build_path(api, kind), labelSelector=selector)
    live = {get_address(item): item for item in items}
    absent = set(addresses) - live.keys()
    if absent:
        for namespace, name in absent & list_metadata(cluster, api, kind).keys():
            item = cluster.get(build_path(api, kind, namespace, name))
            live |= {} if item is None else {(namespace, name): item}
    return live
