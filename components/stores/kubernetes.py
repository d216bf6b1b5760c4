"""ESO provider ``kubernetes``: Secrets of one namespace, read by an identity that may get exactly the named ones.

Source: ``KubernetesProvider`` of ``external-secrets.io/v1``; RBAC refuses every other Secret, whatever an
ExternalSecret asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..manifests import Manifest, manifest
from ..settings import KubernetesStore
from .block import account_name, finished, plain
from .plan import PlannedStore


@dataclass(frozen=True)
class Endpoint:
    """An API server as a kubeconfig describes it."""

    url: str
    """``https://host[:port]``."""
    ca_bundle: str
    """CA certificates, base64 of PEM."""


def identity(planned: PlannedStore, store: KubernetesStore) -> list[Manifest]:
    """ServiceAccount, Role and RoleBinding of a store, or nothing where an existing account is named."""
    if store.service_account is not None:
        return []
    name, namespace = account_name(planned), store.remote_namespace
    rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": list(planned.keys), "verbs": ["get"]}
    subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    return [
        manifest("v1", "ServiceAccount", name, namespace=namespace),
        manifest("rbac.authorization.k8s.io/v1", "Role", name, namespace=namespace, rules=[rule]),
        manifest(
            "rbac.authorization.k8s.io/v1", "RoleBinding", name, namespace=namespace, subjects=[subject], roleRef=role
        ),
    ]


def provider(planned: PlannedStore, store: KubernetesStore, endpoint: Endpoint | None) -> dict[str, Any]:
    """The ``kubernetes`` block of a ClusterSecretStore.

    Args:
        planned: the store that is built.
        store: its settings.
        endpoint: the build plane's API server, needed where ``server.fromKubeconfig`` is set.
    """
    own = {"name": account_name(planned), "namespace": store.remote_namespace}
    return finished(
        planned,
        remoteNamespace=store.remote_namespace,
        server=_server(store, endpoint),
        auth={"serviceAccount": own if store.service_account is None else plain(store.service_account)},
    )


def _server(store: KubernetesStore, endpoint: Endpoint | None) -> dict[str, Any]:
    server = store.server
    if server is None:
        root_ca = {
            "type": "ConfigMap",
            "name": "kube-root-ca.crt",
            "key": "ca.crt",
            "namespace": store.remote_namespace,
        }
        return {"url": "https://kubernetes.default", "caProvider": root_ca}
    if server.from_kubeconfig:
        if endpoint is None:
            msg = "server.fromKubeconfig needs the endpoint of the build plane"
            raise ValueError(msg)
        return {"url": endpoint.url, "caBundle": endpoint.ca_bundle}
    if server.ca_provider is not None:
        return {"url": server.url, "caProvider": server.ca_provider.model_dump()}
    return {"url": server.url, "caBundle": server.ca_bundle}
