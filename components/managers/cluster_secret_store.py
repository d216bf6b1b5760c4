"""Manifests of a planned store: the ClusterSecretStore, and the identity that reads for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..errors import Problem, SettingsError
from ..manifests import ESO, Manifest, build_manifest
from ..openchoreo.labels import build_organization_labels
from .manager import Endpoint, PlannedStore, StoreInputs

NO_NAMESPACES: Final = "is empty; expected at least one namespace that may use the store"
"""End of a message about a store that, without conditions, every namespace could use."""


def render_store(planned: PlannedStore, values: Mapping[str, Any], endpoint: Endpoint | None) -> Manifest:
    """The ClusterSecretStore, usable only from the planned namespaces.

    Args:
        planned: the store.
        values: entries of ``manualSecrets``; only the fake manager reads them.
        endpoint: API server of the store's plane; only ``kubernetes`` with ``fromKubeconfig`` reads it.

    Raises:
        SettingsError: no namespace may use the store, the manager needs an endpoint and has none, or several
            organizations share a template.
    """
    if not (planned.namespaces or planned.selectors) or not all(planned.selectors):
        # ESO lets every namespace use a store without conditions, or with a selector without labels.
        source = f"store {planned.name}"
        raise SettingsError(source, [Problem("namespaces", NO_NAMESPACES)])
    provider = planned.manager.provider(planned, StoreInputs(values, endpoint))
    exact = [{"namespaces": list(planned.namespaces)}] if planned.namespaces else []
    labelled = [{"namespaceSelector": {"matchLabels": dict(labels)}} for labels in planned.selectors]
    spec = {**planned.options.spec(), "provider": provider, "conditions": [*exact, *labelled]}
    # Its ServiceAccount, Role and RoleBinding have names of their own, and a label would be three times in the state.
    labels = build_organization_labels(planned.organizations[0]) if len(planned.organizations) == 1 else {}
    return build_manifest(ESO, "ClusterSecretStore", planned.name, labels=labels, spec=spec)
