"""The record of a patch on the patched object, so that it is recognized without Pulumi's state.

One annotation for each patch holds who wrote it, into which object, what was added, and what was there before. It is
part of the write that it describes, so both exist or neither, whether the update is killed afterwards or the state is
lost or restored from a backup. A record that somebody has edited or copied is ignored: nothing of others is removed.
"""

from __future__ import annotations

import copy
import hashlib
import json
from dataclasses import dataclass, replace
from typing import Any, Final

from ..manifests import PREFIX, Manifest
from ..openchoreo.kinds import Path
from .containers import Original, ensure, find, find_lasting, prune
from .equality import read_stack
from .limits import check_sizes
from .model import RESOURCES, Added, History
from .packing import pack, unpack

_ANNOTATION: Final = f"{PREFIX}added."
_PATH: Final[Path] = ("metadata", "annotations")
_PART: Final = "annotations"
_LONGEST_PLAIN: Final = 16_384
"""Characters of a record that everybody can read; a longer one is compressed."""
_ADDED: Final = "added"
_PACKED: Final = "packed"
_DIGEST: Final = "digest"
_DIGITS: Final = 10
"""Digits of a hash: a collision needs about a million patches of one object. It detects edits, and is no signature."""


@dataclass(frozen=True)
class Identity:
    """Whose patch it is, the same in every update and without the state."""

    stack: str
    """``<pulumi organization>/<project>/<stack>``."""
    name: str
    """Unique in the stack: the organization, or the type and name of a resource in a program of its own."""

    @property
    def annotation(self) -> str:
        """Key of the annotation."""
        return f"{_ANNOTATION}{_digest([self.stack, self.name])}"


@dataclass(frozen=True)
class _Record:
    """The value of one annotation."""

    identity: Identity
    object: str
    """Kind, namespace and name of the object that was patched."""
    uid: str
    """Its uid: in a copy it is another one."""
    added: Added

    @property
    def text(self) -> str:
        """Compact JSON, without empty parts; what was added is compressed if it is long."""
        plain = self.plain_text
        if len(plain) <= _LONGEST_PLAIN:
            return plain
        content = json.loads(plain)
        packed = pack(_compact(content.pop(_ADDED)))
        return _compact({**content, _PACKED: packed})

    @property
    def plain_text(self) -> str:
        """The same without compression, as every record was before; the digest is of this one."""
        content = {
            "stack": self.identity.stack,
            "name": self.identity.name,
            "object": self.object,
            "uid": self.uid,
            _ADDED: {part: value for part, value in self.added.plain().items() if value},
        }
        return _compact({**content, _DIGEST: _digest(content)})


def read(target: Manifest, identity: Identity | None, state: Added) -> History:
    """What the records on an object say about a patch and about the others.

    The record of the patch on the object precedes that in the state: it was written together with the object. The state
    counts for an object without a genuine record, because an earlier release patched it, or somebody removed it.

    Args:
        target: the object.
        identity: whose patch it is. None: only the state counts, and nothing is shared.
        state: the record in the state; empty if there is none.
    """
    annotations = find(target, _PATH)
    if identity is None or not isinstance(annotations, dict):
        return History(state)
    key, uid = identity.annotation, _uid(target)
    records = {name: _parse(name, text) for name, text in annotations.items() if name.startswith(_ANNOTATION)}
    others = [record for name, record in records.items() if name != key and record is not None and record.uid == uid]
    stacks = tuple(record.identity.stack for record in others)
    history = History(state, tuple(record.added for record in others), stacks, _find_secrets(target, identity.stack))
    if key not in records:
        return history
    record = records[key]
    if record is not None and record.uid == uid:
        return replace(history, own=record.added, by_stack=False)
    fallback = "what it lists is kept" if state.is_empty else "the state of the stack is used instead"
    if record is None:
        warning = f"ignores the annotation {key}, which somebody has changed; {fallback}"
        return replace(history, warnings=(warning,))
    copied = f"the annotation {key}, which was copied from {record.object} with another uid"
    return replace(history, by_stack=False, warnings=(f"ignores {copied}; {fallback}",))


def write(target: Manifest, identity: Identity, owner: str, added: Added, history: History) -> tuple[Added, bool]:
    """Write the record of a patch. ``target`` is changed.

    A patch that added nothing has no record, except in the place of an earlier one: without it, the copy of an entry
    would count as written by the stack.

    Returns:
        The record, with what was in the object before the annotation, and whether it says something new.

    Raises:
        PatchError: the annotations are not a mapping, or become too long.
    """
    annotations = find(target, _PATH)
    exists = isinstance(annotations, dict) and identity.annotation in annotations
    if added.is_empty and not exists:
        return added, False
    recorded = [added_before.original(_PART) for added_before in history.all]
    original = next(filter(None, recorded), None) or find_lasting(target, _PATH)
    replaced = {} if original.replaced is None else {_PART: original.replaced}
    added = replace(added, kept={**added.kept, _PART: original.kept}, replaced={**added.replaced, **replaced})
    live = _parse(identity.annotation, annotations[identity.annotation]) if exists else None
    written = ensure(target, _PATH, dict, owner)
    text = _Record(identity, owner, _uid(target), added).text
    written[identity.annotation] = text
    check_sizes(target, text, added, owner)
    return added, live is None or live.added != added


def remove(target: Manifest, identity: Identity, history: History) -> None:
    """Remove the record of a patch. ``target`` is changed."""
    annotations = find(target, _PATH)
    if isinstance(annotations, dict) and identity.annotation in annotations:
        del annotations[identity.annotation]
        prune(target, _PATH, history.own.original(_PART) or Original(_PATH[:1]))


def rename(target: Manifest, former: Identity | None, identity: Identity | None) -> Manifest:
    """The object with the record of a patch whose stack or resource has been renamed."""
    annotations = find(target, _PATH)
    if former is None or identity is None or former == identity or not isinstance(annotations, dict):
        return target
    text = annotations.get(former.annotation)
    if text is None:
        return target
    renamed = copy.deepcopy(target)
    del renamed["metadata"]["annotations"][former.annotation]
    record = _parse(former.annotation, text)
    if identity.annotation not in annotations:
        value = text if record is None else replace(record, identity=identity).text
        renamed["metadata"]["annotations"][identity.annotation] = value
    return renamed


def read_stack_records(target: Manifest, stack: str) -> dict[str, Added]:
    """Name of each patch of a stack -> what it added to an object, sorted; the object's metadata is enough.

    Args:
        target: the live object.
        stack: ``<pulumi organization>/<project>/<stack>``.
    """
    annotations, uid = find(target, _PATH), _uid(target)
    records = (
        _parse(key, text)
        for key, text in (annotations.items() if isinstance(annotations, dict) else ())
        if key.startswith(_ANNOTATION)
    )
    own = {
        record.identity.name: record.added
        for record in records
        if record is not None and record.uid == uid and record.identity.stack == stack
    }
    return dict(sorted(own.items()))


def _find_secrets(target: Manifest, stack: str) -> frozenset[str]:
    """Names of the Secrets that entries of other stacks create."""
    entries = find(target, ("spec", RESOURCES))
    foreign = (
        entry["template"]
        for entry in (entries if isinstance(entries, list) else ())
        if isinstance(entry, dict) and read_stack(entry) not in {None, stack}
    )
    return frozenset(str(find(item, ("spec", "target", "name")) or item["metadata"].get("name")) for item in foreign)


def _uid(target: Manifest) -> str:
    return str(find(target, ("metadata", "uid")) or "")


def _parse(key: str, text: Any) -> _Record | None:
    """The record in an annotation. None: this package did not write it, or somebody has changed it."""
    try:
        content = json.loads(text)
        packed = content.pop(_PACKED, None)
        plain = json.loads(unpack(packed)) if packed is not None else content[_ADDED]
        identity = Identity(content["stack"], content["name"])
        added = Added.from_plain({**Added().plain(), **plain})
        record = _Record(identity, content["object"], content["uid"], added)
        original = text if packed is None else _compact({**content, _ADDED: plain})
        is_own = record.plain_text == original
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    # The text includes a digest of the rest, and an annotation of another patch under this key has another identity.
    return record if is_own and identity.annotation == key else None


def _digest(content: Any) -> str:
    return hashlib.sha256(_compact(content).encode()).hexdigest()[:_DIGITS]


def _compact(content: Any) -> str:
    # The engine returns the keys of a mapping in any order.
    return json.dumps(content, separators=(",", ":"), sort_keys=True)
