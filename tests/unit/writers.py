"""Metadata of live objects with the record of their writers, as an API server keeps it."""

from __future__ import annotations

from typing import Any, Final

from components.manifests import build_field_manager, sign
from tests.unit.api import Object

CREATED: Final = "2026-05-01T10:00:00Z"
SYNCED: Final[Object] = {"reconcile.external-secrets.io/managed": "true"}
"""ESO's own label."""


def applied(live: Object, stack: str) -> Object:
    """An object, other than a namespace, as a stack has applied it."""
    signed = sign({"kind": "Role", **live}, stack)["metadata"]
    record = {"manager": build_field_manager(stack), "operation": "Apply", "time": CREATED}
    return {**live, "metadata": {**signed, "creationTimestamp": CREATED, "managedFields": [record]}}


def created_by_operator(name: str, credential: str = "git", **metadata: Any) -> Object:
    """Metadata of a Secret that ESO has created, without an owner."""
    record = {
        "manager": f"externalsecrets.external-secrets.io/{name}",
        "operation": "Update",
        "fieldsV1": {"f:data": {}, "f:type": {}},
    }
    labels = {**SYNCED, "openchoreo-secrets/credential": credential}
    return {"metadata": {"name": name, "labels": labels, "managedFields": [record], **metadata}}
