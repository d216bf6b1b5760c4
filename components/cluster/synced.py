"""Which Secrets ESO keeps for an ExternalSecret of this package. It overwrites others of the same name.

Tried with ESO: a Secret without an owner is overwritten, whatever its labels; if its type cannot be changed, ESO still
sets its label. A Secret that another ExternalSecret owns is left alone, and ours fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ..manifests import CREDENTIAL_LABEL, Manifest, is_owned_by
from ..plan.objects import PlannedObject
from .connection import Cluster

_OPERATOR: Final = "externalsecrets.external-secrets.io/"
"""Beginning of the field managers under which ESO writes Secrets; the rest is the name of the ExternalSecret."""
_KIND: Final = "ExternalSecret"
_EXTERNAL_SECRETS: Final = "/apis/external-secrets.io/v1/namespaces"


def is_created_by_operator(live: Manifest) -> bool:
    """Whether ESO has created a Secret for an ExternalSecret of this package, also if nothing owns it.

    Only the creator of a Secret writes its type. Labels are not enough: copies have them, and ESO adds its own to every
    Secret that it merges keys into.
    """
    metadata = live["metadata"]
    return CREDENTIAL_LABEL in (metadata.get("labels") or {}) and any(
        str(entry.get("manager")).startswith(_OPERATOR) and "f:type" in (entry.get("fieldsV1") or {})
        for entry in metadata.get("managedFields") or ()
    )


def is_synced_for(cluster: Cluster, planned: PlannedObject, live: Manifest, stack: str) -> bool:
    """Whether ESO keeps a live Secret for the ExternalSecret of a planned one.

    Args:
        cluster: cluster of the object.
        planned: any planned object.
        live: metadata of the object with that name.
        stack: ``<pulumi organization>/<project>/<stack>``.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a request. It makes one only for a Secret that ESO has
            kept and that becomes manual.
    """
    if planned.kind != "Secret":
        return False
    # Without an owner: ESO created it under the creation policy Orphan.
    owners = live["metadata"].get("ownerReferences") or ()
    kept = any(_is_external(owner, planned.name) for owner in owners) if owners else is_created_by_operator(live)
    if not kept or planned.by_operator:
        # An ExternalSecret of others with the planned name is a problem of its own.
        return kept
    external = cluster.get(f"{_EXTERNAL_SECRETS}/{planned.namespace}/externalsecrets/{planned.name}")
    return external is not None and is_owned_by(external, _KIND, stack)


def describe_keeper(live: Manifest) -> str:
    """A sentence about the ExternalSecret that owns a live object. Empty: none does."""
    owners = live["metadata"].get("ownerReferences") or ()
    names = [owner["name"] for owner in owners if owner.get("kind") == _KIND]
    return f". The ExternalSecret {names[0]} owns it and creates it again" if names else ""


def _is_external(owner: Mapping[str, str], name: str) -> bool:
    return owner.get("kind") == _KIND and owner.get("name") == name
