"""Patch an OpenChoreo object, and take the patch out again. Nothing but our own entries is touched."""

from __future__ import annotations

import copy
from typing import Final

from ..errors import PatchError
from ..manifests import Manifest
from ..openchoreo.kinds import KINDS, Kind
from . import pod_spec, resources, secret_store_ref, validity
from .model import IMAGE_PULL_SECRETS, RESOURCES, SECRET_STORE_REF, Added, Change, Patch, Patched

NOTHING: Final = Added()
"""The record of an object that has not been patched."""


def patch(target: Manifest, wanted: Patch, before: Added = NOTHING) -> Patched:
    """The object with the patch.

    Entries that are there already, with the same effect, stay as they are; every other part is equal to before.

    Args:
        target: a ComponentType, ComponentWorkflow or another of `KINDS`; it is not changed.
        wanted: what it gains.
        before: what an earlier patch put in; what is not wanted any more is taken out.

    Raises:
        PatchError: the object cannot be patched without breaking it or losing something that is somebody else's.
    """
    where = name(target)
    kind = _kind(target, wanted, where)
    patched = copy.deepcopy(target)
    kept = {}
    changes: list[Change] = []
    listed, references = resources.Edited((), (), (), frozenset()), pod_spec.Referenced((), (), ())
    store = None
    if kind.resources:
        listed = resources.put(patched, wanted.resources, before, where)
        kept[RESOURCES] = listed.kept
        changes += listed.changes
    if kind.workload:
        references = pod_spec.put(patched, wanted.image_pull_secrets, before, listed.recovered, where)
        kept[IMAGE_PULL_SECRETS] = references.kept
        changes += references.changes
        validity.check_workload(patched, wanted, where)
    if kind.secret_store_ref:
        store, kept[SECRET_STORE_REF], stored = secret_store_ref.put(patched, wanted.secret_store_ref, before, where)
        changes += stored
    return Patched(patched, Added(listed.added, references.added, store, kept), tuple(changes))


def unpatch(target: Manifest, added: Added) -> Manifest:
    """The object without what `patch` put in. What others changed meanwhile stays.

    Raises:
        PatchError: a resource that was put in has been changed by somebody since.
    """
    patched = copy.deepcopy(target)
    where = name(target)
    if added.image_pull_secrets:
        pod_spec.take(patched, added)
    if added.resources:
        resources.take(patched, added, where)
    if added.secret_store_ref:
        secret_store_ref.take(patched, added)
    return patched


def name(target: Manifest) -> str:
    """``ComponentType acme/service``, for messages."""
    metadata = target.get("metadata") or {}
    place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{target.get('kind', 'object')} {place}{metadata.get('name', '(no name)')}"


def _kind(target: Manifest, wanted: Patch, where: str) -> Kind:
    kind = KINDS.get(str(target.get("kind")))
    if kind is None:
        msg = f"{where}: this kind cannot be patched; expected {', '.join(sorted(KINDS))}"
        raise PatchError(msg)
    parts = (
        (RESOURCES, kind.resources, wanted.resources),
        (IMAGE_PULL_SECRETS, kind.workload, wanted.image_pull_secrets),
        (SECRET_STORE_REF, kind.secret_store_ref, wanted.secret_store_ref),
    )
    for part, possible, asked in parts:
        if asked and not possible:
            msg = f"{where}: a {kind.name} has no {part}"
            raise PatchError(msg)
    return kind
