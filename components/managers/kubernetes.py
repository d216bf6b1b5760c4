"""ESO provider ``kubernetes``: Secrets of one namespace, read by an identity that may get exactly the named Secrets.

Source: ``KubernetesProvider`` of ``external-secrets.io/v1``. RBAC refuses every other Secret, whatever an
ExternalSecret requests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, Self

from pydantic import model_validator

from ..errors import Problem, SettingsError
from ..manifests import Manifest, build_manifest
from ..schema.deferred import Deferrable
from ..schema.form import HttpsUrl
from ..schema.model import Example, Label, Model
from ..schema.names import check_subdomain
from .block_keys import reads_own_cluster
from .manager import NO_ENDPOINT, Endpoint, PlannedStore, StoreInputs, TypedManager
from .references import CaBundle, CaProvider, ServiceAccountRef
from .registry import register
from .rendering import build_provider_block, dump, get_account_name
from .tariff import FREE, Place, Tariff


class KubernetesServer(Model):
    """The API server to read from."""

    example: ClassVar[Example] = {"fromKubeconfig": True}

    url: Deferrable[HttpsUrl] | None = None
    """Address, ``https`` only."""
    ca_bundle: Deferrable[CaBundle] | None = None
    """CA certificates of the server: PEM, or base64 of PEM."""
    ca_provider: CaProvider | None = None
    """CA certificate by reference, instead of ``caBundle``."""
    from_kubeconfig: bool = False
    """Take address and CA from the build plane's kubeconfig: for an operator that runs outside its cluster."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.from_kubeconfig:
            if any(field is not None for field in (self.url, self.ca_bundle, self.ca_provider)):
                msg = "fromKubeconfig sets url and CA; leave out url, caBundle and caProvider"
                raise ValueError(msg)
            return self
        if self.url is None or (self.ca_bundle is None) == (self.ca_provider is None):
            msg = "is incomplete; use url with one of caBundle and caProvider, or fromKubeconfig: true"
            raise ValueError(msg)
        return self


@register
class KubernetesStore(TypedManager):
    """Secrets of a namespace of the cluster.

    ESO provider ``kubernetes``. Without ``serviceAccount`` each store has its own identity: a ServiceAccount, and a
    Role that may get exactly the Secrets that its organizations name.
    """

    example: ClassVar[Example] = {"remoteNamespace": "secret-manager"}
    settings_key: ClassVar[str] = "kubernetes"
    provider_key: ClassVar[str] = "kubernetes"
    docs_page: ClassVar[str] = "secret-stores.md#kubernetes"
    retries: ClassVar[bool] = False
    tariff: ClassVar[Tariff] = Tariff("kubernetes", FREE, FREE)

    remote_namespace: Label
    """Namespace that holds the source Secrets and the identities."""
    server: KubernetesServer | None = None
    """API server. None: ``https://kubernetes.default``, the operator's own cluster."""
    service_account: ServiceAccountRef | None = None
    """Existing identity to use. None: the stack creates one that may get only the named Secrets."""

    @property
    def isolation_fields(self) -> tuple[str, ...] | None:
        """A created account may read its own organization's Secrets only; an existing one may be shared."""
        return None if self.service_account is None else ("serviceAccount",)

    @property
    def needs_endpoint(self) -> bool:
        """With ``server.fromKubeconfig`` only."""
        return self.server is not None and self.server.from_kubeconfig

    @property
    def enforces_keys(self) -> bool:
        """With a created account, whose Role names them."""
        return self.service_account is None

    def references(self) -> Iterator[tuple[str, str]]:
        """The namespace of the source Secrets as well: builds there could read every one of them."""
        yield ".remoteNamespace", self.remote_namespace
        yield from super().references()

    def key_problem(self, key: str, organization: str) -> str | None:
        """Names of Secrets."""
        try:
            check_subdomain(key)
        except ValueError as error:
            return str(error)
        return None

    def location_block(self, organization: str) -> Mapping[str, Any]:
        """The namespace, and the API server if the settings have its address."""
        url = None if self.server is None else self.server.url
        return {"remoteNamespace": self.remote_namespace, "server": {} if url is None else {"url": url}}

    @property
    def reads_own_cluster(self) -> bool:
        """Unless the settings name another API server."""
        return reads_own_cluster(self.provider_key, self.location_block(""))

    def identity(self, planned: PlannedStore) -> list[Manifest]:
        """ServiceAccount, Role and RoleBinding of a store; empty if it uses an existing account."""
        if self.service_account is not None:
            return []
        name, namespace = get_account_name(planned), self.remote_namespace
        rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": list(planned.keys), "verbs": ["get"]}
        # In RBAC, an empty list of names means every Secret of the namespace.
        rules = [rule] if planned.keys else []
        subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
        role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
        rbac = "rbac.authorization.k8s.io/v1"
        return [
            build_manifest("v1", "ServiceAccount", name, namespace=namespace),
            build_manifest(rbac, "Role", name, namespace=namespace, rules=rules),
            build_manifest(rbac, "RoleBinding", name, namespace=namespace, subjects=[subject], roleRef=role),
        ]

    def provider(self, planned: PlannedStore, inputs: StoreInputs) -> dict[str, Any]:
        """The ``kubernetes`` block of a ClusterSecretStore."""
        own = {"name": get_account_name(planned), "namespace": self.remote_namespace}
        block = build_provider_block(
            planned,
            remoteNamespace=self.remote_namespace,
            server=_server(self, planned.name, inputs.endpoint),
            auth={"serviceAccount": own if self.service_account is None else dump(self.service_account)},
        )
        return {self.provider_key: block}

    def place(self, planned: PlannedStore) -> Place:
        """Reads are free, whatever the endpoint."""
        return self.place_of({})


def _server(store: KubernetesStore, name: str, endpoint: Endpoint | None) -> dict[str, Any]:
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
            problem = Problem(f"{store.settings_key}.server.fromKubeconfig", f"the endpoint {NO_ENDPOINT}")
            source = f"store {name}"
            raise SettingsError(source, [problem])
        return {"url": endpoint.url, "caBundle": endpoint.ca_bundle}
    if server.ca_provider is not None:
        return {"url": server.url, "caProvider": dump(server.ca_provider)}
    return {"url": server.url, "caBundle": server.ca_bundle}
