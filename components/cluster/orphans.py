"""List and delete objects of a stack that are not in its state."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import ClusterError, ConflictError, ForbiddenError
from ..object_names import build_path
from ..openchoreo.release import Release
from ..plan.orphans import NAMESPACE, REFERENCES, STAGES, STORE, STRICT_ONLY, LiveObject, select_owned
from .connection import Cluster
from .contents import describe_contents
from .store_users import StoreUser, describe_users, list_store_users

COPIED: Final = "carries this stack's annotations, but the stack did not apply it, so it is never deleted"
"""Why `LiveObject.copied` is left."""
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
    stores: bool
    """Whether stores are deleted that objects of others use."""
    seconds: float
    """Longest time that the objects of one stage may take to be gone."""
    sleep: Callable[[float], object] = time.sleep
    preview: bool = False
    """Whether nothing is deleted, and only said what would be left."""


def list_owned(cluster: Cluster, stack: str, *, control_plane: bool = True) -> list[LiveObject]:
    """Every object on a cluster with a stack's annotations, with one list call for each kind.

    Args:
        cluster: the cluster.
        stack: ``<pulumi organization>/<project>/<stack>``.
        control_plane: whether it may be the control plane; users of the others may not list the kinds of OpenChoreo.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a list.
    """
    owned: list[LiveObject] = []
    for api, kind in (kind for stage in STAGES for kind in stage if control_plane or kind not in REFERENCES):
        try:
            items = list(cluster.items(build_path(api, kind), metadata_only=True))
        except ForbiddenError:
            # Who may not list them has not created them either.
            if (api, kind) not in STRICT_ONLY:
                raise
            continue
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
    own = [item for item in orphans if not item.copied]
    left: list[Left] = []
    for stage in STAGES:
        items = [item for item in own if (item.key.api, item.key.kind) in stage]
        if stage == (NAMESPACE,):
            left += _delete_namespaces(cluster, items, left, how)
        elif left:
            left += [Left(item, "not deleted, because an object that may need it is left") for item in items]
        else:
            used = _keep_used_stores(cluster, items, own, how)
            kept = {store.item for store in used}
            left += [*used, *_delete(cluster, [item for item in items if item not in kept], how)]
    return left + [Left(item, COPIED) for item in orphans if item.copied]


def describe_losses(cluster: Cluster, orphans: Sequence[LiveObject], how: Deletion) -> dict[LiveObject, str]:
    """What others lose if objects are deleted: what is in a namespace, and what uses a store.

    Without the word that a deletion needs for it, an object has no entry: it stays if others need it.
    """
    own = [item for item in orphans if not item.copied]
    losses: dict[LiveObject, str] = {}
    if how.namespaces:
        namespaces = {item.key.name: item for item in own if item.key.kind == "Namespace"}
        contents = describe_contents(cluster, [*namespaces], how.release, how.stack)
        losses |= {item: f"in it: {contents[name]}" for name, item in namespaces.items() if contents[name]}
    stores = [item for item in own if (item.key.api, item.key.kind) == STORE]
    if how.stores and stores:
        users = _select_others(list_store_users(cluster), own)
        used = ((item, describe_users(_select(users, item.key.name))) for item in stores)
        losses |= {item: f"used by: {names}" for item, names in used if names}
    return losses


def _select_others(users: Iterable[StoreUser], own: Sequence[LiveObject]) -> list[StoreUser]:
    """The users of stores that do not go with these objects."""
    uids = {item.uid for item in own}
    places = {(f"{item.key.kind}s", item.key.namespace, item.key.name) for item in own}
    return [user for user in users if not user.owners & uids and user.place not in places]


def _keep_used_stores(
    cluster: Cluster, items: Iterable[LiveObject], orphans: Sequence[LiveObject], how: Deletion
) -> list[Left]:
    """The stores that objects of others use, unless they may be deleted.

    What a deleted ClusterExternalSecret has created is not of others, and Kubernetes deletes it soon. What is in a
    namespace that may be deleted with its contents is given up with it.
    """
    stores = [item for item in items if (item.key.api, item.key.kind) == STORE]
    if not stores or how.stores:
        return []
    uids = {item.uid for item in orphans}
    given_up = {item.key.name for item in orphans if item.key.kind == "Namespace" and how.namespaces}
    deadline, pause = time.monotonic() + how.seconds, _FIRST_PAUSE
    while True:
        users = [user for user in list_store_users(cluster) if user.namespace not in given_up]
        if how.preview:
            # A deletion would have removed them before.
            users = _select_others(users, orphans)
        if not any(user.owners & uids for user in users) or time.monotonic() >= deadline:
            break
        how.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    return [Left(item, _describe_use(inside)) for item in stores if (inside := _select(users, item.key.name))]


def _select(users: Iterable[StoreUser], store: str) -> list[StoreUser]:
    return [user for user in users if user.uses(store)]


def _describe_use(users: Iterable[StoreUser]) -> str:
    return f"not deleted without --stores; used by: {describe_users(users)}"


def _delete_namespaces(
    cluster: Cluster, items: Sequence[LiveObject], before: Iterable[Left], how: Deletion
) -> list[Left]:
    """Delete the namespaces in which nothing is left, or which are to be deleted with their contents."""
    stuck = {left.item.key.namespace for left in before}
    left = [Left(item, "not deleted, because an object in it is left") for item in items if item.key.name in stuck]
    free = [item for item in items if item.key.name not in stuck]
    if not how.namespaces:
        contents = describe_contents(cluster, [item.key.name for item in free], how.release, how.stack)
        left += [
            Left(item, f"not deleted without --namespaces; in it: {contents[item.key.name]}")
            for item in free
            if contents[item.key.name]
        ]
        free = [item for item in free if not contents[item.key.name]]
    return left + _delete(cluster, free, how)


def _delete(cluster: Cluster, items: Sequence[LiveObject], how: Deletion) -> list[Left]:
    left, waiting = [], []
    for item in () if how.preview else items:
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
