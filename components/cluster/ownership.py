"""Which planned objects exist already and belong to others: nothing of theirs is changed, adopted or deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ..manifests import FIELD_MANAGER_ANNOTATION, Manifest, build_field_manager, is_owned_by, read_owner
from ..openchoreo.release import RunLabels
from ..plan.objects import PlannedObject
from ..schema.text import flatten
from .connection import Cluster
from .obstacles import Obstacle
from .reading import list_metadata
from .synced import describe_keeper, is_synced_for


def list_foreign_objects(
    cluster: Cluster, objects: Iterable[PlannedObject], stack: str, *, runs: Sequence[RunLabels] = ()
) -> Iterator[Obstacle]:
    """A problem for each planned object that exists and that the stack does not own, or that a build run deletes.

    It makes one list call for each kind, whatever the number of objects.

    Args:
        cluster: cluster of the objects.
        objects: what the stack is about to create, or has created.
        stack: ``<pulumi organization>/<project>/<stack>``.
        runs: labels of what build runs create. Empty: no run creates objects on the cluster.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a list.
    """
    ordered = sorted(objects, key=_kind)
    for (api, kind), group in groupby(ordered, key=_kind):
        live = list_metadata(cluster, api, kind)
        for planned in group:
            existing = live.get((planned.namespace, planned.name))
            if existing is not None and (run := _describe_run(existing, runs)) is not None:
                yield Obstacle(planned.organization, f"{planned.user}: {planned} {run}{_rename(planned)}")
                continue
            text = describe_foreign(cluster, planned, existing, stack)
            if text is not None:
                yield Obstacle(planned.organization, text)


def describe_foreign(cluster: Cluster, planned: PlannedObject, live: Manifest | None, stack: str) -> str | None:
    """What is wrong with the live object of a planned one. None: it does not exist, or the stack may write it.

    Args:
        cluster: cluster of the object.
        planned: any planned object.
        live: metadata of the object with that name.
        stack: ``<pulumi organization>/<project>/<stack>``.

    Raises:
        ClusterError: the cluster cannot be reached, or refuses a request.
    """
    if live is None or is_owned_by(live, planned.kind, stack) or is_synced_for(cluster, planned, live, stack):
        return None
    return f"{_message(planned, read_owner(live), stack)}{describe_keeper(live)}"


def _kind(planned: PlannedObject) -> tuple[str, str]:
    return planned.api, planned.kind


def _describe_run(live: Manifest, runs: Iterable[RunLabels]) -> str | None:
    """Which run deletes a live object, and how to delete the run. None: no run does."""
    labels = live["metadata"].get("labels") or {}
    creator = next((creator for creator in runs if creator.name in labels), None)
    if creator is None:
        return None
    run, namespace = flatten(labels[creator.name]), flatten(labels.get(creator.namespace, "<its namespace>"))
    command = f"kubectl delete -n {namespace} {creator.kind} {run}"
    return f"belongs to the build run {run}, which deletes it with itself; delete the run: {command}"


def _rename(planned: PlannedObject) -> str:
    return f", or use another name ({planned.setting})" if planned.setting else ""


def _message(planned: PlannedObject, owner: str | None, stack: str) -> str:
    if owner is not None:
        whose = f"{planned} belongs to the stack {flatten(owner)}"
        return f"{planned.user}: {whose}. Configure it in one of the two stacks only{_rename(planned)}"
    ways = ["delete it", f"use another name ({planned.setting})" if planned.setting else ""]
    if not planned.by_operator:
        place = f"-n {planned.namespace} " if planned.namespace else ""
        owned = f"{FIELD_MANAGER_ANNOTATION}={build_field_manager(stack)}"
        hand_over = f"kubectl annotate {place}{planned.kind.lower()} {planned.name} {owned}"
        ways.append(f"let the stack take it over, and delete it on destroy: {hand_over}")
    advice = ", or ".join(way for way in ways if way)
    return f"{planned.user}: {planned} exists and this stack did not create it; {advice}"
