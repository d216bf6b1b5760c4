"""Kubernetes objects as plain data, and the labels and annotations that this package sets on them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Final

Manifest = dict[str, Any]
"""One Kubernetes object: ``apiVersion``, ``kind``, ``metadata`` and its body, JSON types only."""

MANAGED_BY: Final = "openchoreo-secrets"
"""Value of ``app.kubernetes.io/managed-by``, and the field manager of patches."""
MANAGED_BY_LABEL: Final = "app.kubernetes.io/managed-by"
"""Kubernetes' label for the tool that manages an object."""
PREFIX: Final = f"{MANAGED_BY}/"
"""Prefix of this package's own labels and annotations."""
STACK_ANNOTATION: Final = f"{PREFIX}stack"
"""Stack that created an object: ``<pulumi organization>/<project>/<stack>``."""
OFFBOARDING_ANNOTATION: Final = f"{PREFIX}offboarding"
"""On a build namespace that is deleted with its organization: `DELETE`. Without it, the namespace stays."""
DELETE: Final = "delete"
FIELD_MANAGER_ANNOTATION: Final = "pulumi.com/patchFieldManager"
"""By which the Kubernetes provider applies under a fixed name instead of a random one for each update."""
CREDENTIAL_LABEL: Final = f"{PREFIX}credential"
"""Kind of credential in a Secret: ``git``, ``registry-push``, ``registry-pull`` or ``external``."""
GIT_HOST_ANNOTATION: Final = f"{PREFIX}git-host"
"""Host of a git credential."""

_FIELD_MANAGER_LENGTH: Final = 128
_DIGEST_LENGTH: Final = 16


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
    """A copy of a manifest with the stack that owns it, by which `read_owner` recognizes the live object.

    Args:
        manifest: the object.
        stack: ``<pulumi organization>/<project>/<stack>``.
        annotations: more annotations.
    """
    metadata = manifest["metadata"]
    signed = {**metadata.get("annotations", {}), STACK_ANNOTATION: stack, **annotations}
    return {**manifest, "metadata": {**metadata, "annotations": signed}}


def read_owner(live: Manifest) -> str | None:
    """The stack that owns a live object; None if the object is not from this package."""
    owner = (live["metadata"].get("annotations") or {}).get(STACK_ANNOTATION)
    return None if owner is None else str(owner)


def is_applied_by(live: Manifest, stack: str) -> bool:
    """Whether a stack has applied a live object itself.

    The annotation of the stack alone is not enough: ESO copies annotations to Secrets, and OpenChoreo creates objects
    from templates that carry it. Neither applies under the stack's field manager without an owner.
    """
    metadata = live["metadata"]
    applied_by = (metadata.get("annotations") or {}).get(FIELD_MANAGER_ANNOTATION)
    ours = read_owner(live) == stack and applied_by == build_field_manager(stack)
    return ours and not metadata.get("ownerReferences")


def build_field_manager(stack: str) -> str:
    """The name under which a stack applies objects, the same for each update: Kubernetes allows 128 characters."""
    name = f"{MANAGED_BY}:{stack}"
    if len(name) <= _FIELD_MANAGER_LENGTH:
        return name
    digest = hashlib.sha256(stack.encode()).hexdigest()[:_DIGEST_LENGTH]
    return f"{name[: _FIELD_MANAGER_LENGTH - _DIGEST_LENGTH - 1]}-{digest}"
