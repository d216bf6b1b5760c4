"""Who uses a ClusterSecretStore: without it, their credentials are not refreshed any more.

Source: ``ExternalSecret`` and ``ClusterExternalSecret`` of ``external-secrets.io/v1`` (``secretStoreRef``, and
``sourceRef.storeRef`` of ``data`` and ``dataFrom``), ``PushSecret`` and ``ClusterPushSecret`` of ``v1alpha1``
(``secretStoreRefs``, by name or by labels).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..errors import ClusterError
from .connection import Cluster

_KIND: Final = "ClusterSecretStore"
_NAMES: Final = 5
_KINDS: Final = (
    ("v1", "ExternalSecrets", ()),
    ("v1", "ClusterExternalSecrets", ("externalSecretSpec",)),
    ("v1alpha1", "PushSecrets", ()),
    ("v1alpha1", "ClusterPushSecrets", ("pushSecretSpec",)),
)
"""Version, plural name, and place of the references below ``spec``."""


@dataclass(frozen=True)
class StoreUser:
    """One object that refers to ClusterSecretStores."""

    kind: str
    """Plural: ``ExternalSecrets``."""
    namespace: str
    """Empty: cluster-scoped."""
    name: str
    """Empty: the kind cannot be listed, so every store may have users."""
    stores: frozenset[str] | None
    """Names of the stores. None: it may use any store."""
    owners: frozenset[str] = frozenset()
    """UIDs of the objects that own it."""

    @property
    def place(self) -> tuple[str, str, str]:
        """Kind, namespace and name."""
        return self.kind, self.namespace, self.name

    def uses(self, store: str) -> bool:
        """Whether it uses a store, or may do so."""
        return self.stores is None or store in self.stores


def list_store_users(cluster: Cluster) -> list[StoreUser]:
    """Every object on a cluster that uses a ClusterSecretStore, with one list call for each of four kinds."""
    users: list[StoreUser] = []
    for version, kind, place in _KINDS:
        path = f"/apis/external-secrets.io/{version}/{kind.lower()}"
        try:
            users += [user for item in cluster.items(path) if (user := _read(kind, item, place)) is not None]
        except ClusterError:
            users.append(StoreUser(kind, "", "", None))
    return users


def describe_users(users: Iterable[StoreUser]) -> str:
    """Numbers and names: ``2 ExternalSecrets (a/git, b/git)``. Empty: there are no users."""
    by_kind: dict[str, list[str]] = {}
    for user in users:
        by_kind.setdefault(user.kind, []).append(f"{user.namespace}/{user.name}".removeprefix("/"))
    return ", ".join(_summarize(kind, sorted(names)) for kind, names in by_kind.items())


def _summarize(kind: str, names: list[str]) -> str:
    if names == [""]:
        return f"{kind} that cannot be listed"
    listed = ", ".join([*names[:_NAMES], *(["..."] if len(names) > _NAMES else [])])
    return f"{len(names)} {kind.removesuffix('s') if len(names) == 1 else kind} ({listed})"


def _read(kind: str, item: Mapping[str, Any], place: tuple[str, ...]) -> StoreUser | None:
    """An object as a user of stores. None: it uses none."""
    spec = item.get("spec") or {}
    for key in place:
        spec = spec.get(key) or {}
    references = [reference for reference in list_store_references(spec) if reference.get("kind") == _KIND]
    if not references:
        return None
    metadata = item["metadata"]
    by_name = all(reference.get("name") for reference in references)
    stores = frozenset(str(reference["name"]) for reference in references) if by_name else None
    owners = frozenset(str(owner.get("uid")) for owner in metadata.get("ownerReferences") or ())
    return StoreUser(kind, metadata.get("namespace") or "", metadata["name"], stores, owners)


def list_store_references(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every reference to a store in the spec of an ExternalSecret or a PushSecret; empty where it has none."""
    yield spec.get("secretStoreRef") or {}
    yield from spec.get("secretStoreRefs") or ()
    for entry in [*(spec.get("data") or ()), *(spec.get("dataFrom") or ())]:
        yield (entry.get("sourceRef") or {}).get("storeRef") or {}
