"""Build namespaces of organizations that the configuration no longer has: what lives in them, and whether they stay."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from ..errors import ClusterError
from ..manifests import (
    DELETE,
    MANAGED_BY,
    MANAGED_BY_LABEL,
    OFFBOARDING_ANNOTATION,
    Manifest,
    is_applied_by,
    read_creator,
)
from ..openchoreo.release import Release
from .connection import Cluster
from .ownership import SYNCED_LABEL

_LISTED: Final = 20
"""Namespaces whose contents are listed; more are only named."""
_COUNTED: Final = 500
"""Objects of a kind that are counted: one page."""
_NAMES: Final = 5
_MINE: Final = f"{MANAGED_BY_LABEL}={MANAGED_BY}"
_OF_KUBERNETES: Final = frozenset({"default", "kube-root-ca.crt"})
"""ServiceAccount and ConfigMap that every namespace has."""


@dataclass(frozen=True)
class Departure:
    """A build namespace that this stack has created and does not plan any more."""

    namespace: str
    goes: bool
    """Whether the removal of its organization deletes it."""
    contents: str
    """What lives in it and is not of this stack. Empty: nothing."""

    def describe(self, stack: str) -> str:
        """A message that says what happens to the namespace, and how to choose otherwise.

        Args:
            stack: name of the stack, for the command.
        """
        inside = f"; in it: {self.contents}" if self.contents else "; nothing of others is in it"
        if self.goes:
            return (
                f"namespace {self.namespace} is deleted with its organization{inside}. To keep it, add the "
                "organization again, set offboarding: keep, and update before you remove it"
            )
        return (
            f"namespace {self.namespace} stays without its organization{inside}. Delete it with: kubectl delete "
            f"namespace {self.namespace}, or openchoreo-secrets orphans --stack {stack} --delete"
        )


def list_departures(cluster: Cluster, planned: AbstractSet[str], release: Release, stack: str) -> Iterator[Departure]:
    """Namespaces of this stack that are not planned, with their contents.

    It makes one list call, and a few bounded ones for each of at most 20 namespaces.

    Args:
        cluster: the build plane.
        planned: names of the build namespaces of all organizations.
        release: OpenChoreo release of the platform.
        stack: ``<pulumi organization>/<project>/<stack>``.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses the list of namespaces.
    """
    live = cluster.items("/api/v1/namespaces", metadata_only=True, labelSelector=_MINE)
    leaving = {
        str(item["metadata"]["name"]): item["metadata"]
        for item in live
        if read_creator(item) == stack and not item["metadata"].get("deletionTimestamp")
    }
    for position, name in enumerate(sorted(leaving.keys() - planned)):
        annotations = leaving[name]["annotations"]
        contents = describe_contents(cluster, name, release, stack) if position < _LISTED else "not listed"
        yield Departure(name, annotations.get(OFFBOARDING_ANNOTATION) == DELETE, contents)


def describe_contents(cluster: Cluster, namespace: str, release: Release, stack: str) -> str:
    """Numbers and names of the objects in a namespace that are not of this stack. Empty: there are none.

    Objects that ESO or Kubernetes create there by themselves do not count. At most 500 objects of a kind are counted,
    and 5 are named. A kind that the user of the context may not list is named too.
    """
    parts = []
    for kind, path, query in _collections(namespace, release):
        try:
            items = list(islice(cluster.items(path, **query), _COUNTED))
        except ClusterError:
            parts.append(f"{kind} that cannot be listed")
            continue
        others = [item for item in items if _is_of_others(item, kind, stack)]
        if others:
            parts.append(_summarize(kind, others))
    return ", ".join(parts)


def _collections(namespace: str, release: Release) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Name, path and query of each kind that a person would miss."""
    core, inside = f"/api/v1/namespaces/{namespace}", f"namespaces/{namespace}"
    group, _, runs = release.build_runs.rpartition("/")
    metadata: dict[str, Any] = {"metadata_only": True}
    yield "Pods", f"{core}/pods", {}
    yield "builds", f"/apis/{group}/{inside}/{runs}", metadata
    yield "Secrets", f"{core}/secrets", {**metadata, "labelSelector": f"!{SYNCED_LABEL}"}
    yield "ExternalSecrets", f"/apis/external-secrets.io/v1/{inside}/externalsecrets", metadata
    yield "ConfigMaps", f"{core}/configmaps", metadata
    yield "PersistentVolumeClaims", f"{core}/persistentvolumeclaims", metadata
    yield "ServiceAccounts", f"{core}/serviceaccounts", metadata


def _is_of_others(item: Manifest, kind: str, stack: str) -> bool:
    metadata = item["metadata"]
    owned = any(owner.get("kind") == "ExternalSecret" for owner in metadata.get("ownerReferences") or ())
    return not owned and not is_applied_by(item, kind, stack) and metadata["name"] not in _OF_KUBERNETES


def _summarize(kind: str, items: list[Manifest]) -> str:
    names = sorted(str(item["metadata"]["name"]) for item in items)
    number = f"{len(items)} {kind}" if len(items) < _COUNTED else f"{_COUNTED} or more {kind}"
    phases = Counter(phase for item in items if (phase := (item.get("status") or {}).get("phase")))
    details = [", ".join(f"{count} {phase}" for phase, count in sorted(phases.items()))] if phases else []
    details.append(", ".join([*names[:_NAMES], *(["..."] if len(names) > _NAMES else [])]))
    return f"{number} ({': '.join(details)})"
