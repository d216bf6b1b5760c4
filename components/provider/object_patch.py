"""The resources ``ComponentTypePatch``, ``ComponentWorkflowPatch``, ``DataPlanePatch``, ...: one class serves them all.

Inputs: ``namespace`` (not for a cluster-scoped kind), ``name``, ``resources`` (a list of ``id``, ``template`` and
``includeWhen``), ``imagePullSecrets`` (a list of names), ``secretStoreRef`` (a name). State: the same, and ``added``,
the record of what was put in.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from pulumi.provider.experimental import provider as rpc
from pulumi.provider.experimental.property_value import PropertyValue

from ..cluster.connection import Cluster
from ..cluster.objects import Location, edit, read
from ..errors import NotFoundError, Problem
from ..manifests import Manifest
from ..openchoreo.kinds import KINDS
from ..openchoreo.release import Release
from ..patches.model import Added, Patch, Patched, Resource
from ..patches.patch import NOTHING, patch, unpatch
from ..patches.validity import problems
from .log import Log
from .values import UNKNOWN, is_known, plain, resource_type, secret_paths, values

_PREFIX: Final = "openchoreo:index:"
_SUFFIX: Final = "Patch"
_PLACE: Final = ("namespace", "name")
_PARTS: Final = ("resources", "imagePullSecrets", "secretStoreRef")

TYPES: Final = {f"{_PREFIX}{name}{_SUFFIX}": kind for name, kind in KINDS.items()}
"""Resource type -> kind of the object that it patches."""


class ObjectPatch:
    """Check, diff, create, update and delete; each is called in a thread and may block."""

    def __init__(self, cluster: Cluster, release: Release, cancelled: threading.Event) -> None:
        self._cluster = cluster
        self._release = release
        self._cancelled = cancelled

    def check(self, request: rpc.CheckRequest) -> list[rpc.CheckFailure]:
        """Everything that is wrong with the inputs, as far as they are known."""
        kind = TYPES[resource_type(request)]
        inputs = plain(request.new_inputs)
        # What is wrong with a secret is not told: the messages below repeat the text that they are about.
        advice = f"is secret, and everybody who may read a {kind.name} would read it; name a remote key instead"
        found = [Problem(path, advice) for path in secret_paths(request.new_inputs)] or _shape(inputs)
        if found:
            return [rpc.CheckFailure(problem.path, problem.message) for problem in found]
        if kind.namespaced != bool(inputs.get("namespace")):
            missing = "is missing" if kind.namespaced else f"is set, but a {kind.name} has none"
            found.append(Problem("namespace", missing))
        if not any(inputs.get(part) for part in _PARTS):
            found.append(Problem("resources", f"nothing to patch; expected at least one of {', '.join(_PARTS)}"))
        wanted, _ = _known(inputs)
        found += problems(kind.name, wanted, self._release)
        return [rpc.CheckFailure(_place(problem.path, inputs), problem.message) for problem in found]

    def create(self, request: rpc.CreateRequest, log: Log) -> rpc.CreateResponse:
        """Put the patch in; a preview says what that would change, and why it could not be done."""
        inputs = plain(request.properties)
        where = str(_location(resource_type(request), inputs))
        if request.preview:
            self._preview(resource_type(request), inputs, NOTHING, log)
            return rpc.CreateResponse(where if _is_placed(inputs) else "", values(inputs))
        return rpc.CreateResponse(where, self._apply(resource_type(request), inputs, NOTHING, log))

    def update(self, request: rpc.UpdateRequest, log: Log) -> rpc.UpdateResponse:
        """Make the live object agree again."""
        inputs, added = plain(request.news), _added(request.olds)
        if request.preview:
            self._preview(resource_type(request), inputs, added, log)
            return rpc.UpdateResponse(values(inputs))
        return rpc.UpdateResponse(self._apply(resource_type(request), inputs, added, log))

    def delete(self, request: rpc.DeleteRequest) -> None:
        """Take out exactly what was put in; an object that has gone took it along."""
        location, added = _location(resource_type(request), plain(request.properties)), _added(request.properties)
        with contextlib.suppress(NotFoundError):
            edit(self._cluster, location, lambda live: (unpatch(live, added), None), self._cancelled.wait)

    def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """What changed in the inputs, and what the live object lacks of them."""
        old, new = plain(request.old_state), plain(request.new_inputs)
        moved = [key for key in _PLACE if old.get(key) != new.get(key)]
        changed = {
            part: rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE, input_diff=True)
            for part in _PARTS
            if old.get(part) != new.get(part)
        }
        changed |= {key: rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE_REPLACE, input_diff=True) for key in moved}
        if not moved and is_known(new):
            live = read(self._cluster, _location(resource_type(request), new))
            for change in patch(live, _known(new)[0], _added(request.old_state)).changes:
                part = next(part for part in _PARTS if change.path.startswith(part))
                if change.kind != "keep":
                    changed.setdefault(part, rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE, input_diff=False))
        return rpc.DiffResponse(changes=bool(changed), replaces=moved, diffs=list(changed), detailed_diff=changed)

    def _apply(self, token: str, inputs: dict[str, Any], before: Added, log: Log) -> dict[str, PropertyValue]:
        location, (wanted, _) = _location(token, inputs), _known(inputs)

        def change(live: Manifest) -> tuple[Manifest, Patched]:
            patched = patch(live, wanted, before)
            return patched.object, patched

        done = edit(self._cluster, location, change, self._cancelled.wait)
        for each in done.changes:
            (log.warning if each.kind == "restore" else log.status)(f"{location}: {each.text}")
        return values({**inputs, "added": done.added.plain()})

    def _preview(self, token: str, inputs: dict[str, Any], before: Added, log: Log) -> None:
        wanted, unknown = _known(inputs)
        if not _is_placed(inputs):
            log.info(f"which {TYPES[token].name} is patched is known after the update")
            return
        location = _location(token, inputs)
        patched = patch(read(self._cluster, location), wanted, _comparable(before, wanted) if unknown else before)
        for line in (*(change.text for change in patched.changes), *unknown):
            log.info(f"{location}: {line}")


def _shape(inputs: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the inputs before they can be looked at at all."""
    found = [Problem("name", "is missing")] if not inputs.get("name") else []
    for index, resource in enumerate(_items(inputs, "resources")):
        known = resource if isinstance(resource, dict) else {}
        template, condition = known.get("template"), known.get("includeWhen")
        whole = template == UNKNOWN or (isinstance(template, dict) and template)
        if resource != UNKNOWN and not (known.get("id") and whole):
            found.append(Problem(f"resources[{index}]", "needs an id and a template"))
        if condition is not None and not isinstance(condition, str):
            found.append(Problem(f"resources[{index}].includeWhen", "must be a text, one ${...} expression"))
    found += [
        Problem(f"imagePullSecrets[{index}]", "must be a text")
        for index, name in enumerate(_items(inputs, "imagePullSecrets"))
        if not isinstance(name, str)
    ]
    return found


def _is_placed(inputs: Mapping[str, Any]) -> bool:
    """Whether it is known which object is patched."""
    return is_known([inputs.get(key) for key in _PLACE])


def _place(path: str, inputs: Mapping[str, Any]) -> str:
    """A path among the known entries as one among all."""
    part, bracket, rest = path.partition("[")
    if not bracket:
        return path
    index, _, rest = rest.partition("]")
    known = [place for place, item in enumerate(_items(inputs, part)) if is_known(item)]
    return f"{part}[{known[int(index)]}]{rest}"


def _known(inputs: Mapping[str, Any]) -> tuple[Patch, list[str]]:
    """The patch as far as it is known, and words for what is not."""
    unknown = [
        f"{part} {'is' if part == 'secretStoreRef' else 'are'} known after the update"
        for part in _PARTS
        if inputs.get(part) == UNKNOWN
    ]
    resources, names = _items(inputs, "resources"), _items(inputs, "imagePullSecrets")
    for resource in resources:
        if not is_known(resource):
            name = resource.get("id", UNKNOWN) if isinstance(resource, dict) else UNKNOWN
            which = "a resource" if name == UNKNOWN else f'the resource "{name}"'
            unknown.append(f"adds {which}, known after the update")
    unknown += ["adds a name to imagePullSecrets, known after the update" for name in names if name == UNKNOWN]
    store = inputs.get("secretStoreRef")
    wanted = Patch(
        resources=tuple(Resource(r["id"], r["template"], r.get("includeWhen")) for r in resources if is_known(r)),
        image_pull_secrets=tuple(name for name in names if name != UNKNOWN),
        secret_store_ref=None if store == UNKNOWN else store,
    )
    return wanted, unknown


def _items(inputs: Mapping[str, Any], part: str) -> list[Any]:
    found = inputs.get(part)
    return found if isinstance(found, list) else []


def _comparable(before: Added, wanted: Patch) -> Added:
    """The record without what may or may not be wanted still: that is known after the update."""
    ids = {resource.id for resource in wanted.resources}
    return replace(
        before,
        resources=tuple(entry for entry in before.resources if entry["id"] in ids),
        image_pull_secrets=tuple(name for name in before.image_pull_secrets if name in wanted.image_pull_secrets),
        secret_store_ref=before.secret_store_ref if wanted.secret_store_ref else None,
    )


def _added(state: Mapping[str, PropertyValue]) -> Added:
    recorded = plain(state).get("added")
    return Added.from_plain(recorded) if recorded else NOTHING


def _location(token: str, inputs: Mapping[str, Any]) -> Location:
    return Location(TYPES[token], inputs["name"], inputs.get("namespace"))
