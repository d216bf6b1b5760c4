"""Kubernetes objects as plain data, and the labels and annotations that this package sets on them."""

from __future__ import annotations

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
CREDENTIAL_LABEL: Final = f"{PREFIX}credential"
"""Kind of credential in a Secret: ``git``, ``registry-push``, ``registry-pull`` or ``external``."""
GIT_HOST_ANNOTATION: Final = f"{PREFIX}git-host"
"""Host of a git credential."""


def build_manifest(  # noqa: PLR0913 -- the parts of an object
    api_version: str,
    kind: str,
    name: str,
    *,
    namespace: str | None = None,
    labels: Mapping[str, str] | None = None,
    annotations: Mapping[str, str] | None = None,
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


def is_ours(live: Manifest) -> bool:
    """Whether this package created a live object, by its label."""
    return bool((live["metadata"].get("labels") or {}).get(MANAGED_BY_LABEL) == MANAGED_BY)
