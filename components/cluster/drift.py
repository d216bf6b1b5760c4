"""Compare the objects of a stack with a cluster, and make the live objects as configured again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Final

from ..drift.differences import (
    Difference,
    build_removal,
    build_replacement,
    find_differences,
    is_default,
    remove_fields,
    select_immutable,
)
from ..drift.managers import is_managed, list_managers
from ..drift.planned import PlannedManifest
from ..errors import ClusterError, ConflictError, InvalidError
from ..manifests import (
    MANAGED_BY,
    MANAGED_BY_LABEL,
    Manifest,
    build_field_manager,
    find_owner,
    is_owned_by,
)
from ..object_names import build_path
from ..schema.text import flatten
from .connection import Cluster
from .reading import Address, get_address, list_labelled, list_metadata

_ATTEMPTS: Final = 5
_POLL: Final = 0.2
_DELETION: Final = 120.0
"""Seconds to wait for all objects that are being deleted."""

Cancelled = Callable[[float], bool]
"""Waits for that many seconds; returns True if the user has cancelled the update."""


@dataclass(frozen=True)
class Drift:
    """An object that is not as configured."""

    planned: PlannedManifest
    """The object."""
    live: Manifest | None
    """The live object. None: it does not exist."""
    differences: tuple[Difference, ...] = ()
    """Its differences; empty if it does not exist or is being deleted."""

    @property
    def is_missing(self) -> bool:
        """Whether it does not exist, or is being deleted."""
        return self.live is None or _is_ending(self.live)


@dataclass
class Inspector:
    """Compares objects with one cluster, and remembers the defaults of its API server."""

    cluster: Cluster
    """The cluster."""
    stack: str
    """``<pulumi organization>/<project>/<stack>``."""
    unjudged: dict[str, str] = field(default_factory=dict)
    """Object -> why the API server did not say which of its fields are defaults."""
    _defaults: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    _waited: float = 0.0

    @property
    def manager(self) -> str:
        """Field manager of the stack."""
        return build_field_manager(self.stack)

    def find(
        self, objects: Iterable[PlannedManifest], is_changed: Callable[[PlannedManifest], bool]
    ) -> Iterator[Drift]:
        """The objects that are not as configured, in the order in which they need each other.

        It makes one list call for each kind. An adopted namespace that does not exist is left out.

        Args:
            objects: which.
            is_changed: whether the configuration of an object has changed. Its own resource writes it then, which only
                fails if the object does not exist or if someone has changed an immutable field.

        Raises:
            ClusterError: the cluster cannot be reached, or refuses a list.
        """
        ordered = sorted(objects, key=lambda planned: (planned.rank, _kind(planned)))
        for kind, group in groupby(ordered, key=_kind):
            of_kind = list(group)
            live = self._list(*kind, of_kind)
            for planned in of_kind:
                compare = self._compare_changed if is_changed(planned) else self.compare
                drift = compare(planned, live.get(get_address(planned.manifest)))
                if drift is not None and not (planned.adopted and drift.live is None):
                    yield drift

    def compare(self, planned: PlannedManifest, live: Manifest | None) -> Drift | None:
        """The difference of one object; None: it is as configured."""
        if live is None or _is_ending(live):
            return Drift(planned, live)
        differences = self._judge(planned, live, find_differences(planned.manifest, live))
        kept = tuple(item for item in differences if not self._is_new_value(planned, live, item))
        return Drift(planned, live, kept) if kept else None

    def _compare_changed(self, planned: PlannedManifest, live: Manifest | None) -> Drift | None:
        if live is None or _is_ending(live):
            return Drift(planned, live)
        immutable = select_immutable(planned.manifest["kind"], find_differences(planned.manifest, live))
        edited = tuple(item for item in immutable if list_managers(live, item.path) != {self.manager})
        return Drift(planned, live, edited) if edited else None

    def _is_new_value(self, planned: PlannedManifest, live: Manifest, difference: Difference) -> bool:
        """Whether a value of ``manualSecrets`` differs because the configuration has changed, which no digest shows."""
        if difference.kind != "changed" or not planned.may_hold_secret(difference.path):
            return False
        return list_managers(live, difference.path) == {self.manager}

    def _judge(
        self, planned: PlannedManifest, live: Manifest, differences: tuple[Difference, ...]
    ) -> tuple[Difference, ...]:
        """The differences without defaults of the API server; one dry run for each field and value not seen before."""
        unknown = [item for item in differences if _is_unknown(self._defaults, planned, item)]
        try:
            stored = self._dry_run(planned, live) if unknown else {}
        except InvalidError:
            stored = {}  # the object is not valid without these fields, so they are no defaults
        except ClusterError as error:
            self.unjudged[planned.name] = str(error)
            return tuple(item for item in differences if item.kind != "extra")
        for difference in unknown:
            self._defaults[_default_key(planned, difference)] = is_default(difference, stored)
        return tuple(
            item for item in differences if item.kind != "extra" or not self._defaults[_default_key(planned, item)]
        )

    def _dry_run(self, planned: PlannedManifest, live: Manifest) -> Manifest:
        """The live object as the API server would store it without the fields that are not configured."""
        path = _path(planned.manifest)
        for _ in range(_ATTEMPTS):
            body = remove_fields(live, find_differences(planned.manifest, live))
            body["metadata"].pop("managedFields", None)
            identity = {key: planned.manifest[key] for key in ("apiVersion", "kind")}
            try:
                stored = self.cluster.dry_replace(path, {**body, **identity})
            except ConflictError:
                live = self.cluster.get(path) or live
                continue
            if stored is not None:
                return stored
        msg = f"{self.cluster}: {planned.name} kept changing"
        raise ConflictError(msg)

    def _list(self, api: str, kind: str, objects: Sequence[PlannedManifest]) -> dict[Address, Manifest]:
        """Address -> live object, of at least those objects that exist."""
        if kind == "Namespace":
            # An adopted namespace does not have the label.
            return list_metadata(self.cluster, api, kind)
        addresses = (get_address(planned.manifest) for planned in objects)
        return list_labelled(self.cluster, api, kind, addresses, f"{MANAGED_BY_LABEL}={MANAGED_BY}")

    def repair(self, drift: Drift, cancelled: Cancelled) -> None:
        """Make an object as configured again.

        Raises:
            ClusterError: the object belongs to others, keeps changing, or the API server refuses.
        """
        planned, live = drift.planned, drift.live
        for _ in range(_ATTEMPTS):
            with suppress(ConflictError):
                if self._repair_once(planned, live, cancelled):
                    return
            live = self.cluster.get(_path(planned.manifest))
        msg = f"{self.cluster}: {planned} was changed again after each of {_ATTEMPTS} repairs; find out who writes it"
        raise ClusterError(msg)

    def _repair_once(self, planned: PlannedManifest, live: Manifest | None, cancelled: Cancelled) -> bool:
        """Whether the object is as configured afterwards."""
        path = _path(planned.manifest)
        if live is not None and _is_ending(live):
            self._refuse_others(planned, live)
            live = self._wait_for_deletion(planned, cancelled)
        if live is not None:
            self._refuse_others(planned, live)
        differences = () if live is None else find_differences(planned.manifest, live)
        if live is not None and select_immutable(planned.manifest["kind"], differences):
            self.cluster.delete(path, uid=live["metadata"]["uid"])
            self._wait_for_deletion(planned, cancelled)
        stored = self._apply(planned, live)
        rest = self._judge(planned, stored, find_differences(planned.manifest, stored))
        if not rest:
            return True
        version = {"op": "replace", "path": "/metadata/resourceVersion", "value": stored["metadata"]["resourceVersion"]}
        self.cluster.json_patch(path, [version, *build_removal(rest)], field_manager=self.manager)
        repaired = self.cluster.get(path)
        return repaired is not None and self.compare(planned, repaired) is None

    def _apply(self, planned: PlannedManifest, live: Manifest | None) -> Manifest:
        """The applied object.

        If live and configured fields together are invalid, such as two providers of a store, the body of the live
        object is replaced first.
        """
        path = _path(planned.manifest)
        try:
            return self.cluster.apply(path, planned.manifest, field_manager=self.manager)
        except InvalidError:
            if live is None:
                raise
            self.cluster.json_patch(path, build_replacement(planned.manifest, live), field_manager=self.manager)
            return self.cluster.apply(path, planned.manifest, field_manager=self.manager)

    def _refuse_others(self, planned: PlannedManifest, live: Manifest) -> None:
        """Return if the stack may write an object.

        Raises:
            ClusterError: it belongs to others.
        """
        if not self._may_write(planned, live):
            owner = find_owner(live, planned.manifest["kind"])
            whom = "others" if owner is None else f"the stack {flatten(owner)}"
            msg = f"{self.cluster}: {planned} belongs to {whom}; it was not changed"
            raise ClusterError(msg)

    def _may_write(self, planned: PlannedManifest, live: Manifest) -> bool:
        """Whether an object is the stack's, or an adopted namespace that has or only lacks what the stack adds.

        The owner decides: another stack that takes an object over leaves our field manager on it. Only an object
        without an owner is recognized by its field manager. An adopted namespace keeps its owner, and an interrupted
        destroy leaves one that shows the stack no more, but its state does.
        """
        kind = planned.manifest["kind"]
        if is_owned_by(live, kind, self.stack):
            return True
        if find_owner(live, kind) is not None and not planned.adopted:
            return False
        if is_managed(live, self.manager) or _is_ending(live):
            return True
        differences = find_differences(planned.manifest, live)
        return planned.adopted and all(difference.kind == "missing" for difference in differences)

    def _wait_for_deletion(self, planned: PlannedManifest, cancelled: Cancelled) -> Manifest | None:
        """Wait until an object is gone; another one in its place, if someone has created it.

        All deletions of a run share one deadline, so that many stuck objects of one organization do not hold up others.
        """
        path = _path(planned.manifest)
        while (live := self.cluster.get(path)) is not None and _is_ending(live):
            if self._waited >= _DELETION or cancelled(_POLL):
                blockers = ", ".join(live["metadata"].get("finalizers") or ()) or "its contents"
                msg = f"{self.cluster}: {planned} is still being deleted ({blockers}); run the update again afterwards"
                raise ClusterError(msg)
            self._waited += _POLL
        return live


def _is_ending(live: Manifest) -> bool:
    return bool(live["metadata"].get("deletionTimestamp"))


def _kind(planned: PlannedManifest) -> tuple[str, str]:
    return planned.manifest["apiVersion"], planned.manifest["kind"]


def _path(manifest: Manifest) -> str:
    namespace, name = get_address(manifest)
    return build_path(manifest["apiVersion"], manifest["kind"], namespace, name)


def _is_unknown(
    defaults: Mapping[tuple[str, str, str], bool], planned: PlannedManifest, difference: Difference
) -> bool:
    return difference.kind == "extra" and _default_key(planned, difference) not in defaults


def _default_key(planned: PlannedManifest, difference: Difference) -> tuple[str, str, str]:
    """Kind, field and value; a default does not depend on the index of an item."""
    steps: list[Any] = ["" if isinstance(step, int) else step for step in difference.path]
    return planned.manifest["kind"], json.dumps(steps), json.dumps(difference.live, sort_keys=True)
