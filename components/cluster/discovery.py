"""Kinds that an API server serves in namespaces: everything that is deleted with a namespace."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Final

from .connection import Cluster

_OWN_RECORDS: Final = frozenset(
    {
        ("", "endpoints"),
        ("", "events"),
        ("coordination.k8s.io", "leases"),
        ("discovery.k8s.io", "endpointslices"),
        ("events.k8s.io", "events"),
    }
)
"""Group and plural name of kinds that controllers write about other objects."""
_METRICS: Final = "metrics.k8s.io"
"""End of the groups with measurements, which cannot be deleted."""
_NEEDED: Final = frozenset({"list", "delete"})


@dataclass(frozen=True)
class ServedKind:
    """One kind of namespaced objects."""

    group: str
    """Empty: the core group."""
    version: str
    plural: str
    """``networkpolicies``."""
    kind: str
    """``NetworkPolicy``."""

    def __str__(self) -> str:
        """Name of several objects: ``NetworkPolicies``."""
        pairs = zip(self.kind.lower(), self.plural, strict=False)
        common = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
        return self.kind[:common] + self.plural[common:]

    def count(self, number: int) -> str:
        """``1 NetworkPolicy``, ``2 NetworkPolicies``."""
        return f"{number} {self.kind if number == 1 else self}"

    def path(self, namespace: str | None = None) -> str:
        """Path of its objects in one namespace. None: in all namespaces."""
        place = "" if namespace is None else f"/namespaces/{namespace}"
        prefix = f"/apis/{self.group}" if self.group else "/api"
        return f"{prefix}/{self.version}{place}/{self.plural}"


@dataclass(frozen=True)
class Discovery:
    """What an API server serves."""

    kinds: tuple[ServedKind, ...]
    """Kinds whose objects are deleted with a namespace, each in the version that the server prefers."""
    unavailable: tuple[str, ...]
    """Groups and versions whose server does not answer, so that their kinds are unknown."""


def discover_kinds(cluster: Cluster) -> Discovery:
    """The namespaced kinds of a cluster, in two calls. Records that controllers write about other objects are left out.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses the request.
    """
    kinds: dict[tuple[str, str], ServedKind] = {}
    unavailable = []
    for item in cluster.discover():
        group = (item.get("metadata") or {}).get("name") or ""
        for served in item["versions"]:
            version = served["version"]
            if served.get("freshness") == "Stale" and not group.endswith(_METRICS):
                unavailable.append(f"{group}/{version}")
            for resource in served.get("resources") or ():
                key = group, resource["resource"]
                if _goes_with_namespace(resource) and key not in _OWN_RECORDS:
                    kinds.setdefault(key, ServedKind(group, version, key[1], _get_kind(resource)))
    return Discovery(tuple(kinds.values()), tuple(unavailable))


def _goes_with_namespace(resource: dict[str, Any]) -> bool:
    return resource.get("scope") == "Namespaced" and set(resource.get("verbs") or ()) >= _NEEDED


def _get_kind(resource: dict[str, Any]) -> str:
    """``NetworkPolicy``; the plural name if the server does not say it."""
    return (resource.get("responseKind") or {}).get("kind") or str(resource["resource"])
