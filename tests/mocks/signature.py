"""Annotations that every object of a stack carries, except an adopted namespace."""

from __future__ import annotations

from typing import Any, Final

STACK: Final = {"openchoreo-secrets/stack": "acme-corp/openchoreo-secrets/test"}
"""The creator of a namespace."""
OWNER: Final = {"pulumi.com/patchFieldManager": "acme-corp/openchoreo-secrets/test"}
"""The owner of any object, as components register it."""
FORCED: Final = {**OWNER, "pulumi.com/patchForce": "true"}
"""The same after the preflight check of `deploy`: the object takes its fields back."""


def sign(manifest: dict[str, Any], marks: dict[str, str]) -> dict[str, Any]:
    """The manifest as a stack registers it, with `OWNER` or `FORCED`."""
    metadata = manifest["metadata"]
    creator = STACK if manifest["kind"] == "Namespace" else {}
    annotations = {**metadata.get("annotations", {}), **creator, **marks}
    return {**manifest, "metadata": {**metadata, "annotations": annotations}}
