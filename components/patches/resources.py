"""Edit ``spec.resources``, an atomic list in OpenChoreo's CRDs: the API server lets nobody own a single entry of it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..errors import PatchError
from ..manifests import Manifest
from ..schema.text import quoted
from .containers import Path, find, kept, make, prune
from .equality import differences, mark, same
from .model import RESOURCES, Added, Change, Resource

_PATH: Final = ("spec", RESOURCES)
_SHOWN: Final = 3

Entry = dict[str, Any]


@dataclass(frozen=True)
class Edited:
    """What became of the list."""

    added: tuple[Entry, ...]
    kept: Path
    changes: tuple[Change, ...]
    recovered: frozenset[str]
    """Names of Secrets whose entry this stack wrote without living to record it."""


def put(target: Manifest, wanted: Sequence[Resource], before: Added, where: str) -> Edited:
    """Put entries in, and take out those of before that are not wanted any more. ``target`` is changed.

    Raises:
        PatchError: an id is taken by something else, or an entry to be taken out was changed by somebody.
    """
    ours = {entry["id"]: entry for entry in before.resources}
    stays = before.kept.get(RESOURCES) if _present(target, ours) else None
    stays = kept(target, _PATH) if stays is None else stays
    gone = [entry for entry in before.resources if entry["id"] not in {each.id for each in wanted}]
    changes = _take(target, gone, where)
    added: list[Entry] = []
    recovered: set[str] = set()
    if wanted:
        entries = make(target, _PATH, list, where)
        for resource in wanted:
            change, owned = _put_one(entries, resource, ours.get(resource.id), where)
            changes += [] if change is None else [change]
            if owned:
                added.append(copy.deepcopy(resource.entry()))
                if resource.id not in ours and change is None:
                    recovered |= _secrets(resource)
    prune(target, _PATH, stays)
    return Edited(tuple(added), stays, tuple(changes), frozenset(recovered))


def _put_one(entries: list[Any], resource: Resource, recorded: Entry | None, where: str) -> tuple[Change | None, bool]:
    """Make one entry right; what changed, and whether it is ours to take out again."""
    entry = copy.deepcopy(resource.entry())
    path, what = f'{RESOURCES}["{resource.id}"]', _what(entry)
    places = [index for index, each in enumerate(entries) if _id(each) == resource.id]
    if len(places) > 1:
        msg = f'{where}: {len(places)} resources have the id "{resource.id}"; an id is used once'
        raise PatchError(msg)
    if not places:
        entries.append(entry)
        return Change(path, "add", f"adds the resource {what}"), True
    live = entries[places[0]]
    adopted = Change(path, "keep", f"finds the resource {what} in place, and will leave it there")
    if same(live, entry):
        owned = recorded is not None or mark(entry) is not None
        return (None if owned else adopted), owned
    if recorded is not None:
        entries[places[0]] = entry
        foreign = [] if same(live, recorded) else _summary(live, recorded)
        if foreign:
            text = f"puts back the resource {what}: somebody changed {', '.join(foreign)}"
            return Change(path, "restore", text), True
        return Change(path, "update", f"replaces the resource {what}"), True
    stack = mark(live)
    if stack is not None and stack != mark(entry):
        msg = f'{where}: the resource "{resource.id}" was put there by the stack {stack}; choose another id'
        raise PatchError(msg)
    unlike = _summary(live, entry)
    if unlike:
        msg = (
            f'{where}: the resource "{resource.id}" exists and differs in {", ".join(unlike)}. '
            "Make both equal to have it adopted, take it out, or choose another id"
        )
        raise PatchError(msg)
    return adopted, False


def take(target: Manifest, before: Added, where: str) -> None:
    """Take out what was put in. ``target`` is changed.

    Raises:
        PatchError: an entry was changed by somebody since.
    """
    _take(target, before.resources, where)
    prune(target, _PATH, before.kept.get(RESOURCES, _PATH))


def _take(target: Manifest, gone: Sequence[Entry], where: str) -> list[Change]:
    changes: list[Change] = []
    entries = find(target, _PATH)
    for entry in gone if isinstance(entries, list) else ():
        live = next((each for each in entries if _id(each) == entry["id"]), None)
        if live is None:
            continue
        if differences(live, entry):
            msg = (
                f'{where}: the resource "{entry["id"]}" was changed by somebody since it was added '
                f"({', '.join(_summary(live, entry))}), so it is not taken out. Put it back with `pulumi up` first, "
                "or take it out by hand"
            )
            raise PatchError(msg)
        entries[:] = [each for each in entries if each is not live]
        changes.append(Change(f'{RESOURCES}["{entry["id"]}"]', "delete", f"takes out the resource {_what(entry)}"))
    return changes


def _present(target: Manifest, ours: dict[str, Entry]) -> bool:
    entries = find(target, _PATH)
    return isinstance(entries, list) and any(_id(each) in ours for each in entries)


def _summary(live: Entry, wanted: Entry) -> list[str]:
    paths = [*differences(live, wanted)]
    return [*paths[:_SHOWN], f"{len(paths) - _SHOWN} more"] if len(paths) > _SHOWN else paths


def _what(entry: Entry) -> str:
    template = entry["template"]
    name = (template.get("metadata") or {}).get("name")
    return f'"{entry["id"]}" ({template.get("kind")} {quoted(str(name))})'


def _secrets(resource: Resource) -> set[str]:
    spec, metadata = resource.template.get("spec") or {}, resource.template.get("metadata") or {}
    return {str((spec.get("target") or {}).get("name") or metadata.get("name"))}


def _id(entry: Any) -> Any:
    return entry.get("id") if isinstance(entry, dict) else None
