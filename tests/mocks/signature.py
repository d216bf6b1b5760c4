"""Annotations that every object of a stack carries, except an adopted namespace."""

from __future__ import annotations

from typing import Any, Final

STACK: Final = {"openchoreo-secrets/stack": "acme-corp/openchoreo-secrets/test"}
"""The creator of a namespace."""
SIGNATURE: Final = {
    "pulumi.com/patchFieldManager": "acme-corp/openchoreo-secrets/test",
    "pulumi.com/patchForce": "true",
}
"""The owner of any object, and that it takes its fields back."""


def signed(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest as a stack registers it."""
    metadata = manifest["metadata"]
    creator = STACK if manifest["kind"] == "Namespace" else {}
    annotations = {**metadata.get("annotations", {}), **creator, **SIGNATURE}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}
