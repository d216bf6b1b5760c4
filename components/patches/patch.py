"""Add a patch to an OpenChoreo object, and remove it again. Entries of others are never changed."""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping
from typing import Final

from ..errors import PatchError
from ..manifests import Manifest
from ..openchoreo import DEFAULT_RELEASE
from ..openchoreo.kinds import Kind
from ..openchoreo.release import Release
from ..schema.arguments import check_arguments
from . import overrides, pod_spec, record, resources, secret_store_ref, validity
from .containers import Original
from .expressions import check_schema
from .model import (
    IMAGE_PULL_SECRETS,
    OVERRIDES,
    PODS,
    RECORD,
    RESOURCES,
    SECRET_STORE_REF,
    Added,
    AddedPods,
    Change,
    History,
    Patch,
    Patched,
)
from .other_pods import OtherPods
from .override import Overridden
from .record import Identity

NOTHING: Final = Added()
"""The record of an object that has not been patched."""


@check_arguments()
def apply_patch(
    target: Manifest,
    desired: Patch,
    before: Added | History = NOTHING,
    *,
    release: Release = DEFAULT_RELEASE,
    identity: Identity | None = None,
) -> Patched:
    """The object with the patch.

    Existing entries with the same effect stay as they are; every other part of the object is unchanged.

    Args:
        target: an object of one of the release's kinds; it is not changed.
        desired: what to add.
        before: what an earlier patch added; what is not desired any more is removed. A record on the object precedes
            it, unless it is a `History` that was read from there.
        release: of the platform.
        identity: whose patch it is; the object gets a record of it. None: it gets none.

    Raises:
        PatchError: the patch would break the object, or overwrite an entry of another owner.
    """
    owner = describe(target)
    kind = _kind(target, release)
    _check_parts(kind, desired, owner)
    check_schema(target, kind, desired, owner)
    history = before if isinstance(before, History) else record.read(target, identity, before)
    validity.check_organizations(desired, history, owner, "" if identity is None else identity.stack)
    patched = copy.deepcopy(target)
    originals: dict[str, Original] = {}
    changes: list[Change] = []
    nothing = Original(())
    entries, references = resources.Edited((), nothing, (), frozenset()), pod_spec.Referenced((), nothing, ())
    store = None
    pods: tuple[AddedPods, ...] = ()
    overridden: tuple[Overridden, ...] = ()
    if kind.resources:
        overridden, overrides_changes = overrides.add(patched, desired.overrides, history, owner)
        changes += overrides_changes
        entries = resources.add(patched, desired.resources, history, kind.entry_defaults, owner)
        originals[RESOURCES] = entries.original
        changes += entries.changes
    if kind.workload is not None:
        workload = pod_spec.Pods(patched, kind.workload)
        if workload.has_pods or not desired.pods:
            references = pod_spec.add(workload, desired.image_pull_secrets, history, entries.recovered, owner)
        originals[IMAGE_PULL_SECRETS] = references.original
        changes += references.changes
        pods, pod_changes = _add_to_other_pods(patched, desired, history, entries.recovered, owner)
        changes += pod_changes
        validity.check_workload(workload, desired, owner)
    if kind.secret_store_ref:
        store, originals[SECRET_STORE_REF], stored = secret_store_ref.add(
            patched, desired.secret_store_ref, history, owner
        )
        changes += stored
    added = Added(
        entries.added,
        references.added,
        store,
        {part: original.kept for part, original in originals.items()},
        {part: original.replaced for part, original in originals.items() if original.replaced is not None},
        pods,
        overridden,
    )
    if identity is not None:
        added, recorded = record.write(patched, identity, owner, added, history)
        changes = [*(Change(RECORD, "restore", warning) for warning in history.warnings), *changes]
        if recorded and all(change.kind == "keep" for change in changes):
            changes.append(Change(RECORD, "update", f"writes what it added to the annotation {identity.annotation}"))
    return Patched(patched, added, tuple(changes))


@check_arguments()
def remove_patch(
    target: Manifest,
    added: Added | History,
    *,
    release: Release = DEFAULT_RELEASE,
    identity: Identity | None = None,
) -> Manifest:
    """The object without what `apply_patch` added. Later changes by others stay.

    Args:
        target: the object; it is not changed.
        added: what `apply_patch` added. A record on the object precedes it, unless it is a `History` read from there.
        release: of the platform.
        identity: whose patch it is. None: the object has no record of it.

    Raises:
        PatchError: someone else has changed an added resource, or a value with an override.
    """
    patched = copy.deepcopy(target)
    kind = _kind(target, release)
    history = added if isinstance(added, History) else record.read(target, identity, added)
    if history.own.image_pull_secrets and kind.workload is not None:
        pod_spec.remove(pod_spec.Pods(patched, kind.workload), history)
    for pods in history.own.pods:
        pod_spec.remove(OtherPods(patched, pods.place), history)
    if history.own.resources:
        resources.remove(patched, history, kind.entry_defaults, describe(target))
    overrides.remove(patched, history, describe(target))
    if history.own.secret_store_ref:
        secret_store_ref.remove(patched, history)
    if identity is not None:
        record.remove(patched, identity, history)
    return patched


def _add_to_other_pods(
    patched: Manifest, desired: Patch, history: History, recovered: Collection[str], owner: str
) -> tuple[tuple[AddedPods, ...], list[Change]]:
    """Add the names to the pods of other resources, and remove them where they are not desired any more."""
    changes: list[Change] = []
    added: list[AddedPods] = []
    for obsolete in history.own.pods:
        if obsolete.place not in desired.pods:
            changes += pod_spec.remove(OtherPods(patched, obsolete.place), history)
    for place in desired.pods:
        result = pod_spec.add(OtherPods(patched, place), desired.image_pull_secrets, history, recovered, owner)
        changes += result.changes
        if result.added:
            added.append(AddedPods(place, result.added, result.original))
    return tuple(added), changes


def describe(target: Manifest) -> str:
    """Kind, namespace and name for messages: ``ComponentType acme/service``."""
    metadata = target.get("metadata")
    metadata = metadata if isinstance(metadata, Mapping) else {}
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
        (PODS, kind.workload is not None, desired.pods),
        (OVERRIDES, kind.resources, desired.overrides),
        (SECRET_STORE_REF, kind.secret_store_ref, desired.secret_store_ref),
    )
    for part, supported, value in parts:
        if value and not supported:
            msg = f"{owner}: a {kind.name} has no {part}"
            raise PatchError(msg)
