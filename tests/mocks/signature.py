"""Annotations that every object of a stack carries, except an adopted namespace."""

from __future__ import annotations

from typing import Any, Final

STACK: Final = {"openchoreo-secrets/stack": "acme-corp/openchoreo-secrets/test"}
"""The owner of an object."""
APPLIED_BY: Final = {"pulumi.com/patchFieldManager": "openchoreo-secrets:acme-corp/openchoreo-secrets/test"}
"""How Pulumi applies an object."""
SIGNATURE: Final = {**STACK, **APPLIED_BY, "pulumi.com/patchForce": "true"}


def signed(manifest: dict[str, Any]) -> dict[str, Any]:
    """The manifest as a stack registers it."""
    metadata = manifest["metadata"]
    annotations = {**metadata.get("annotations", {}), **SIGNATURE}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}
