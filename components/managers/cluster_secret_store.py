"""Secret managers: settings -> ClusterSecretStore, and the identity that reads it. One module per manager."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..manifests import Manifest, manifest
from . import aws, azure, custom, fake, gcp, kubernetes, vault
from .kubernetes import Endpoint
from .planned import PlannedStore

_Identity = Callable[[PlannedStore, Any], list[Manifest]]
_Provider = Callable[[PlannedStore, Any, Mapping[str, Any], Endpoint | None], dict[str, Any]]

_IDENTITIES: Final[Mapping[str, _Identity]] = {
    "kubernetes": kubernetes.identity,
    "aws": aws.identity,
    "vault": vault.identity,
    "azure": azure.identity,
    "gcp": gcp.identity,
}
_PROVIDERS: Final[Mapping[str, _Provider]] = {
    "kubernetes": lambda planned, store, _, endpoint: {"kubernetes": kubernetes.provider(planned, store, endpoint)},
    "fake": lambda planned, store, values, _: {"fake": fake.provider(planned, store, values)},
    "aws": lambda planned, store, *_: {"aws": aws.provider(planned, store)},
    "vault": lambda planned, store, *_: {"vault": vault.provider(planned, store)},
    "azure": lambda planned, store, *_: {"azurekv": azure.provider(planned, store)},
    "gcp": lambda planned, store, *_: {"gcpsm": gcp.provider(planned, store)},
    "custom": lambda planned, store, *_: custom.provider(planned, store),
}


def identity(planned: PlannedStore) -> list[Manifest]:
    """Objects that give a store its own identity in the secret manager, in the order they are made."""
    name, settings = planned.store.manager
    return _IDENTITIES[name](planned, settings) if name in _IDENTITIES else []


def cluster_secret_store(planned: PlannedStore, values: Mapping[str, Any], endpoint: Endpoint | None) -> Manifest:
    """The ClusterSecretStore, usable only from the planned namespaces.

    Args:
        planned: what is built.
        values: entries of ``manualSecrets`` (only the fake manager reads them).
        endpoint: API server of the build plane (only ``kubernetes`` with ``fromKubeconfig`` reads it).
    """
    name, settings = planned.store.manager
    block = _PROVIDERS[name](planned, settings, values, endpoint)
    named = [{"namespaces": list(planned.namespaces)}] if planned.namespaces else []
    labelled = [{"namespaceSelector": {"matchLabels": dict(labels)}} for labels in planned.selectors]
    spec = {"provider": block, "conditions": [*named, *labelled]}
    return manifest("external-secrets.io/v1", "ClusterSecretStore", planned.name, spec=spec)
