"""Edit values that are other ones for some namespaces. The list that a value is in belongs to others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from ..errors import PatchError
from ..manifests import Manifest
from ..openchoreo.kinds import Step, Steps
from ..openchoreo.template_engine import START, ExpressionError
from .lost_overrides import find_lost
from .model import OVERRIDES, Change, History, describe_kept
from .namespaces import describe_difference, list_names
from .override import Overridden, Override, combine, describe_missing, describe_path, sort
from .written_code import write_text

_ABSENT: Final = object()
_NO_JSON: Final = ""
"""Equal to no value."""
_TAKEN: Final = (
    "has an override for {names} already, and somebody has removed the annotation that says of which stack it is; run "
    "pulumi up of that stack, and remove the organization from one of the stacks"
)
_UNUSABLE: Final = (ExpressionError, LookupError, PatchError, TypeError)
"""What `combine` raises."""


def add(
    target: Manifest, desired: Sequence[Override], history: History, owner: str
) -> tuple[tuple[Overridden, ...], list[Change]]:
    """Write overrides, and take back those of an earlier patch that are not desired any more. ``target`` is changed.

    Args:
        target: the object.
        desired: at most one override for each path.
        history: what was overridden earlier.
        owner: the object, for messages.

    Returns:
        What this patch has overridden, now and before, and the changes.

    Raises:
        PatchError: there is no such value, or it is not one that can be overridden.
    """
    paths = {override.path for override in desired}
    obsolete = [entry.override.path for entry in history.own.overrides if entry.override.path not in paths]
    changes = [change for path in obsolete for change in _take_back(target, path, history, owner)]
    written = []
    for override in desired:
        try:
            overridden, edits = _override(target, override, history)
        except _UNUSABLE as error:
            msg = f"{owner}: {describe_path(override.path)} {error}"
            raise PatchError(msg) from None
        written += [] if overridden is None else [overridden]
        changes += edits
    return sort(written), changes


def remove(target: Manifest, history: History, owner: str) -> None:
    """Restore what was overridden, for the namespaces of this patch. ``target`` is changed.

    Raises:
        PatchError: someone else has changed a value, and it still has the override.
    """
    for entry in history.own.overrides:
        _take_back(target, entry.override.path, history, owner)


def _override(target: Manifest, override: Override, history: History) -> tuple[Overridden | None, list[Change]]:
    before, others = _select(history, override.path)
    parent = _parent(target, override.path)
    if parent is None:
        raise LookupError(describe_missing(_describe_present(target, override.path)))
    live = _read(parent, override.path)
    lost = _find_lost(live, before, others)
    original = _original(live, before, [*others, *lost])
    left = _leave(lost, override)
    path = describe_path(override.path)
    if not before and _is_applied(original, override):
        kept = describe_kept(f"override of {path} for {list_names(override.namespaces)}", shared=False)
        return None, [Change(f"{OVERRIDES}.{path}", "keep", kept)]
    foreign = _list_current(original, [*others, *left])
    value = combine(original, [*foreign, override])
    changes = [_describe_lost(path, entry.override) for entry in left]
    if value != live or not before or before[0].override != override:
        recorded = combine(original, [*foreign, *(entry.override for entry in before)])
        foreign_edit = live != recorded and not lost
        changes.append(
            _describe(path, before[0].override if before else None, override, changed_by_others=foreign_edit)
        )
    parent[override.path[-1]] = json.loads(str(value))
    return Overridden(override, original), changes


def _take_back(target: Manifest, path: Steps, history: History, owner: str) -> list[Change]:
    """Write what is left without this patch. Nothing to do if others have removed or replaced what surrounds it.

    Raises:
        PatchError: someone else has changed the value, and it still has the override.
    """
    before, others = _select(history, path)
    parent = _parent(target, path)
    if parent is None:
        return []
    live = _read(parent, path)
    others = [*others, *_find_lost(live, before, others)]
    try:
        original = _original(live, before, others)
        value = combine(original, _list_current(original, others))
    except _UNUSABLE:
        return []
    if value == live:
        unexplained = live is not None and live == original
        if unexplained and any(_is_inside(json.loads(str(live)), entry.override) for entry in before):
            msg = (
                f"{owner}: {describe_path(path)} was changed after it was overridden, so it is not restored. Restore "
                f"it by hand: {live}"
            )
            raise PatchError(msg)
        return []
    if value is None:
        del parent[path[-1]]
    else:
        parent[path[-1]] = json.loads(value)
    names, where = list_names(before[0].override.namespaces), describe_path(path)
    return [Change(f"{OVERRIDES}.{where}", "delete", f"restores {where} for {names}")]


def _select(history: History, path: Steps) -> tuple[list[Overridden], list[Overridden]]:
    """What this patch and what others have written at a path."""
    own = [entry for entry in history.own.overrides if entry.override.path == path]
    others = [entry for added in history.others for entry in added.overrides if entry.override.path == path]
    return own, others


def _leave(lost: Sequence[Overridden], override: Override) -> list[Overridden]:
    """The lost overrides for other namespaces; one that is the same as this patch's is taken for its own.

    Raises:
        PatchError: one is another value for the same namespace.
    """
    left = []
    for entry in lost:
        both = {*entry.override.namespaces} & {*override.namespaces}
        same = replace(entry.override, namespaces=override.namespaces, otherwise=override.otherwise) == override
        if both and not same:
            raise PatchError(_TAKEN.format(names=list_names(both)))
        names = tuple(name for name in entry.override.namespaces if name not in both)
        left += [replace(entry, override=replace(entry.override, namespaces=names))] if names else []
    return left


def _find_lost(live: str | None, own: Sequence[Overridden], others: Sequence[Overridden]) -> list[Overridden]:
    """Overrides of patches whose record somebody has removed: they stay."""
    recorded = [*own, *others]
    try:
        if not recorded or any(
            live == _combine_recorded(one.original, _list_current(one.original, recorded)) for one in recorded
        ):
            return []
        return find_lost(live, recorded)
    except _UNUSABLE:
        return []


def _original(live: str | None, own: Sequence[Overridden], others: Sequence[Overridden]) -> str | None:
    """The value without any override, as JSON. A value that others have written since then is a new original.

    An old state may say of this patch what is not in the object any more, so the others alone are tried too.
    """
    for recorded in ([*own, *others], others):
        for entry in recorded:
            if live == _combine_recorded(entry.original, _list_current(entry.original, recorded)):
                return entry.original
    return live


def _list_current(original: str | None, recorded: Sequence[Overridden]) -> list[Override]:
    """The overrides of an original.

    Those of an earlier original are not in the object until their patch is applied again, because a patch can only
    record a new original for itself.
    """
    return [entry.override for entry in recorded if entry.original == original]


def _combine_recorded(original: str | None, overrides: Sequence[Override]) -> str | None:
    try:
        return combine(original, overrides)
    except _UNUSABLE:
        return _NO_JSON


def _is_applied(original: str | None, override: Override) -> bool:
    """Whether the value that others have written begins with this override, whose record was lost or never was."""
    value = None if original is None else json.loads(original)
    return isinstance(value, str) and value.startswith(f"{START}{override.clause}(")


def _is_inside(value: Any, override: Override) -> bool:
    """Whether a value chooses by a namespace of an override."""
    if not isinstance(value, str) or f"{override.variable} in [" not in value:
        return False
    return any(write_text(namespace) in value for namespace in override.namespaces)


def _describe_lost(path: str, override: Override) -> Change:
    names = list_names(override.namespaces)
    text = (
        f"keeps the override of {path} for {names}, whose record is gone; the next update of its stack writes it again"
    )
    return Change(f"{OVERRIDES}.{path}", "keep", text)


def _describe(path: str, before: Override | None, after: Override, *, changed_by_others: bool) -> Change:
    where, names = f"{OVERRIDES}.{path}", list_names(after.namespaces)
    if before is None:
        return Change(where, "add", f"overrides {path} for {names}")
    if changed_by_others:
        return Change(where, "restore", f"overrides {path} for {names} again: someone else changed it")
    difference = describe_difference(before.namespaces, after.namespaces)
    return Change(where, "update", f"overrides {path} {difference or f'with another value for {names}'}")


def list_values(target: Manifest, path: Steps) -> list[str]:
    """What the last step of a path selects an entry of a list by, in every entry: the names of arguments, for example.

    Empty: the path does not select entries, or there is no list.
    """
    step, entries = path[-1], find_value(target, path[:-1])
    if isinstance(step, str) or not isinstance(entries, list):
        return []
    return [str(entry[step[0]]) for entry in entries if isinstance(entry, dict) and step[0] in entry]


def _describe_present(target: Manifest, path: Steps) -> str:
    """The entries of the list in which a path selects one that is missing. Empty: another part of it is missing."""
    for index, step in enumerate(path):
        names = list_values(target, path[: index + 1])
        if names and not isinstance(step, str) and step[1] not in names:
            return f"{describe_path(path[:index])} has {list_names(names)}"
    return ""


def _read(parent: dict[Any, Any], path: Steps) -> str | None:
    """The value at a path, as JSON. None: there is none."""
    value = parent.get(path[-1], _ABSENT)
    return None if value is _ABSENT else json.dumps(value)


def _parent(target: Manifest, path: Steps) -> dict[Any, Any] | None:
    """The mapping that the last key of a path is in. None: there is no such mapping."""
    value = find_value(target, path[:-1])
    return value if isinstance(value, dict) else None


def find_value(target: Manifest, path: Steps) -> Any:
    """The value at a path through mappings and lists. None: there is none."""
    value: Any = target
    for step in path:
        value = value.get(step) if isinstance(step, str) and isinstance(value, dict) else _entry(value, step)
    return value


def _entry(value: Any, step: Step) -> Any:
    if not isinstance(value, list) or isinstance(step, str):
        return None
    field, name = step
    return next((entry for entry in value if isinstance(entry, dict) and entry.get(field) == name), None)
