"""Google Cloud Secret Manager.

Source: ``GCPSMProvider`` of ``external-secrets.io/v1``. Without the annotation ``iam.gke.io/gcp-service-account`` ESO
reads as the ServiceAccount itself, so secrets can be granted to it directly.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from ..manifests import Manifest
from ..schema.cloud_names import CloudName, GcpServiceAccountEmail
from ..schema.model import Model
from ..schema.one_of import check_one_of
from ..schema.placeholder import template
from .manager import (
    Manager,
    SecretKeyRef,
    ServiceAccountRef,
    StoreServiceAccount,
    account_reference,
    finished,
    plain,
    service_account,
)
from .planned import PlannedStore

_PROJECT: Final = re.compile(r"([a-z0-9.-]+:)?[a-z][a-z0-9-]{4,28}[a-z0-9]|[0-9]+", re.ASCII)


def _project(project: str) -> str | None:
    if not _PROJECT.fullmatch(project):
        return "is not a project id: 6 to 30 lower-case letters, digits and hyphens, the first a letter"
    return None


ProjectId = Annotated[
    str, template(r"([a-z0-9.-]+:)?[a-z0-9-]+", "a project id: lower-case letters, digits and hyphens", _project)
]


class GcpServiceAccount(StoreServiceAccount):
    """Workload identity for a ServiceAccount that is made here for each store."""

    gcp_service_account: GcpServiceAccountEmail | None = None
    """Google service account to read as (annotation ``iam.gke.io/gcp-service-account``); ``{organization}`` may stand
    in it. None: as the ServiceAccount itself, ``principal://.../subject/ns/<identityNamespace>/sa/eso-<store>``."""


class GcpWorkloadIdentity(Model):
    """Workload identity of a GKE cluster. What is left out of the cluster, the operator asks its node about."""

    service_account: GcpServiceAccount | None = None
    """With a ServiceAccount that is made here for each store."""
    service_account_ref: ServiceAccountRef | None = None
    """With a ServiceAccount that exists."""
    cluster_location: CloudName | None = None
    """Region or zone of the cluster."""
    cluster_name: CloudName | None = None
    """Name of the cluster."""
    cluster_project_id: Annotated[str, Field(pattern=r"^([a-z0-9.-]+:)?[a-z0-9-]+$")] | None = Field(
        default=None, alias="clusterProjectID"
    )
    """Project of the cluster."""

    @model_validator(mode="after")
    def _one_account(self) -> Self:
        check_one_of(
            {"serviceAccount": self.service_account, "serviceAccountRef": self.service_account_ref}, required=True
        )
        return self


class GcpSecretRef(Model):
    """A key of a Google service account in a Kubernetes Secret."""

    secret_access_key: SecretKeyRef = Field(alias="secretAccessKeySecretRef")
    """The key, JSON."""


class GcpAuth(Model):
    """How the operator signs in: exactly one way."""

    workload_identity: GcpWorkloadIdentity | None = None
    """With a ServiceAccount of a GKE cluster."""
    secret_ref: GcpSecretRef | None = None
    """With a key of a Google service account."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        check_one_of({"workloadIdentity": self.workload_identity, "secretRef": self.secret_ref}, required=True)
        return self


class GcpStore(Manager):
    """The secrets of one project, or of one for each organization (ESO provider ``gcpsm``)."""

    project_id: ProjectId = Field(alias="projectID")
    """Project of the secrets; ``{organization}`` may stand in it."""
    location: CloudName | None = None
    """Region of regional secrets. None: global secrets."""
    auth: GcpAuth | None = None
    """How the operator signs in. None: as itself (application default credentials)."""

    @property
    def told_apart_by(self) -> tuple[str, ...] | None:
        """A project for each organization, or an identity for each, to which secrets are granted."""
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


def identity(planned: PlannedStore, store: GcpStore) -> list[Manifest]:
    """A ServiceAccount, and the Google service account that it acts for, where one is to be made."""
    workload = store.auth.workload_identity if store.auth else None
    own = workload.service_account if workload else None
    annotations = {"iam.gke.io/gcp-service-account": own.gcp_service_account if own else None}
    return service_account(planned, own, annotations)


def provider(planned: PlannedStore, store: GcpStore) -> dict[str, Any]:
    """The ``gcpsm`` block of a ClusterSecretStore."""
    auth = _auth(planned, store.auth) if store.auth else None
    return finished(planned, projectID=store.project_id, location=store.location, auth=auth)


def _auth(planned: PlannedStore, auth: GcpAuth) -> dict[str, Any]:
    workload = auth.workload_identity
    if workload is None:
        return {"secretRef": plain(auth.secret_ref)}
    return {
        "workloadIdentity": finished(
            planned,
            clusterLocation=workload.cluster_location,
            clusterName=workload.cluster_name,
            clusterProjectID=workload.cluster_project_id,
            serviceAccountRef=account_reference(planned, workload.service_account, workload.service_account_ref),
        )
    }
