"""The resource ``LiveObjects``, which creates nothing: it compares the objects of a stack with a cluster and repairs.

Inputs: ``stack``, ``manifests`` (a JSON list of user and manifest), ``deferred`` (user, manifest as JSON, and the name
of each object that contains outputs), ``refused`` (the fields of `components.cluster.refusal.Refused`) and
``organizations`` (the configured ones, if a store may be shared).
`LiveObjects.check` replaces them with ``objects``, a short text for each object (`components.cluster.handover`), and
keeps the manifests in memory; so the state and the engine's display contain neither manifests nor values.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pulumi.provider.experimental import provider as rpc
from pulumi.provider.experimental.property_value import PropertyValue

from ..cluster.connection import Cluster
from ..cluster.departures import delete_departed
from ..cluster.drift import Drift, Inspector
from ..cluster.handover import Removal, find_removed, is_deleted_without, record, select_configured
from ..cluster.refusal import Refused
from ..drift.planned import PlannedManifest
from ..drift.words import describe_differences
from ..errors import ClusterError
from .log import Log
from .values import UNKNOWN, to_plain, to_property_values

TYPE: Final = "openchoreo:index:LiveObjects"
_OBJECTS: Final = "objects"


@dataclass(frozen=True)
class _Checked:
    """What `LiveObjects.check` has read for one resource."""

    inspector: Inspector
    objects: tuple[PlannedManifest, ...]
    before: Mapping[str, str] = field(default_factory=dict)
    """Object -> its entry at the last update, if it was configured then or is configured now."""
    deferred: tuple[str, ...] = ()
    """Names of objects whose manifests are known after the update."""
    removal: Removal = field(default_factory=Removal)
    """Objects that the last update, or one before it, had and the configuration has not."""
    returning: frozenset[str] = frozenset()
    """Objects that an earlier update has removed, and that are configured again."""
    refused: Refused = field(default_factory=Refused)
    """Organizations that this update does not change."""
    needed: Sequence[str] = ()
    """Objects that they need and that the configuration has no more."""
    organizations: Sequence[str] | None = None
    """The configured organizations, if some may share a store. None: none do."""

    def kept(self) -> Iterator[PlannedManifest]:
        """The objects that the last update had, too."""
        return (planned for planned in self.objects if planned.name in self.before)

    def is_gone(self, drift: Drift) -> bool:
        """Whether the object does not exist because the stack has deleted it itself."""
        return drift.live is None and drift.planned.name in self.returning

    def is_changed(self, planned: PlannedManifest) -> bool:
        """Whether the configuration has changed since the last update."""
        return self.before[planned.name] != record(planned)


class LiveObjects:
    """Check, diff, create and update of the comparison. Each method runs in a thread and may block."""

    def __init__(self, cluster: Cluster, cancelled: threading.Event, unrepaired: list[str]) -> None:
        self._cluster = cluster
        self._cancelled = cancelled
        self._unrepaired = unrepaired
        self._checked: dict[str, _Checked] = {}

    def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Replace the manifests with digests."""
        inputs, entries = to_plain(request.new_inputs), to_plain(request.old_inputs).get(_OBJECTS, {})
        objects = [PlannedManifest(user, manifest) for user, manifest in json.loads(inputs["manifests"])]
        deferred = []
        for name, entry in _items(request.new_inputs.get("deferred")):
            if to_plain(entry)["manifest"] == UNKNOWN:
                deferred.append(name)
                continue
            user, manifest = to_plain(entry)["user"], json.loads(to_plain(entry)["manifest"])
            objects.append(PlannedManifest(user, manifest, secret=entry["manifest"].is_secret))
        inspector = Inspector(self._cluster, inputs["stack"])
        # The state may still have an object that is configured again, so nothing but this resource creates it again.
        again = {planned.name: entries[planned.name] for planned in objects if planned.name in entries}
        before = {**select_configured(entries), **again}
        digests = {planned.name: record(planned) for planned in objects}
        # Only the update can tell whether these have changed.
        digests |= {name: before.get(name, UNKNOWN) for name in deferred}
        # Nothing of a refused organization is changed, so what the last update recorded stays true.
        refused = Refused(**inputs.get("refused", {}))
        digests |= {name: entries[name] for name in refused.objects if name in entries}
        absent = {name: entry for name, entry in entries.items() if name not in digests}
        needed = refused.find_needed(self._cluster, absent)
        removed = {name: entry for name, entry in absent.items() if is_deleted_without(name, entry)}
        removal = find_removed(self._cluster, removed, inspector.stack)
        self._checked[request.urn] = _Checked(
            inspector,
            tuple(objects),
            before,
            tuple(deferred),
            removal,
            frozenset(again.keys() - select_configured(entries).keys()),
            refused,
            needed,
            inputs.get("organizations"),
        )
        return rpc.CheckResponse(inputs=to_property_values({_OBJECTS: {**removal.leaving, **digests}}))

    def create(self, request: rpc.CreateRequest, log: Log) -> rpc.CreateResponse:  # noqa: ARG002
        """Record the objects; there is no earlier update to compare with."""
        return rpc.CreateResponse("live-objects", _state(request.properties))

    def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """Objects that are new, changed or removed in the configuration, edited or deleted on the cluster.

        Raises:
            ClusterError: the update would delete objects of others, or objects that refused organizations need. An
                error of a diff ends a preview and an update at once, also if the engine continues after errors.
        """
        checked = self._checked.get(request.urn)
        if checked is None:  # a refresh, which has no inputs of the program
            return rpc.DiffResponse()
        checked.refused.refuse(self._cluster, checked.needed)
        checked.removal.refuse(self._cluster)
        new, old = select_configured(to_plain(request.new_inputs)[_OBJECTS]), select_configured(checked.before)
        kinds = {
            name: _change_of(old.get(name), new.get(name)) for name in {*old, *new} if old.get(name) != new.get(name)
        }
        for drift in self._find(checked):
            kinds.setdefault(drift.planned.name, rpc.PropertyDiffKind.UPDATE)
        changed = {
            f'{_OBJECTS}["{name}"]': rpc.PropertyDiff(kind, input_diff=True) for name, kind in sorted(kinds.items())
        }
        return rpc.DiffResponse(changes=bool(changed), diffs=[_OBJECTS] if changed else [], detailed_diff=changed)

    def update(self, request: rpc.UpdateRequest, log: Log) -> rpc.UpdateResponse:
        """Repair what others have edited or deleted; a preview describes it."""
        checked = self._checked[request.urn]
        if checked.deferred and request.preview:
            names = ", ".join(checked.deferred)
            log.info(f"not compared with the cluster, because their content is known after the update: {names}")
        drifts = list(self._find(checked))
        if request.preview:
            self._say(checked, drifts, "the next update restores it", log)
        else:
            self._say(checked, drifts, "restoring it", log)
            self._delete_departed(checked, log)
            self._repair(checked, drifts, log)
        for name, reason in sorted(checked.inspector.unjudged.items()):
            log.warning(f"{name}: fields that are not configured were not compared: {reason}")
        return rpc.UpdateResponse(_state(request.news))

    def _find(self, checked: _Checked) -> Iterator[Drift]:
        """Drift of the objects of the last update."""
        return checked.inspector.find(checked.kept(), checked.is_changed)

    def _delete_departed(self, checked: _Checked, log: Log) -> None:
        """Let no store that organizations share be narrowed before those that leave have stopped to read from it."""
        if checked.organizations is None or not checked.removal.leaving:
            return
        stack, names = checked.inspector.stack, checked.removal.leaving
        try:
            left = delete_departed(self._cluster, names, checked.organizations, stack, self._cancelled.wait)
        except ClusterError as error:
            # The engine deletes the same objects at the end, and reports it again.
            log.warning(str(error))
            return
        for name in left:
            log.warning(f"{name}: its deletion takes long; the stores of its organization are changed meanwhile")

    def _say(self, checked: _Checked, drifts: Iterable[Drift], repair: str, log: Log) -> None:
        for drift in drifts:
            if checked.is_gone(drift):
                continue
            if not drift.is_missing:
                text = describe_differences(drift.planned, drift.differences)
                log.warning(f"{drift.planned} was edited: {text}; {repair}")
            elif drift.live is None:
                log.warning(f"{drift.planned} does not exist; {repair}")
            else:
                log.warning(f"{drift.planned} is being deleted; {repair}")

    def _repair(self, checked: _Checked, drifts: Iterable[Drift], log: Log) -> None:
        """Repair what can be repaired.

        Everything on the cluster depends on this resource, so an object that cannot be repaired is only a warning here;
        `ExternalSecretsReady`, on which nothing depends, fails with it.
        """
        # A namespace that is being deleted takes its objects with it.
        namespaces = [drift for drift in drifts if drift.planned.manifest["kind"] == "Namespace"]
        for drift in namespaces:
            self._repair_one(checked, drift, log)
        for drift in self._find(checked) if namespaces else drifts:
            if drift.planned.manifest["kind"] != "Namespace":
                self._repair_one(checked, drift, log)

    def _repair_one(self, checked: _Checked, drift: Drift, log: Log) -> None:
        try:
            checked.inspector.repair(drift, self._cancelled.wait)
        except ClusterError as error:
            if checked.is_gone(drift):
                # The engine creates it, unless a killed deletion is still in its state.
                return
            log.warning(str(error))
            self._unrepaired.append(str(error))


def _items(deferred: PropertyValue | None) -> Iterator[tuple[str, Mapping[str, PropertyValue]]]:
    """Name and properties of each entry of ``deferred``."""
    entries: Any = () if deferred is None else deferred.value
    for entry in entries:
        yield str(entry.value["name"].value), entry.value


def _change_of(before: str | None, now: str | None) -> rpc.PropertyDiffKind:
    if before is None:
        return rpc.PropertyDiffKind.ADD
    return rpc.PropertyDiffKind.DELETE if now is None else rpc.PropertyDiffKind.UPDATE


def _state(inputs: Mapping[str, PropertyValue]) -> dict[str, PropertyValue]:
    """The state; the inputs in it have all entries already."""
    return to_property_values({"total": len(select_configured(to_plain(inputs)[_OBJECTS]))})
