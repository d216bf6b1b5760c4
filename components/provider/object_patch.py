"""The resources ``ComponentTypePatch``, ``ComponentWorkflowPatch``, ``DataPlanePatch`` and so on, in one class.

Inputs: ``namespace`` (not for a cluster-scoped kind), ``name``, ``resources`` (a list of ``id``, ``template`` and
``includeWhen``), ``imagePullSecrets`` (a list of names), ``pods`` (a list of ``resource`` and
``path``), ``secretStoreRef`` (a name), ``overrides`` (a list of ``path``, ``variable``, ``namespaces``, ``value`` and,
if needed, ``otherwise`` and ``unless``), and ``identity`` (``stack`` and ``name``), under which the object has a record
of the patch. State: the inputs, and ``added``, the same record.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pulumi.provider.experimental import provider as rpc
from pulumi.provider.experimental.property_value import PropertyValue

from ..cluster.connection import Cluster
from ..cluster.environments import find_promoted
from ..cluster.objects import Location, edit, is_served, read
from ..errors import ClusterError, NotFoundError, PatchError, Problem
from ..manifests import Manifest
from ..openchoreo.release import Release
from ..patches import record
from ..patches.model import PODS, RECORD, Added, History, Patch, Patched
from ..patches.patch import apply_patch, remove_patch
from ..patches.restarts import describe_restart
from ..patches.snapshots import Replacement
from ..patches.validity import validate_patch
from .log import Log
from .patch_inputs import (
    ADDRESS,
    PARTS,
    Before,
    drop_unknown,
    find_input_path,
    find_shape_problems,
    has_known_address,
    read_before,
    read_identity,
    read_patch,
)
from .values import find_secret_paths, is_known, read_resource_type, to_plain, to_property_values

_REMOVED: Final = Patch()
"""The patch that is left of one that is deleted."""
_PREFIX: Final = "openchoreo:index:"
_SUFFIX: Final = "Patch"
_INPUTS: Final = (*PARTS, PODS, RECORD)


class ObjectPatch:
    """Check, diff, create, update and delete of a patch. Each method runs in a thread and may block."""

    def __init__(
        self, cluster: Cluster, release: Release, cancelled: threading.Event, *, ignore_promoted: bool = False
    ) -> None:
        """Keep what every call needs.

        Args:
            cluster: cluster of the objects.
            release: OpenChoreo release of the platform.
            cancelled: set when the user has cancelled the update.
            ignore_promoted: whether a patch is deleted although deployed environments still render it.
        """
        self._cluster = cluster
        self._ignore_promoted = ignore_promoted
        self._release = release
        self._cancelled = cancelled
        self.types = {f"{_PREFIX}{name}{_SUFFIX}": kind for name, kind in release.kinds.items()}
        """Type of the resource -> kind of the object that it patches."""

    def check(self, request: rpc.CheckRequest) -> list[rpc.CheckFailure]:
        """All problems of the inputs whose values are known."""
        kind = self.types[read_resource_type(request)]
        inputs = to_plain(request.new_inputs)
        # Nothing else is checked then: messages about the other problems would repeat the secret text.
        advice = f"is a secret, which everyone who can read the {kind.name} would see; use a remote key instead"
        failures = [Problem(path, advice) for path in find_secret_paths(request.new_inputs)] or find_shape_problems(
            inputs
        )
        if failures:
            return [rpc.CheckFailure(problem.path, problem.message) for problem in failures]
        if kind.namespaced != bool(inputs.get("namespace")):
            message = "is missing" if kind.namespaced else f"is set, but a {kind.name} has no namespace; leave it out"
            failures.append(Problem("namespace", message))
        if not any(inputs.get(part) for part in PARTS):
            failures.append(Problem("resources", f"nothing to patch; expected at least one of {', '.join(PARTS)}"))
        failures += validate_patch(kind, read_patch(inputs)[0], self._release)
        return [rpc.CheckFailure(find_input_path(problem.path, inputs), problem.message) for problem in failures]

    def create(self, request: rpc.CreateRequest, log: Log) -> rpc.CreateResponse:
        """Apply the patch. A preview logs the changes, and raises the errors of an update."""
        inputs = to_plain(request.properties)
        where = str(self._location(request, inputs))
        if request.preview:
            self._preview(request, inputs, Before(), log)
            return rpc.CreateResponse(where if has_known_address(inputs) else "", to_property_values(inputs))
        return rpc.CreateResponse(where, self._apply(request, inputs, Before(), log))

    def update(self, request: rpc.UpdateRequest, log: Log) -> rpc.UpdateResponse:
        """Apply the patch again, for new inputs or after drift."""
        inputs, before = to_plain(request.news), read_before(request.olds)
        if request.preview:
            self._preview(request, inputs, before, log)
            return rpc.UpdateResponse(to_property_values(inputs))
        return rpc.UpdateResponse(self._apply(request, inputs, before, log))

    def delete(self, request: rpc.DeleteRequest, log: Log) -> None:
        """Remove exactly what the patch added; nothing is left to do if the object or its kind no longer exists."""
        location, before = self._location(request, to_plain(request.properties)), read_before(request.properties)
        lines = self._list_outdated(location, before.added, _REMOVED, log)
        if lines and not self._ignore_promoted:
            outdated = "".join(f"\n  - {line}" for line in lines)
            msg = (
                f"{location}: the patch stays, because deployed environments need it:{outdated}\n"
                "To remove it all the same, set releasePromoted: ignore, run pulumi up, and try again"
            )
            raise PatchError(msg)

        def change(live: Manifest) -> tuple[Manifest, History]:
            history = record.read(live, before.identity, before.added)
            return remove_patch(live, history, release=self._release, identity=before.identity), history

        try:
            history = edit(self._cluster, location, change, self._cancelled.wait)
        except NotFoundError:
            served = is_served(self._cluster, location.kind)
            why = "" if served else f": {self._cluster} does not serve its kind any more"
            log.info(f"{location} is gone, and the patch with it{why}")
        else:
            for warning in history.warnings:
                log.warning(f"{location}: {warning}")
        for line in lines:
            log.warning(f"{location}: {line}")

    def is_gone(self, request: rpc.ReadRequest) -> bool:
        """Whether the cluster has no objects of the kind any more, as after an upgrade that removes its definition."""
        return not is_served(self._cluster, self.types[read_resource_type(request)])

    def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """Changes of the inputs, and drift of the live object."""
        old, new = to_plain(request.old_state), to_plain(request.new_inputs)
        moved = [key for key in ADDRESS if old.get(key) != new.get(key)]
        changed = {
            part: rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE, input_diff=True)
            for part in _INPUTS
            if old.get(part) != new.get(part)
        }
        changed |= {key: rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE_REPLACE, input_diff=True) for key in moved}
        if not moved and is_known(new):
            live = read(self._cluster, self._location(request, new))
            for change in self._patched(live, new, read_before(request.old_state)).changes:
                part = next(part for part in (*PARTS, RECORD) if change.path.startswith(part))
                if change.kind != "keep":
                    changed.setdefault(part, rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE, input_diff=False))
        return rpc.DiffResponse(changes=bool(changed), replaces=moved, diffs=list(changed), detailed_diff=changed)

    def _apply(self, request: Any, inputs: dict[str, Any], before: Before, log: Log) -> dict[str, PropertyValue]:
        location = self._location(request, inputs)

        def change(live: Manifest) -> tuple[Manifest, Patched]:
            patched = self._patched(live, inputs, before)
            return patched.object, patched

        result = edit(self._cluster, location, change, self._cancelled.wait)
        for edited in result.changes:
            (log.warning if edited.kind == "restore" else log.status)(f"{location}: {edited.text}")
        self._log_outdated(location, before.added, read_patch(inputs)[0], log)
        return to_property_values({**inputs, "added": result.added.plain()})

    def _preview(self, request: Any, inputs: dict[str, Any], before: Before, log: Log) -> None:
        if not has_known_address(inputs):
            log.info(f"the name of the {self.types[read_resource_type(request)].name} is known after the update")
            return
        location = self._location(request, inputs)
        live = read(self._cluster, location)
        patched = self._patched(live, inputs, before)
        desired, unknown = read_patch(inputs)
        for line in (*(change.text for change in patched.changes), *unknown):
            log.info(f"{location}: {line}")
        restart = describe_restart(location.kind, live, patched.object)
        if restart is not None:
            log.warning(f"{location}: {restart}")
        self._log_outdated(location, drop_unknown(before.added, desired) if unknown else before.added, desired, log)

    def _log_outdated(self, location: Location, before: Added, desired: Patch, log: Log) -> None:
        """Log which environments still render entries that the patch replaces."""
        for line in self._list_outdated(location, before, desired, log):
            log.warning(f"{location}: {line}")

    def _list_outdated(self, location: Location, before: Added, desired: Patch, log: Log) -> list[str]:
        """A sentence for each environment that still renders a replaced entry; without any entry, nothing is read."""
        kind = location.kind
        desired_entries = [resource.entry() for resource in desired.resources]
        replacement = Replacement(before.resources, desired_entries, kind.entry_defaults)
        if kind.name not in self._release.copied_types or not replacement.entries:
            return []
        try:
            outdated = find_promoted(self._cluster, self._release, location, replacement)
        except ClusterError as error:
            log.warning(f"{location}: environments that still render the old resources are not listed: {error}")
            return []
        return [
            f"{promoted} as before ({promoted.snapshot}); deploy the {promoted.unit} there again, because its Secret "
            "is not refreshed any more once the old key, store or namespace is removed"
            for promoted in outdated
        ]

    def _patched(self, live: Manifest, inputs: Mapping[str, Any], before: Before) -> Patched:
        identity, (desired, unknown) = read_identity(inputs), read_patch(inputs)
        target = record.rename(live, before.identity, identity)
        history = record.read(target, identity, before.added)
        if unknown:  # what the update will add and record is unknown too
            history, identity = replace(history, own=drop_unknown(history.own, desired)), None
        return apply_patch(target, desired, history, release=self._release, identity=identity)

    def _location(self, request: Any, inputs: Mapping[str, Any]) -> Location:
        kind = self.types[read_resource_type(request)]
        return Location(kind, inputs["name"], inputs.get("namespace"))
