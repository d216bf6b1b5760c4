"""Add a patch to an OpenChoreo object, and remove it again. Entries of others are never changed."""

from __future__ import annotations

import copy
from typing import Final

from ..errors import PatchError
from ..manifests import Manifest
from ..openchoreo import DEFAULT_RELEASE
from ..openchoreo.kinds import Kind
from ..openchoreo.release import Release
from . import pod_spec, resources, secret_store_ref, validity
from .model import IMAGE_PULL_SECRETS, RESOURCES, SECRET_STORE_REF, Added, Change, Patch, Patched

NOTHING: Final = Added()
"""The record of an object that has not been patched."""


def apply_patch(
    target: Manifest, desired: Patch, before: Added = NOTHING, *, release: Release = DEFAULT_RELEASE
) -> Patched:
    """The object with the patch.

    Existing entries with the same effect stay as they are; every other part of the object is unchanged.

    Args:
        target: an object of one of the release's kinds; it is not changed.
        desired: what to add.
        before: what an earlier patch added; what is not desired any more is removed.
        release: of the platform.

    Raises:
        PatchError: the patch would break the object, or overwrite something of someone else.
    """
    owner = describe(target)
    kind = _kind(target, release)
    _check_parts(kind, desired, owner)
    patched = copy.deepcopy(target)
    kept = {}
    changes: list[Change] = []
    entries, references = resources.Edited((), (), (), frozenset()), pod_spec.Referenced((), (), ())
    store = None
    if kind.resources:
        entries = resources.add(patched, desired.resources, before, kind.entry_defaults, owner)
        kept[RESOURCES] = entries.kept
        changes += entries.changes
    if kind.workload is not None:
        workload = pod_spec.Pods(patched, kind.workload)
        references = pod_spec.add(workload, desired.image_pull_secrets, before, entries.recovered, owner)
        kept[IMAGE_PULL_SECRETS] = references.kept
        changes += references.changes
        validity.check_workload(workload, desired, owner)
    if kind.secret_store_ref:
        store, kept[SECRET_STORE_REF], stored = secret_store_ref.add(patched, desired.secret_store_ref, before, owner)
        changes += stored
    return Patched(patched, Added(entries.added, references.added, store, kept), tuple(changes))


def remove_patch(target: Manifest, added: Added, *, release: Release = DEFAULT_RELEASE) -> Manifest:
    """The object without what `apply_patch` added. Later changes by others stay.

    Raises:
        PatchError: someone else has changed an added resource.
    """
    patched = copy.deepcopy(target)
    kind = _kind(target, release)
    if added.image_pull_secrets and kind.workload is not None:
        pod_spec.remove(pod_spec.Pods(patched, kind.workload), added)
    if added.resources:
        resources.remove(patched, added, kind.entry_defaults, describe(target))
    if added.secret_store_ref:
        secret_store_ref.remove(patched, added)
    return patched


def describe(target: Manifest) -> str:
    """Kind, namespace and name for messages: ``ComponentType acme/service``."""
    metadata = target.get("metadata") or {}
    place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{target.get('kind', 'object')} {place}{metadata.get('name', '(no name)')}"


def _kind(target: Manifest, release: Release) -> Kind:
    kind = release.kinds.get(str(target.get("kind")))
    if kind is None:
        msg = f"{describe(target)}: this kind cannot be patched; expected {', '.join(sorted(release.kinds))}"
        raise PatchError(msg)
    return kind


def _check_parts(kind: Kind, desired: Patch, owner: str) -> None:
    parts = (
        (RESOURCES, kind.resources, desired.resources),
        (IMAGE_PULL_SECRETS, kind.workload is not None, desired.image_pull_secrets),
        (SECRET_STORE_REF, kind.secret_store_ref, desired.secret_store_ref),
    )
    for part, supported, value in parts:
        if value and not supported:
            msg = f"{owner}: a {kind.name} has no {part}"
            raise PatchError(msg)
