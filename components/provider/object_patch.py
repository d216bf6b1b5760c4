"""The resources ``ComponentTypePatch``, ``ComponentWorkflowPatch``, ``DataPlanePatch`` and so on, in one class.

Inputs: ``namespace`` (not for a cluster-scoped kind), ``name``, ``resources`` (a list of ``id``, ``template`` and
``includeWhen``), ``imagePullSecrets`` (a list of names), ``pods`` (a list of ``resource`` and
``path``), ``secretStoreRef`` (a name), and ``identity`` (``stack`` and
``name``), under which the object has a record of the patch. State: the inputs, and ``added``, the same record.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pulumi.provider.experimental import provider as rpc
from pulumi.provider.experimental.property_value import PropertyValue

from ..cluster.connection import Cluster
from ..cluster.objects import Location, edit, read
from ..errors import ClusterError, NotFoundError, Problem
from ..manifests import Manifest
from ..openchoreo.release import Release
from ..patches import record
from ..patches.model import PODS, RECORD, Added, History, Patch, Patched, PodPath, Resource
from ..patches.patch import NOTHING, apply_patch, remove_patch
from ..patches.record import Identity
from ..patches.snapshots import Replacement
from ..patches.validity import validate_patch
from .log import Log
from .values import UNKNOWN, find_secret_paths, is_known, read_resource_type, to_plain, to_property_values

_REMOVED: Final = Patch()
"""The patch that is left of one that is deleted."""
_PREFIX: Final = "openchoreo:index:"
_SUFFIX: Final = "Patch"
_ADDRESS: Final = ("namespace", "name")
_PARTS: Final = ("resources", "imagePullSecrets", "secretStoreRef")
_INPUTS: Final = (*_PARTS, PODS, RECORD)


class ObjectPatch:
    """Check, diff, create, update and delete of a patch. Each method runs in a thread and may block."""

    def __init__(self, cluster: Cluster, release: Release, cancelled: threading.Event) -> None:
        self._cluster = cluster
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
        failures = [Problem(path, advice) for path in find_secret_paths(request.new_inputs)] or _shape_problems(inputs)
        if failures:
            return [rpc.CheckFailure(problem.path, problem.message) for problem in failures]
        if kind.namespaced != bool(inputs.get("namespace")):
            message = "is missing" if kind.namespaced else f"is set, but a {kind.name} has no namespace; leave it out"
            failures.append(Problem("namespace", message))
        if not any(inputs.get(part) for part in _PARTS):
            failures.append(Problem("resources", f"nothing to patch; expected at least one of {', '.join(_PARTS)}"))
        failures += validate_patch(kind, _known_patch(inputs)[0], self._release)
        return [rpc.CheckFailure(_input_path(problem.path, inputs), problem.message) for problem in failures]

    def create(self, request: rpc.CreateRequest, log: Log) -> rpc.CreateResponse:
        """Apply the patch. A preview logs the changes, and raises the errors of an update."""
        inputs = to_plain(request.properties)
        where = str(self._location(request, inputs))
        if request.preview:
            self._preview(request, inputs, _Before(), log)
            return rpc.CreateResponse(where if _has_known_address(inputs) else "", to_property_values(inputs))
        return rpc.CreateResponse(where, self._apply(request, inputs, _Before(), log))

    def update(self, request: rpc.UpdateRequest, log: Log) -> rpc.UpdateResponse:
        """Apply the patch again, for new inputs or after drift."""
        inputs, before = to_plain(request.news), _before(request.olds)
        if request.preview:
            self._preview(request, inputs, before, log)
            return rpc.UpdateResponse(to_property_values(inputs))
        return rpc.UpdateResponse(self._apply(request, inputs, before, log))

    def delete(self, request: rpc.DeleteRequest, log: Log) -> None:
        """Remove exactly what the patch added; nothing is left to do if the object no longer exists."""
        location, before = self._location(request, to_plain(request.properties)), _before(request.properties)

        def change(live: Manifest) -> tuple[Manifest, History]:
            history = record.read(live, before.identity, before.added)
            return remove_patch(live, history, release=self._release, identity=before.identity), history

        with contextlib.suppress(NotFoundError):
            for warning in edit(self._cluster, location, change, self._cancelled.wait).warnings:
                log.warning(f"{location}: {warning}")
        self._log_outdated(location, before.added, _REMOVED, log)

    def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """Changes of the inputs, and drift of the live object."""
        old, new = to_plain(request.old_state), to_plain(request.new_inputs)
        moved = [key for key in _ADDRESS if old.get(key) != new.get(key)]
        changed = {
            part: rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE, input_diff=True)
            for part in _INPUTS
            if old.get(part) != new.get(part)
        }
        changed |= {key: rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE_REPLACE, input_diff=True) for key in moved}
        if not moved and is_known(new):
            live = read(self._cluster, self._location(request, new))
            for change in self._patched(live, new, _before(request.old_state)).changes:
                part = next(part for part in (*_PARTS, RECORD) if change.path.startswith(part))
                if change.kind != "keep":
                    changed.setdefault(part, rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE, input_diff=False))
        return rpc.DiffResponse(changes=bool(changed), replaces=moved, diffs=list(changed), detailed_diff=changed)

    def _apply(self, request: Any, inputs: dict[str, Any], before: _Before, log: Log) -> dict[str, PropertyValue]:
        location = self._location(request, inputs)

        def change(live: Manifest) -> tuple[Manifest, Patched]:
            patched = self._patched(live, inputs, before)
            return patched.object, patched

        result = edit(self._cluster, location, change, self._cancelled.wait)
        for edited in result.changes:
            (log.warning if edited.kind == "restore" else log.status)(f"{location}: {edited.text}")
        self._log_outdated(location, before.added, _known_patch(inputs)[0], log)
        return to_property_values({**inputs, "added": result.added.plain()})

    def _preview(self, request: Any, inputs: dict[str, Any], before: _Before, log: Log) -> None:
        if not _has_known_address(inputs):
            log.info(f"the name of the {self.types[read_resource_type(request)].name} is known after the update")
            return
        location = self._location(request, inputs)
        changes = self._patched(read(self._cluster, location), inputs, before).changes
        desired, unknown = _known_patch(inputs)
        for line in (*(change.text for change in changes), *unknown):
            log.info(f"{location}: {line}")
        self._log_outdated(location, _comparable(before.added, desired) if unknown else before.added, desired, log)

    def _log_outdated(self, location: Location, before: Added, desired: Patch, log: Log) -> None:
        """Log which environments still render entries that the patch replaces; without any, nothing is read."""
        kind, layout = location.kind, self._release.snapshots
        desired_entries = [resource.entry() for resource in desired.resources]
        replacement = Replacement(before.resources, desired_entries, kind.entry_defaults)
        if not replacement.entries or kind.name != self._release.component_type.name:
            return
        try:
            bindings, snapshots = (
                list(self._cluster.items(listed.path(location.namespace)))
                for listed in (layout.binding, layout.snapshot)
            )
        except ClusterError as error:
            log.warning(f"{location}: environments that still render the old resources are not listed: {error}")
            return
        for line in replacement.describe_outdated(bindings, snapshots, layout):
            log.warning(f"{location}: {line}")

    def _patched(self, live: Manifest, inputs: Mapping[str, Any], before: _Before) -> Patched:
        identity, (desired, unknown) = _identity(inputs), _known_patch(inputs)
        target = record.rename(live, before.identity, identity)
        history = record.read(target, identity, before.added)
        if unknown:  # what the update will add and record is unknown too
            history, identity = replace(history, own=_comparable(history.own, desired)), None
        return apply_patch(target, desired, history, release=self._release, identity=identity)

    def _location(self, request: Any, inputs: Mapping[str, Any]) -> Location:
        kind = self.types[read_resource_type(request)]
        return Location(kind, inputs["name"], inputs.get("namespace"))


def _shape_problems(inputs: Mapping[str, Any]) -> list[Problem]:
    """Problems of types and missing keys, which must be fixed before anything else can be checked."""
    failures = [Problem("name", "is missing")] if not inputs.get("name") else []
    for index, resource in enumerate(_items(inputs, "resources")):
        fields = resource if isinstance(resource, dict) else {}
        template, condition = fields.get("template"), fields.get("includeWhen")
        complete = template == UNKNOWN or (isinstance(template, dict) and template)
        if resource != UNKNOWN and not (fields.get("id") and complete):
            failures.append(Problem(f"resources[{index}]", "must be a mapping with id and template"))
        if condition is not None and not isinstance(condition, str):
            failures.append(Problem(f"resources[{index}].includeWhen", "must be a string with one ${...} expression"))
    failures += [
        Problem(f"imagePullSecrets[{index}]", "must be a string")
        for index, name in enumerate(_items(inputs, "imagePullSecrets"))
        if not isinstance(name, str)
    ]
    failures += [
        Problem(f"{PODS}[{index}]", "must be a mapping with the texts resource and path")
        for index, place in enumerate(_items(inputs, PODS))
        if place != UNKNOWN and not _has_texts(place, "resource", "path")
    ]
    if _items(inputs, PODS) and not inputs.get("imagePullSecrets"):
        failures.append(Problem(PODS, "has no effect without imagePullSecrets; leave it out"))
    if not _is_identity(inputs.get(RECORD)):
        failures.append(Problem(RECORD, "must be a mapping with the texts stack and name"))
    return failures


def _is_identity(whose: Any) -> bool:
    if whose is None or whose == UNKNOWN:
        return True
    return _has_texts(whose, "stack", "name")


def _has_texts(value: Any, *keys: str) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in keys)


def _has_known_address(inputs: Mapping[str, Any]) -> bool:
    """Whether namespace and name of the object are known."""
    return is_known([inputs.get(key) for key in _ADDRESS])


def _input_path(path: str, inputs: Mapping[str, Any]) -> str:
    """The path in the inputs of an entry whose path counts known entries only."""
    part, bracket, rest = path.partition("[")
    if not bracket:
        return path
    index, _, rest = rest.partition("]")
    places = [place for place, item in enumerate(_items(inputs, part)) if is_known(item)]
    return f"{part}[{places[int(index)]}]{rest}"


def _known_patch(inputs: Mapping[str, Any]) -> tuple[Patch, list[str]]:
    """The known part of the patch, and a message for each unknown part."""
    unknown = [
        f"{part} {'is' if part == 'secretStoreRef' else 'are'} known after the update"
        for part in (*_PARTS, PODS)
        if inputs.get(part) == UNKNOWN
    ]
    resources, names = _items(inputs, "resources"), _items(inputs, "imagePullSecrets")
    for resource in resources:
        if not is_known(resource):
            name = resource.get("id", UNKNOWN) if isinstance(resource, dict) else UNKNOWN
            which = "a resource" if name == UNKNOWN else f'the resource "{name}"'
            unknown.append(f"adds {which}, known after the update")
    unknown += ["adds a name to imagePullSecrets, known after the update" for name in names if name == UNKNOWN]
    places = _items(inputs, PODS)
    unknown += ["adds the names to pods, known after the update" for place in places if not is_known(place)]
    store = inputs.get("secretStoreRef")
    desired = Patch(
        resources=tuple(Resource(r["id"], r["template"], r.get("includeWhen")) for r in resources if is_known(r)),
        image_pull_secrets=tuple(name for name in names if name != UNKNOWN),
        secret_store_ref=None if store == UNKNOWN else store,
        pods=tuple(PodPath(place["resource"], place["path"]) for place in places if is_known(place)),
    )
    return desired, unknown


def _items(inputs: Mapping[str, Any], part: str) -> list[Any]:
    entries = inputs.get(part)
    return entries if isinstance(entries, list) else []


def _comparable(before: Added, desired: Patch) -> Added:
    """The record without entries that an unknown input may still contain, so that a preview does not remove them."""
    ids = {resource.id for resource in desired.resources}
    return replace(
        before,
        resources=tuple(entry for entry in before.resources if entry["id"] in ids),
        image_pull_secrets=tuple(name for name in before.image_pull_secrets if name in desired.image_pull_secrets),
        secret_store_ref=before.secret_store_ref if desired.secret_store_ref else None,
        pods=tuple(pods for pods in before.pods if pods.place in desired.pods),
    )


@dataclass(frozen=True)
class _Before:
    """What the state says about a patch."""

    identity: Identity | None = None
    added: Added = NOTHING


def _before(state: Mapping[str, PropertyValue]) -> _Before:
    properties = to_plain(state)
    recorded = properties.get("added")
    return _Before(_identity(properties), Added.from_plain(recorded) if recorded else NOTHING)


def _identity(inputs: Mapping[str, Any]) -> Identity | None:
    """Whose patch it is. None: the program does not say it, or it is unknown yet."""
    whose = inputs.get(RECORD)
    return Identity(whose["stack"], whose["name"]) if isinstance(whose, dict) and is_known(whose) else None
