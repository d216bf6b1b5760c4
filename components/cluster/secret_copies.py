"""Secrets that ExternalSecrets of others have created from the stores of an organization: its removal keeps them.

Source: ``target`` of ``ExternalSecret`` in ``external-secrets.io/v1``: the Secret has the name of the ExternalSecret by
default; with ``creationPolicy: Orphan`` or ``Merge``, the ExternalSecret does not own it.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Set as AbstractSet
from typing import Final

from ..manifests import ESO, Manifest, is_marked_by
from ..object_names import format_object
from ..offboarding.holdings import Holding
from ..offboarding.marks import Lists, Subject, list_own_namespaces
from .store_users import list_store_references

_KIND: Final = "ExternalSecret"
_STORE: Final = "ClusterSecretStore"
_UNOWNED: Final = frozenset({"Orphan", "Merge"})


def select_copies(
    where: str,
    lists: Lists,
    externals: Iterable[Manifest],
    subject: Subject,
    own: tuple[Container[str], AbstractSet[str]],
) -> Iterator[Holding]:
    """Secrets in the namespaces of the organization, each with the ExternalSecret that has created it.

    Args:
        where: context of the cluster.
        lists: every kind that a stack creates.
        externals: whole ExternalSecrets.
        subject: the organization.
        own: UIDs of the objects of the organization, and names of the ClusterSecretStores that are for it alone.
    """
    namespaces = list_own_namespaces(lists, subject)
    uids, own_stores = own
    stores = own_stores | {
        item["metadata"]["name"] for item in lists[ESO, _STORE] if is_marked_by(item, _STORE, subject.stack)
    }
    by_uid: dict[str, str] = {}
    by_name: dict[tuple[str, str], str] = {}
    for item in externals:
        metadata, spec = item["metadata"], item.get("spec") or {}
        used = {item.get("name") for item in list_store_references(spec) if item.get("kind") == _STORE}
        if metadata["namespace"] not in namespaces or metadata["uid"] in uids or not used & stores:
            continue
        by_uid[metadata["uid"]] = metadata["name"]
        target = spec.get("target") or {}
        if target.get("creationPolicy") in _UNOWNED:
            by_name[metadata["namespace"], target.get("name") or metadata["name"]] = metadata["name"]
    for item in lists["v1", "Secret"]:
        metadata = item["metadata"]
        place = metadata["namespace"], metadata["name"]
        owners = [by_uid.get(str(owner.get("uid"))) for owner in metadata.get("ownerReferences") or ()]
        creators = sorted({name for name in (*owners, by_name.get(place)) if name})
        if creators and place[0] in namespaces and metadata["uid"] not in uids:
            names = ", ".join(format_object(_KIND, name, place[0]) for name in creators)
            yield Holding(where, "Secret", *place, "", "v1", metadata["uid"], f"created by {names} of others")
