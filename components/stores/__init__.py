"""Secret managers: settings -> ClusterSecretStore, and the identity that reads it. One module per manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..manifests import Manifest, manifest
from . import fake, kubernetes
from .kubernetes import Endpoint
from .plan import Plane, PlannedStore, plan

__all__ = ["Endpoint", "Plane", "PlannedStore", "cluster_secret_store", "identity", "plan"]


def identity(planned: PlannedStore) -> list[Manifest]:
    """Objects that give a store its own identity in the secret manager, in the order they are made."""
    if planned.store.kubernetes is not None:
        return kubernetes.identity(planned, planned.store.kubernetes)
    return []


def cluster_secret_store(planned: PlannedStore, values: Mapping[str, Any], endpoint: Endpoint | None) -> Manifest:
    """The ClusterSecretStore, usable only from the planned namespaces.

    Args:
        planned: what is built.
        values: entries of ``manualSecrets`` (only the fake manager reads them).
        endpoint: API server of the build plane (only ``kubernetes`` with ``fromKubeconfig`` reads it).
    """
    block: dict[str, Any] = {}
    if planned.store.kubernetes is not None:
        block["kubernetes"] = kubernetes.provider(planned, planned.store.kubernetes, endpoint)
    if planned.store.fake is not None:
        block["fake"] = fake.provider(planned, planned.store.fake, values)
    named = [{"namespaces": list(planned.namespaces)}] if planned.namespaces else []
    labelled = [{"namespaceSelector": {"matchLabels": dict(labels)}} for labels in planned.selectors]
    spec = {"provider": block, "conditions": [*named, *labelled]}
    return manifest("external-secrets.io/v1", "ClusterSecretStore", planned.name, spec=spec)
