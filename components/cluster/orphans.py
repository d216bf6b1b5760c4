"""List and delete objects of a stack that are not in its state."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import ClusterError, ConflictError
from ..openchoreo.release import Release
from ..plan.orphans import NAMESPACE, STAGES, LiveObject, build_api_path, select_owned
from .connection import Cluster
from .offboarding import describe_contents
from .ownership import SYNCED_LABEL

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 2.0


@dataclass(frozen=True)
class Left:
    """An object that was not deleted, and why."""

    item: LiveObject
    reason: str


@dataclass(frozen=True)
class Deletion:
    """How orphans are deleted."""

    release: Release
    """OpenChoreo release of the platform."""
    stack: str
    """``<pulumi organization>/<project>/<stack>``."""
    namespaces: bool
    """Whether namespaces are deleted in which objects of others live."""
    seconds: float
    """Longest time that the objects of one stage may take to be gone."""
    sleep: Callable[[float], None] = time.sleep


def list_owned(cluster: Cluster, stack: str) -> list[LiveObject]:
    """Every object on a cluster that a stack has applied, with one list call for each kind.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a list.
    """
    owned: list[LiveObject] = []
    for api, kind in (kind for stage in STAGES for kind in stage):
        query = {"labelSelector": f"!{SYNCED_LABEL}"} if kind == "Secret" else {}
        items = cluster.items(f"{build_api_path(api)}/{kind.lower()}s", metadata_only=True, **query)
        owned += select_owned(items, api, kind, stack)
    return owned


def delete_orphans(cluster: Cluster, orphans: Sequence[LiveObject], how: Deletion) -> list[Left]:
    """Delete objects in the order of `STAGES`, and wait after each stage until they are gone.

    If an object of a stage stays, later stages are left alone, because the object may still need them: ESO cannot
    finish an ExternalSecret without its store.

    Returns:
        The objects that are left. Empty: all are gone.

    Raises:
        ClusterError: the cluster cannot be reached.
    """
    left: list[Left] = []
    for stage in STAGES:
        items = [item for item in orphans if (item.key.api, item.key.kind) in stage]
        if left and stage != (NAMESPACE,):
            left += [Left(item, "not deleted, because an object that may need it is left") for item in items]
            continue
        left += _delete(cluster, items, how) if stage != (NAMESPACE,) else _delete_namespaces(cluster, items, left, how)
    return left


def _delete_namespaces(
    cluster: Cluster, items: Sequence[LiveObject], before: Iterable[Left], how: Deletion
) -> list[Left]:
    """Delete the namespaces in which nothing is left, or which are to be deleted with their contents."""
    stuck = {left.item.key.namespace for left in before}
    left, free = [], []
    for item in items:
        contents = "" if how.namespaces else describe_contents(cluster, item.key.name, how.release, how.stack)
        if item.key.name in stuck:
            left.append(Left(item, "not deleted, because an object in it is left"))
        elif contents:
            left.append(Left(item, f"not deleted without --namespaces; in it: {contents}"))
        else:
            free.append(item)
    return left + _delete(cluster, free, how)


def _delete(cluster: Cluster, items: Sequence[LiveObject], how: Deletion) -> list[Left]:
    left, waiting = [], []
    for item in items:
        try:
            cluster.delete(item.key.path, uid=item.uid)
        except ConflictError:
            left.append(Left(item, "not deleted, because it was replaced meanwhile"))
        except ClusterError as error:
            left.append(Left(item, str(error)))
        else:
            waiting.append(item)
    return left + _wait_until_gone(cluster, waiting, how)


def _wait_until_gone(cluster: Cluster, items: Sequence[LiveObject], how: Deletion) -> list[Left]:
    deadline, pause = time.monotonic() + how.seconds, _FIRST_PAUSE
    waiting = list(items)
    while True:
        live = {item: cluster.get(item.key.path) for item in waiting}
        waiting = [item for item, answer in live.items() if answer and answer["metadata"]["uid"] == item.uid]
        if not waiting or time.monotonic() >= deadline:
            break
        how.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return [Left(item, _describe_wait(live[item] or {}, how.seconds)) for item in waiting]


def _describe_wait(live: dict[str, dict[str, list[str]]], seconds: float) -> str:
    finalizers = ", ".join(live.get("metadata", {}).get("finalizers") or ())
    waits = f"its finalizers: {finalizers}" if finalizers else "the objects in it, or for the API server"
    return f"still there after {seconds:g} s; its deletion waits for {waits}"
