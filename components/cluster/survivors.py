"""Why an object that a removal had to delete still exists."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import Final

from ..manifests import CREDENTIAL_LABEL, Manifest, is_marked_by, read_creator
from ..offboarding.holdings import THERE, Holding
from ..plan.orphans import ObjectKey
from .connection import Cluster

_EXTERNAL: Final = "ExternalSecret"
_SECRET: Final = "Secret"


def describe_survivor(cluster: Cluster, holding: Holding, stack: str, recorded: AbstractSet[ObjectKey]) -> str | None:
    """Why an object still exists. None: it is gone, or another one has its name.

    Args:
        cluster: cluster of the object.
        holding: the object.
        stack: ``<pulumi organization>/<project>/<stack>``.
        recorded: objects of the organization in the state.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses the request.
    """
    live = cluster.get_metadata(holding.path)
    if live is None or live["metadata"]["uid"] != holding.uid:
        return None
    metadata = live["metadata"]
    finalizers = ", ".join(metadata.get("finalizers") or ())
    if metadata.get("deletionTimestamp"):
        return f"its deletion waits for its finalizers: {finalizers}" if finalizers else "its deletion is running"
    key = ObjectKey(holding.api, holding.kind, holding.namespace, holding.name)
    return f"{THERE}; {_describe_keeper(live, holding.kind, stack, is_recorded=key in recorded)}"


def _describe_keeper(live: Manifest, kind: str, stack: str, *, is_recorded: bool) -> str:
    """Who keeps an object whose deletion was not requested, and what to do."""
    metadata = live["metadata"]
    owners = [f"{owner.get('kind')} {owner.get('name')}" for owner in metadata.get("ownerReferences") or ()]
    if owners:
        return f"Kubernetes deletes it after its owner: {', '.join(owners)}"
    if is_recorded:
        return "no update has removed it from the state; run pulumi up without the organization"
    if is_marked_by(live, kind, stack):
        return "it is not in the state; delete it with the command orphans --delete"
    if kind == _SECRET and CREDENTIAL_LABEL in (metadata.get("labels") or {}):
        return "ESO keeps it on purpose (creationPolicy Orphan or Merge); delete it, or its keys"
    if kind == _EXTERNAL and read_creator(live) == stack:
        return "OpenChoreo has created it, and deletes it when the component is deployed again or the build run deleted"
    return "the stack's annotations on it were removed, so nothing deletes it; delete it unless others need it"
