"""Registrations of the build plane of the organization acme."""

from __future__ import annotations

from tests.mocks.recorder import Registered
from tests.mocks.signature import OWNER, STACK

PLANE = "openchoreo:index:BuildPlane acme"
SPACE = "openchoreo-ci-acme"
OWNED = {"app.kubernetes.io/managed-by": "openchoreo-secrets", "openchoreo.dev/organization": "acme"}
COMPONENT = Registered("openchoreo:index:BuildPlane", "acme", {"organization": "acme"})
NAMESPACE = Registered(
    "kubernetes:core/v1:Namespace",
    "acme-namespace",
    {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": SPACE,
            "labels": OWNED,
            "annotations": {**STACK, **OWNER},
        },
    },
    parent=PLANE,
)
PATCH = Registered(
    "kubernetes:core/v1:NamespacePatch",
    "acme-namespace",
    {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": SPACE,
            "labels": {"openchoreo.dev/organization": "acme"},
            "annotations": OWNER,
        },
    },
    parent=PLANE,
)
