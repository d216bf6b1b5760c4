"""Google Cloud Secret Manager.

Source: ``GCPSMProvider`` of ``external-secrets.io/v1``. Without the annotation ``iam.gke.io/gcp-service-account`` ESO
reads as the ServiceAccount itself, so secrets can be granted to it directly.

Prices, read on 2026-11-25: https://cloud.google.com/secret-manager/pricing (access operations, active versions; one
active version in one location for each secret). Quota: https://docs.cloud.google.com/secret-manager/quotas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import model_validator

from ..manifests import Manifest
from ..schema.cloud_names import CloudName, GcpProject, GcpServiceAccountEmail
from ..schema.cloud_regions import GoogleLocation, GoogleRegion
from ..schema.deferred import Deferrable
from ..schema.model import Example, Model
from ..schema.one_of import check_one_of
from ..schema.placeholder import fill, must_match_template
from .manager import PlannedStore, StoreInputs, TypedManager
from .references import SecretKeyRef, ServiceAccountRef, StoreServiceAccount
from .registry import register
from .rendering import build_account_reference, build_provider_block, build_service_account, dump
from .tariff import Place, Tariff, per_10_000

_PROJECT: Final = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]|[0-9]+", re.ASCII)
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,255}")


def _project(project: str) -> str | None:
    if not _PROJECT.fullmatch(project):
        return "is not a project id: 6 to 30 lower-case letters, digits and hyphens, the first a letter"
    return None


ProjectId = Annotated[
    str,
    must_match_template(r"([a-z0-9.-]+:)?[a-z0-9-]+", "a project id: lower-case letters, digits and hyphens", _project),
]


class GcpServiceAccount(StoreServiceAccount):
    """Workload identity of a ServiceAccount that the stack creates for each store."""

    example: ClassVar[Example] = StoreServiceAccount.example

    gcp_service_account: Deferrable[GcpServiceAccountEmail] | None = None
    """Google service account to read as (annotation ``iam.gke.io/gcp-service-account``); may contain
    ``{organization}``. None: as the ServiceAccount itself, ``principal://.../subject/ns/<identityNamespace>/sa/eso-<store>``."""


class GcpWorkloadIdentity(Model):
    """Workload identity of a GKE cluster. The operator asks its node for fields of the cluster that are left out."""

    example: ClassVar[Example] = {"serviceAccount": GcpServiceAccount.example}

    service_account: GcpServiceAccount | None = None
    """With a ServiceAccount that the stack creates for each store."""
    service_account_ref: ServiceAccountRef | None = None
    """With an existing ServiceAccount."""
    cluster_location: Deferrable[GoogleLocation] | None = None
    """Region or zone of the cluster."""
    cluster_name: Deferrable[CloudName] | None = None
    """Name of the cluster."""
    cluster_project_id: Deferrable[GcpProject] | None = None
    """Project of the cluster."""

    @model_validator(mode="after")
    def _one_account(self) -> Self:
        check_one_of(
            {"serviceAccount": self.service_account, "serviceAccountRef": self.service_account_ref}, required=True
        )
        return self


class GcpSecretRef(Model):
    """A key of a Google service account in a Kubernetes Secret."""

    example: ClassVar[Example] = {"secretAccessKeySecretRef": SecretKeyRef.example}

    secret_access_key: SecretKeyRef
    """The key, JSON."""


class GcpAuth(Model):
    """How the operator signs in: exactly one way."""

    example: ClassVar[Example] = {"workloadIdentity": GcpWorkloadIdentity.example}

    workload_identity: GcpWorkloadIdentity | None = None
    """With a ServiceAccount of a GKE cluster."""
    secret_ref: GcpSecretRef | None = None
    """With a key of a Google service account."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        check_one_of({"workloadIdentity": self.workload_identity, "secretRef": self.secret_ref}, required=True)
        return self


@register
class GcpStore(TypedManager):
    """Google Cloud Secret Manager.

    The secrets of one project, or of one project for each organization (ESO provider ``gcpsm``).
    """

    example: ClassVar[Example] = {"projectID": "acme-prod"}
    settings_key: ClassVar[str] = "gcp"
    provider_key: ClassVar[str] = "gcpsm"
    docs_page: ClassVar[str] = "stores/gcp.md"
    retries: ClassVar[bool] = False
    tariff: ClassVar[Tariff] = Tariff(
        "Google Secret Manager", per_10_000("0.03"), Fraction("0.06"), Fraction(90_000, 60)
    )

    project_id: Deferrable[ProjectId]
    """Project of the secrets; may contain ``{organization}``."""
    location: Deferrable[GoogleRegion] | None = None
    """Region of regional secrets. None: global secrets."""
    auth: GcpAuth | None = None
    """How the operator signs in. None: as itself (application default credentials)."""

    @property
    def isolation_fields(self) -> tuple[str, ...] | None:
        """A project for each organization, or an identity for each organization that secrets are granted to."""
        if self.auth is None:
            return ("projectID",)
        if self.auth.workload_identity is None:
            return ("projectID", "auth.secretRef")
        own = self.auth.workload_identity.service_account
        if own is None:
            return ("projectID", "auth.workloadIdentity.serviceAccountRef")
        if own.gcp_service_account is None:
            return None
        return ("projectID", "auth.workloadIdentity.serviceAccount.gcpServiceAccount")

    def separates_stores(self, *, one_cluster: bool) -> bool:
        """Google identifies a ServiceAccount by namespace and name, in whichever cluster of the project it is."""
        return one_cluster and super().separates_stores(one_cluster=one_cluster)

    def key_problem(self, key: str, organization: str) -> str | None:
        """Names of secrets: letters, digits, hyphens and underscores."""
        if _KEY.fullmatch(key):
            return None
        return "is not a name of Google Secret Manager: letters, digits, - and _, at most 255 characters"

    def location_block(self, organization: str) -> Mapping[str, Any]:
        """The project, and the region of a regional secret."""
        location = "" if self.location is None else self.location
        return {"projectID": fill(self.project_id, organization), "location": location}

    def identity(self, planned: PlannedStore) -> list[Manifest]:
        """A ServiceAccount with the Google service account that it acts as, unless an existing one is used."""
        workload = self.auth.workload_identity if self.auth else None
        own = workload.service_account if workload else None
        annotations = {"iam.gke.io/gcp-service-account": own.gcp_service_account if own else None}
        return build_service_account(planned, own, annotations)

    def provider(self, planned: PlannedStore, inputs: StoreInputs) -> dict[str, Any]:
        """The ``gcpsm`` block of a ClusterSecretStore."""
        auth = _auth(planned, self.auth) if self.auth else None
        block = build_provider_block(planned, projectID=self.project_id, location=self.location, auth=auth)
        return {self.provider_key: block}

    @classmethod
    def place_of(cls, block: Mapping[str, Any]) -> Place:
        """The quota is for one project."""
        return Place(cls.tariff, where=block.get("projectID", ""))


def _auth(planned: PlannedStore, auth: GcpAuth) -> dict[str, Any]:
    workload = auth.workload_identity
    if workload is None:
        return {"secretRef": dump(auth.secret_ref)}
    return {
        "workloadIdentity": build_provider_block(
            planned,
            clusterLocation=workload.cluster_location,
            clusterName=workload.cluster_name,
            clusterProjectID=workload.cluster_project_id,
            serviceAccountRef=build_account_reference(planned, workload.service_account, workload.service_account_ref),
        )
    }
