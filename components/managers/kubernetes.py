"""ESO provider ``kubernetes``: Secrets of one namespace, read by an identity that may get exactly the named ones.

Source: ``KubernetesProvider`` of ``external-secrets.io/v1``; RBAC refuses every other Secret, whatever an
ExternalSecret asks for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from ..manifests import Manifest, manifest
from ..schema.model import Label, Model
from .manager import (
    Base64,
    CaProvider,
    Manager,
    ServiceAccountRef,
    account_name,
    finished,
    plain,
)
from .planned import PlannedStore


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


class KubernetesServer(Model):
    """The API server to read from."""

    url: Annotated[str, Field(pattern=r"^https://[^\s/]+(/\S*)?$")] | None = None
    """Address, ``https`` only."""
    ca_bundle: Base64 | None = None
    """CA certificate, base64 of PEM."""
    ca_provider: CaProvider | None = None
    """CA certificate by reference, instead of ``caBundle``."""
    from_kubeconfig: bool = False
    """Take address and CA from the build plane's kubeconfig: for an operator that runs outside its cluster."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.from_kubeconfig:
            if self.url or self.ca_bundle or self.ca_provider:
                msg = "fromKubeconfig brings url and CA; leave url, caBundle and caProvider out"
                raise ValueError(msg)
            return self
        if self.url is None or (self.ca_bundle is None) == (self.ca_provider is None):
            msg = "is incomplete; use url with one of caBundle and caProvider, or fromKubeconfig: true"
            raise ValueError(msg)
        return self


class KubernetesStore(Manager):
    """Secrets of one namespace of the build plane's cluster (ESO provider ``kubernetes``).

    Without ``serviceAccount`` each store gets an identity of its own: a ServiceAccount and a Role that may get exactly
    the Secrets that its organizations name.
    """

    remote_namespace: Label
    """Namespace that holds the source Secrets and the identities."""
    server: KubernetesServer | None = None
    """API server. None: ``https://kubernetes.default``, the operator's own cluster."""
    service_account: ServiceAccountRef | None = None
    """Identity to use as it is. None: made here, limited to the named Secrets."""

    @property
    def told_apart_by(self) -> tuple[str, ...] | None:
        """The account that is made here may read its own organization's Secrets only; another may be anybody's."""
        return None if self.service_account is None else ("serviceAccount",)
