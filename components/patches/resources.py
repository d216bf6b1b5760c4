"""Edit ``spec.resources``. The list is atomic in OpenChoreo's CRDs, so no field manager can own a single entry."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PatchError
from ..manifests import Manifest
from ..schema.text import flatten, quote
from .containers import Original, ensure, find, find_lasting, prune
from .equality import Defaults, are_equal, find_differences, read_stack
from .model import RESOURCES, Change, History, Resource, describe_kept
from .namespaces import describe_difference, list_names, read_namespaces

_PATH: Final = ("spec", RESOURCES)
_SHOWN: Final = 3

Entry = dict[str, Any]


@dataclass(frozen=True)
class Edited:
    """Result of `add`."""

    added: tuple[Entry, ...]
    original: Original
    changes: tuple[Change, ...]
    recovered: frozenset[str]
    """Names of Secrets whose entry this stack wrote in an update that ended before it could record that."""


def add(target: Manifest, desired: Sequence[Resource], history: History, defaults: Defaults, owner: str) -> Edited:
    """Add entries, and remove those of an earlier patch that are not desired any more.

    Args:
        target: the object; it is changed.
        desired: entries.
        history: what was added earlier.
        defaults: fields that the API server adds to an entry.
        owner: the object, for messages.

    Raises:
        PatchError: an id is taken, or someone else has changed an entry that is to be removed.
    """
    ours = {entry["id"]: entry for entry in history.own.resources}
    original = _original(target, history)
    ids = {resource.id for resource in desired}
    obsolete = [entry for entry in history.own.resources if entry["id"] not in ids]
    changes = _remove(target, obsolete, history, defaults, owner)
    added: list[Entry] = []
    recovered: set[str] = set()
    if desired:
        entries = ensure(target, _PATH, list, owner)
        for resource in desired:
            change, owned = _add_one(entries, resource, history, defaults, owner)
            changes += [] if change is None else [change]
            if owned:
                added.append(copy.deepcopy(resource.entry()))
                if resource.id not in ours and change is None:
                    recovered |= _secret_names(resource)
    prune(target, _PATH, original)
    return Edited(tuple(added), original, tuple(changes), frozenset(recovered))


def _add_one(
    entries: list[Any], resource: Resource, history: History, defaults: Defaults, owner: str
) -> tuple[Change | None, bool]:
    """Add or correct one entry; returns the change, and whether this stack owns the entry."""
    entry = copy.deepcopy(resource.entry())
    path, text = f'{RESOURCES}["{resource.id}"]', _describe(entry)
    recorded = next((entry_before for entry_before in history.own.resources if entry_before["id"] == resource.id), None)
    indices = [index for index, live in enumerate(entries) if _id(live) == resource.id]
    if len(indices) > 1:
        msg = f'{owner}: {len(indices)} resources have the id "{resource.id}"; ids must be unique'
        raise PatchError(msg)
    if not indices:
        entries.append(entry)
        return Change(path, "add", f"adds the resource {text}"), True
    live = entries[indices[0]]
    shared = _is_shared(live, history, defaults)
    if are_equal(live, entry, defaults):
        owned = recorded is not None or (history.by_stack and read_stack(entry) is not None)
        kept = Change(path, "keep", describe_kept(f"resource {text}", shared=shared))
        return (None if owned else kept), owned or shared
    unchanged = recorded is not None and are_equal(live, recorded, defaults)
    # An entry that another patch has written since then is not replaced.
    if recorded is not None and (unchanged or not shared):
        entries[indices[0]] = entry
        foreign = [] if unchanged else _summary(live, recorded, defaults)
        if foreign:
            restored = f"restores the resource {text}: someone else changed {', '.join(foreign)}"
            return Change(path, "restore", restored), True
        return Change(path, "update", f"replaces the resource {_describe(entry, recorded)}"), True
    stack = read_stack(live)
    if stack is not None and stack != read_stack(entry):
        msg = f'{owner}: the resource "{resource.id}" belongs to the stack {flatten(stack)}; use another id'
        raise PatchError(msg)
    different = _summary(live, entry, defaults)
    if different:
        msg = (
            f'{owner}: the resource "{resource.id}" exists and differs in {", ".join(different)}. '
            "Make both equal to adopt it, remove it, or use another id"
        )
        raise PatchError(msg)
    return Change(path, "keep", describe_kept(f"resource {text}", shared=False)), False


def remove(target: Manifest, history: History, defaults: Defaults, owner: str) -> None:
    """Remove what was added. ``target`` is changed.

    Raises:
        PatchError: someone else has changed an entry.
    """
    _remove(target, history.own.resources, history, defaults, owner)
    prune(target, _PATH, history.own.original(RESOURCES) or Original(_PATH))


def _remove(
    target: Manifest, obsolete: Sequence[Entry], history: History, defaults: Defaults, owner: str
) -> list[Change]:
    changes: list[Change] = []
    entries = find(target, _PATH)
    for entry in obsolete if isinstance(entries, list) else ():
        live = next((candidate for candidate in entries if _id(candidate) == entry["id"]), None)
        if live is None or _is_shared(live, history, defaults):
            continue
        if find_differences(live, entry, defaults):
            msg = (
                f'{owner}: the resource "{entry["id"]}" was changed after it was added '
                f"({', '.join(_summary(live, entry, defaults))}), so it is not removed. Restore it with `pulumi up` "
                "first, or remove it by hand"
            )
            raise PatchError(msg)
        entries[:] = [candidate for candidate in entries if candidate is not live]
        changes.append(Change(f'{RESOURCES}["{entry["id"]}"]', "delete", f"removes the resource {_describe(entry)}"))
    return changes


def _is_shared(live: Entry, history: History, defaults: Defaults) -> bool:
    """Whether another patch has written exactly this entry."""
    return any(are_equal(live, entry, defaults) for added in history.others for entry in added.resources)


def _original(target: Manifest, history: History) -> Original:
    entries = find(target, _PATH)
    ids = [_id(entry) for entry in entries] if isinstance(entries, list) else []
    for added in history.all:
        original = added.original(RESOURCES)
        if original is not None and any(entry["id"] in ids for entry in added.resources):
            return original
    return find_lasting(target, _PATH)


def _summary(live: Entry, desired: Entry, defaults: Defaults) -> list[str]:
    paths = [*find_differences(live, desired, defaults)]
    return [*paths[:_SHOWN], f"{len(paths) - _SHOWN} more"] if len(paths) > _SHOWN else paths


def _describe(entry: Entry, before: Entry | None = None) -> str:
    template = entry["template"]
    name = (template.get("metadata") or {}).get("name")
    return f'"{entry["id"]}" ({template.get("kind")} {quote(str(name))}){_describe_namespaces(entry, before or {})}'


def _describe_namespaces(entry: Entry, before: Entry) -> str:
    """For which namespaces the entry is, or what is different there. Empty: its condition has another form."""
    old, new = (read_namespaces(one.get("includeWhen")) for one in (before, entry))
    text = describe_difference(old, new) if old and new else ""
    names = f" for {list_names(new)}" if new else ""
    return f" {text}" if text else names


def _secret_names(resource: Resource) -> set[str]:
    spec, metadata = resource.template.get("spec") or {}, resource.template.get("metadata") or {}
    return {str((spec.get("target") or {}).get("name") or metadata.get("name"))}


def _id(entry: Any) -> Any:
    return entry.get("id") if isinstance(entry, dict) else None
