"""Tokens of Google's Artifact Registry and Container Registry.

Source: ``GCRAccessToken`` of ``generators.external-secrets.io/v1alpha1``.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ...schema.cloud_names import CloudName, GcpServiceAccountEmail
from ...schema.cloud_regions import GoogleLocation
from ...schema.deferred import Deferrable, InputStr
from ...schema.model import Example
from ...schema.placeholder import fill_text
from ...secrets import lifetimes
from ...secrets.credential import Owner
from ...secrets.generator import Generator
from ..hosts import RegistryHost
from .registry_token import RegistryToken, register_token


@register_token
class GcrToken(RegistryToken):
    """An access token of Artifact Registry or Container Registry, by workload identity of a GKE cluster.

    Valid for an hour as a Google service account, else for 15 minutes.
    """

    example: ClassVar[Example] = {"projectID": "acme-prod", "clusterLocation": "europe-west3", "clusterName": "builds"}

    project_id: Deferrable[CloudName]
    """Project of the registry."""
    cluster_location: Deferrable[GoogleLocation]
    """Region or zone of the build plane's cluster."""
    cluster_name: Deferrable[CloudName]
    """Name of that cluster."""
    cluster_project_id: Deferrable[CloudName] | None = None
    """Project of that cluster. None: ESO reads it from the metadata server of its node."""
    gcp_service_account: Deferrable[GcpServiceAccountEmail] | None = None
    """Google service account to act as (annotation ``iam.gke.io/gcp-service-account``); may contain
    ``{organization}``. None: the ServiceAccount itself."""
    settings_key: ClassVar[str] = "gcr"
    identity_key: ClassVar[str] = "gcpServiceAccount"
    generator_kind: ClassVar[str] = "GCRAccessToken"

    @property
    def identity(self) -> InputStr | None:
        """The Google service account. None: the ServiceAccount in the organization's own namespace."""
        return self.gcp_service_account

    @property
    def lifetime(self) -> str:
        """Longer as a Google service account."""
        return lifetimes.GOOGLE_FEDERATED if self.gcp_service_account is None else lifetimes.GOOGLE_ACCOUNT

    def generator(self, registry: RegistryHost, name: str, owner: Owner) -> Generator:
        """``GCRAccessToken``."""
        account = self.gcp_service_account
        cluster: dict[str, Any] = {"clusterLocation": self.cluster_location, "clusterName": self.cluster_name}
        if self.cluster_project_id is not None:
            cluster["clusterProjectID"] = self.cluster_project_id
        return Generator(
            kind=self.generator_kind,
            name=name,
            spec={
                "projectID": self.project_id,
                "auth": {"workloadIdentity": {"serviceAccountRef": {"name": name}, **cluster}},
            },
            lifetime=self.lifetime,
            service_account={}
            if account is None
            else {"iam.gke.io/gcp-service-account": fill_text(account, owner.name)},
        )
