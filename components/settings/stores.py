"""Secret managers: what a ClusterSecretStore reads from, and for whom.

Source of the provider blocks: External Secrets Operator, ``SecretStoreProvider`` of ``external-secrets.io/v1``.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .model import DataKey, Label, ManualName, Model, ObjectName, RemoteKey


class ServiceAccountRef(Model):
    """A ServiceAccount that exists already."""

    name: ObjectName
    """Its name."""
    namespace: Label
    """Its namespace."""


class CaProvider(Model):
    """Where the operator finds the CA certificate of an API server."""

    type: Literal["ConfigMap", "Secret"]
    """Kind of the object that holds it."""
    name: ObjectName
    """Name of the object."""
    key: DataKey
    """Key in the object."""
    namespace: Label
    """Namespace of the object (a ClusterSecretStore must name it)."""


class KubernetesServer(Model):
    """The API server to read from."""

    url: Annotated[str, Field(pattern=r"^https://[^\s/]+(/\S*)?$")] | None = None
    """Address, ``https`` only."""
    ca_bundle: Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$")] | None = None
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
            msg = "is incomplete; allowed is url with one of caBundle and caProvider, or fromKubeconfig: true"
            raise ValueError(msg)
        return self


class KubernetesStore(Model):
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


class FakeEntry(Model):
    """One secret of the fake manager."""

    key: RemoteKey
    """Name of the secret."""
    manual: ManualName
    """Entry of ``manualSecrets`` with its value (JSON where a ``property`` is asked for)."""
    version: RemoteKey | None = None
    """Version. None: unversioned."""


class FakeStore(Model):
    """Fixed values, for development: whoever may read the ClusterSecretStore reads them (ESO provider ``fake``)."""

    data: Annotated[tuple[FakeEntry, ...], Field(strict=False, min_length=1)]
    """The secrets."""


class SecretStore(Model):
    """One secret manager. Exactly one provider block."""

    scope: Literal["organization", "shared"] = "organization"
    """``organization``: a ClusterSecretStore ``<name>-<org>`` with an identity of its own for each organization.
    ``shared``: one ClusterSecretStore ``<name>`` for all organizations that use it, as in OpenChoreo's docs."""
    kubernetes: KubernetesStore | None = None
    """Secrets of a namespace of the cluster."""
    fake: FakeStore | None = None
    """Fixed values for development."""

    @model_validator(mode="after")
    def _one_provider(self) -> Self:
        given = [name for name in ("kubernetes", "fake") if getattr(self, name) is not None]
        if len(given) != 1:
            what = f"has {len(given)} providers ({', '.join(given)})" if given else "has no provider"
            msg = f"{what}; allowed is exactly one of kubernetes, fake"
            raise ValueError(msg)
        return self
