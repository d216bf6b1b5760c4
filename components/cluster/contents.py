"""What lives in namespaces and is not of a stack: everything that others lose if the namespaces are deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Final

from ..errors import ClusterError
from ..manifests import Manifest, is_applied_by
from ..openchoreo.release import Release
from .connection import Cluster
from .discovery import ServedKind, discover_kinds
from .synced import is_created_by_operator

_COUNTED: Final = 500
"""Objects of a kind that are counted: one page."""
_NAMES: Final = 5
_KINDS: Final = 8
"""Kinds whose objects are named; more are only counted."""
_OF_KUBERNETES: Final = frozenset({("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")})
"""Objects that every namespace has."""
_UNKNOWN: Final = "objects that cannot be listed, because the API server does not say which kinds it serves"

_Lists = dict[ServedKind, list[Manifest] | None]
"""Objects of each kind. None: they cannot be listed."""


def describe_contents(cluster: Cluster, namespaces: Sequence[str], release: Release, stack: str) -> Mapping[str, str]:
    """Namespace -> numbers and names of the objects in it that are not of this stack. Empty text: there are none.

    It lists every kind once, and again in each namespace only the kinds with more than 500 objects on the cluster. What
    ESO or Kubernetes create by themselves does not count, and neither does what another object in the namespace owns,
    except Pods. At most 500 objects of a kind are counted, and 5 are named. Kinds that the user of the context may not
    list are named too.

    Args:
        cluster: cluster of the namespaces.
        namespaces: their names.
        release: OpenChoreo release of the platform.
        stack: ``<pulumi organization>/<project>/<stack>``.
    """
    if not namespaces:
        return {}
    try:
        discovery = discover_kinds(cluster)
    except ClusterError:
        return dict.fromkeys(namespaces, _UNKNOWN)
    lists: dict[str, _Lists] = {namespace: {} for namespace in namespaces}
    for kind in sorted(discovery.kinds, key=lambda kind: _rank(kind, release)):
        for namespace, items in _list(cluster, kind, namespaces).items():
            lists[namespace][kind] = items
    return {namespace: _describe(lists[namespace], discovery.unavailable, release, stack) for namespace in namespaces}


def _rank(kind: ServedKind, release: Release) -> int:
    """Pods and builds come first."""
    return 0 if _is_pod(kind) else 1 if _is_build(kind, release) else 2


def _is_pod(kind: ServedKind) -> bool:
    return (kind.group, kind.plural) == ("", "pods")


def _is_build(kind: ServedKind, release: Release) -> bool:
    group, _, rest = release.build_runs.partition("/")
    return (kind.group, kind.plural) == (group, rest.rpartition("/")[2])


def _list(cluster: Cluster, kind: ServedKind, namespaces: Sequence[str]) -> dict[str, list[Manifest] | None]:
    """Namespace -> objects of a kind. None: they cannot be listed."""
    if len(namespaces) > 1 and not _is_pod(kind):
        everywhere = _list_some(cluster, kind.path(), _COUNTED + 1, metadata_only=True)
        if everywhere is not None and len(everywhere) <= _COUNTED:
            lists: dict[str, list[Manifest] | None] = {namespace: [] for namespace in namespaces}
            for item in everywhere:
                if (items := lists.get(item["metadata"].get("namespace", ""))) is not None:
                    items.append(item)
            return lists
    # The phase of a Pod is not in its metadata.
    only = not _is_pod(kind)
    return {name: _list_some(cluster, kind.path(name), _COUNTED, metadata_only=only) for name in namespaces}


def _list_some(cluster: Cluster, path: str, limit: int, *, metadata_only: bool) -> list[Manifest] | None:
    try:
        return list(islice(cluster.items(path, metadata_only=metadata_only), limit))
    except ClusterError:
        return None


def _describe(lists: _Lists, unavailable: Iterable[str], release: Release, stack: str) -> str:
    owners = {item["metadata"].get("uid") for items in lists.values() for item in items or ()} - {None}
    parts = []
    for kind, items in lists.items():
        others = [item for item in items or () if _is_of_others(kind, item, owners, stack)]
        if others:
            build = ServedKind("", "", "builds", "build") if _is_build(kind, release) else kind
            parts.append(_summarize(build, others, release.build_phase))
    if len(parts) > _KINDS:
        more = len(parts) - _KINDS
        parts[_KINDS:] = [f"objects of {more} more {'kind' if more == 1 else 'kinds'}"]
    hidden = [*(str(kind) for kind, items in lists.items() if items is None), *unavailable]
    if hidden:
        parts.append(f"{_shorten(hidden)} that cannot be listed")
    return ", ".join(parts)


def _is_of_others(kind: ServedKind, item: Manifest, owners: set[str], stack: str) -> bool:
    metadata = item["metadata"]
    if (
        is_applied_by(item, kind.kind, stack)
        or is_created_by_operator(item)
        or (kind.kind, metadata["name"]) in _OF_KUBERNETES
    ):
        return False
    return _is_pod(kind) or not any(
        owner.get("uid") in owners or owner.get("kind") == "ExternalSecret"
        for owner in metadata.get("ownerReferences") or ()
    )


def _summarize(kind: ServedKind, items: list[Manifest], label: str) -> str:
    names = sorted(str(item["metadata"]["name"]) for item in items)
    number = kind.count(len(items)) if len(items) < _COUNTED else f"{_COUNTED} or more {kind}"
    phases = Counter(phase for item in items if (phase := _read_phase(item, label)))
    details = [", ".join(f"{count} {phase}" for phase, count in sorted(phases.items()))] if phases else []
    details.append(_shorten(names))
    return f"{number} ({': '.join(details)})"


def _read_phase(item: Manifest, label: str) -> str | None:
    """The phase of a Pod or of a build, which is listed without its status. None: it has none."""
    phase = (item.get("status") or {}).get("phase") or (item["metadata"].get("labels") or {}).get(label)
    return None if phase is None else str(phase)


def _shorten(names: Sequence[str]) -> str:
    return ", ".join([*names[:_NAMES], *(["..."] if len(names) > _NAMES else [])])
