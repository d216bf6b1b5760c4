"""Whether the users of the contexts have every right that an update needs, before anything is changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from ..errors import ForbiddenError
from ..plan.rights import READING, ClusterPlane, Place, Right
from ..table import format_table
from .connection import Cluster

_REVIEWS: Final = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_ALL: Final = "*"
_AT_ONCE: Final = 8
_NAMES: Final = 3
_HEADINGS: Final = ("plane", "verbs", "resource", "where")


@dataclass(frozen=True)
class MissingRight:
    """A right that the user of a context does not have."""

    cluster: Cluster
    right: Right
    places: tuple[Place, ...]
    """Where it is missing. Empty: everywhere."""

    @property
    def is_for_writing(self) -> bool:
        """Whether a preview without changes works without it."""
        return self.right.verb not in READING

    def describe_places(self) -> str:
        """``all namespaces``, ``acme, globex`` or ``acme/service``."""
        names = [_describe_place(place) for place in self.places] or ["the whole cluster"]
        more = f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""
        return f"{', '.join(names[:_NAMES])}{more}"


def list_missing_rights(clusters: Mapping[ClusterPlane, Cluster], rights: Iterable[Right]) -> list[MissingRight]:
    """The rights that are missing on any plane.

    An administrator costs one request for each plane. Else each right is asked for on the whole cluster, if that is
    denied in each namespace, and then for each object, with eight requests at a time. A cluster whose reviews the user
    may not create has no missing rights: the requests themselves will tell.

    Raises:
        ClusterError: a cluster cannot be reached.
    """
    missing: list[MissingRight] = []
    for plane, of_plane in groupby(rights, key=lambda right: right.plane):
        cluster = clusters[plane]
        try:
            missing += _list_missing(cluster, list(of_plane))
        except ForbiddenError:
            continue
    return missing


def describe_missing_rights(missing: Sequence[MissingRight]) -> str:
    """A table with one line for each kind and place."""
    lines: dict[tuple[str, str, str], list[str]] = {}
    for item in missing:
        key = (item.cluster.plane, item.right.qualified, item.describe_places())
        lines.setdefault(key, []).append(item.right.verb)
    table = format_table(
        _HEADINGS, [(plane, ", ".join(verbs), resource, where) for (plane, resource, where), verbs in lines.items()]
    )
    users = ", ".join(dict.fromkeys(str(item.cluster) for item in missing))
    return "\n".join(f"  {line}" for line in table.splitlines()) + (
        f"\nApply the roles of docs/permissions.md to the user of: {users}; then run the command again"
    )


def _list_missing(cluster: Cluster, rights: Sequence[Right]) -> Iterable[MissingRight]:
    if not rights or _is_allowed(cluster, _ALL, _ALL, _ALL, (None, None)):
        return []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        everywhere = pool.map(lambda right: _has(cluster, right, (None, None)), rights)
        denied = [right for right, allowed in zip(rights, everywhere, strict=True) if not allowed]
        questions = [(right, place) for right in denied for place in _list_places(right)]
        answers = dict(zip(questions, pool.map(lambda question: _has(cluster, *question), questions), strict=True))
        # A role may name its objects.
        named = [
            (right, place)
            for right in denied
            for place in sorted(right.places, key=str)
            if place[1] is not None and not answers.get((right, (place[0], None)), False)
        ]
        answers |= dict(zip(named, pool.map(lambda question: _has(cluster, *question), named), strict=True))
    return list(_summarize(cluster, denied, answers))


def _list_places(right: Right) -> list[Place]:
    """The namespaces of a right."""
    return [(namespace, None) for namespace in sorted({place[0] for place in right.places if place[0] is not None})]


def _summarize(
    cluster: Cluster, denied: Iterable[Right], answers: Mapping[tuple[Right, Place], bool]
) -> Iterator[MissingRight]:
    for right in denied:
        places = [
            place
            for place in sorted(right.places, key=str)
            if not answers.get((right, (place[0], None)), False) and not answers.get((right, place), False)
        ]
        if places or not right.places:
            yield MissingRight(cluster, right, tuple(places))


def _has(cluster: Cluster, right: Right, place: Place) -> bool:
    return _is_allowed(cluster, right.verb, right.group, right.resource, place)


def _is_allowed(cluster: Cluster, verb: str, group: str, resource: str, place: Place) -> bool:
    namespace, name = place
    attributes = {"verb": verb, "group": group, "resource": resource, "namespace": namespace or "", "name": name or ""}
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = cluster.create(_REVIEWS, review)
    return answer is None or bool(answer["status"]["allowed"])


def _describe_place(place: Place) -> str:
    namespace, name = place
    if name is None or name == namespace:
        return str(namespace)
    return name if namespace is None else f"{namespace}/{name}"
