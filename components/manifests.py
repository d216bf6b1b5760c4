"""Kubernetes objects as plain data, and the labels and annotations that this package sets on them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

Manifest = dict[str, Any]
"""One Kubernetes object: ``apiVersion``, ``kind``, ``metadata`` and its body, JSON types only."""

MANAGED_BY: Final = "openchoreo-secrets"
"""Value of ``app.kubernetes.io/managed-by``, and the field manager of patches."""
MANAGED_BY_LABEL: Final = "app.kubernetes.io/managed-by"
"""Kubernetes' label for the tool that manages an object."""
ESO: Final = "external-secrets.io/v1"
"""API version of the External Secrets Operator's objects."""
NAMESPACE: Final = "Namespace"
"""Kind of a namespace."""
PREFIX: Final = f"{MANAGED_BY}/"
"""Prefix of this package's own labels and annotations."""
STACK_ANNOTATION: Final = f"{PREFIX}stack"
"""Stack that created a namespace, or that added an item to a template: ``<pulumi organization>/<project>/<stack>``."""
OFFBOARDING_ANNOTATION: Final = f"{PREFIX}offboarding"
"""On a build namespace that is deleted with its organization: `DELETE`. Without it, the namespace stays."""
DELETE: Final = "delete"
FIELD_MANAGER_ANNOTATION: Final = "pulumi.com/patchFieldManager"
"""Owner of every other object: the name under which Pulumi's Kubernetes provider applies it.

It is the only mark of the owner, because each annotation is three times in the state. A namespace needs its own mark:
an adopted one carries this annotation, too.
"""
CREDENTIAL_LABEL: Final = f"{PREFIX}credential"
"""Kind of credential in a Secret: ``git``, ``registry-push``, ``registry-pull`` or ``external``."""
GIT_HOST_ANNOTATION: Final = f"{PREFIX}git-host"
"""Host of a git credential."""

_FIELD_MANAGER_LENGTH: Final = 128
_DIGEST_LENGTH: Final = 16
_EPOCH: Final = "1970-01-01T00:00:00Z"
_CREATION: Final = timedelta(minutes=1)
"""Longest time between the record of the first write of an object and its creation, which ends the same request."""


def build_manifest(  # noqa: PLR0913 -- the parts of an object
    api_version: str,
    kind: str,
    name: str,
    *,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, Any] | None = None,
    **body: object,
) -> Manifest:
    """A manifest with the label that every object of this package has; empty annotations are left out."""
    metadata: dict[str, Any] = {"name": name}
    if namespace is not None:
        metadata["namespace"] = namespace
    metadata["labels"] = {MANAGED_BY_LABEL: MANAGED_BY, **(labels or {})}
    if annotations:
        metadata["annotations"] = dict(annotations)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **body}


def sign(manifest: Manifest, stack: str, **annotations: str) -> Manifest:
    """A copy of a manifest with the stack that owns it, by which `is_owned_by` recognizes the live object.

    Args:
        manifest: the object.
        stack: ``<pulumi organization>/<project>/<stack>``.
        annotations: more annotations.
    """
    metadata = manifest["metadata"]
    owner = {FIELD_MANAGER_ANNOTATION: build_field_manager(stack)}
    if manifest["kind"] == NAMESPACE:
        owner[STACK_ANNOTATION] = stack
    signed = {**metadata.get("annotations", {}), **owner, **annotations}
    return {**manifest, "metadata": {**metadata, "annotations": signed}}


def read_owner(live: Manifest) -> str | None:
    """Field manager of the stack that owns a live object; None if no stack does. For a namespace: `read_creator`."""
    return read_annotation(live, FIELD_MANAGER_ANNOTATION)


def read_creator(live: Manifest) -> str | None:
    """The stack that created a live namespace; None if no stack did."""
    return read_annotation(live, STACK_ANNOTATION)


def find_owner(live: Manifest, kind: str) -> str | None:
    """The owner of a live object of a kind, as its annotations name it; None if they name none."""
    return read_creator(live) if kind == NAMESPACE else read_owner(live)


def is_owned_by(live: Manifest, kind: str, stack: str) -> bool:
    """Whether a stack owns a live object of a kind; its metadata is enough."""
    return find_owner(live, kind) == (stack if kind == NAMESPACE else build_field_manager(stack))


def is_marked_by(live: Manifest, kind: str, stack: str) -> bool:
    """Whether a live object has the marks of an object that a stack has applied; so do copies.

    What ESO creates with such marks has an owner.
    """
    return is_owned_by(live, kind, stack) and not live["metadata"].get("ownerReferences")


def is_applied_by(live: Manifest, kind: str, stack: str) -> bool:
    """Whether a stack has applied a live object itself, according to the API server's record of writers.

    Marks are not enough: ``kubectl get -o yaml | kubectl apply`` and GitOps tools copy them. A backup tool may copy the
    record of writers too (Velero does); then the writes are older than the object.
    """
    metadata = live["metadata"]
    manager, created = build_field_manager(stack), metadata.get("creationTimestamp") or _EPOCH
    return is_marked_by(live, kind, stack) and any(
        entry.get("manager") == manager
        and entry.get("operation") == "Apply"
        and _parse_time(entry.get("time") or _EPOCH) >= _parse_time(created) - _CREATION
        for entry in metadata.get("managedFields") or ()
    )


def _parse_time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def build_field_manager(stack: str) -> str:
    """The name under which a stack applies objects: its own, which Kubernetes limits to 128 characters."""
    if len(stack) <= _FIELD_MANAGER_LENGTH:
        return stack
    digest = hashlib.sha256(stack.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{stack[: _FIELD_MANAGER_LENGTH - _DIGEST_LENGTH - 1]}-{digest}"


def read_annotation(live: Manifest, key: str) -> str | None:
    """The value of an annotation of a live object. None: there is none."""
    value = (live["metadata"].get("annotations") or {}).get(key)
    return None if value is None else str(value)
