"""Short-lived tokens of cloud registries, which the operator makes itself.

Source: ``ECRAuthorizationToken``, ``ACRAccessToken`` and ``GCRAccessToken`` of
``generators.external-secrets.io/v1alpha1``. Without ``auth`` ESO would sign in as itself, so that every organization
had the operator's rights; with keys in a Secret they would lie in the build namespace and live forever. Hence exactly
one way: a ServiceAccount that is made in the build namespace, for which the cloud holds an identity.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from ..schema.cloud_names import CloudName, GcpServiceAccountEmail, Guid, RoleArn, RoleName
from ..schema.model import Model
from ..schema.one_of import check_one_of
from ..schema.placeholder import ORGANIZATION, template


class EcrManaged(Model):
    """A role that is made in the stack's AWS account, and may use the organization's own repositories only."""

    repositories: Annotated[
        str,
        template(
            r"([a-z0-9]+((\.|__?|-+)[a-z0-9]+)*/)+",
            "what names of repositories begin with; expected <part>/[<part>/...] in lower case, with / at the end "
            "and {organization} as one whole part",
        ),
    ] = f"{ORGANIZATION}/"
    """What the names of the organization's repositories begin with; they must exist."""
    role_name: RoleName = f"ecr-{ORGANIZATION}"
    """Name of the role; ``{organization}`` stands in it."""


class EcrToken(Model):
    """A token of Elastic Container Registry, good for 12 h, for a role that exists or one that is made here."""

    role_arn: RoleArn | None = None
    """IAM role of the ServiceAccount (annotation ``eks.amazonaws.com/role-arn``); ``{organization}`` may stand in
    it."""
    managed: EcrManaged | None = None
    """Make the role, in the account of the stack's ``aws``, instead of ``roleArn``."""
    identity_key: ClassVar = "roleArn"
    """Key of what tells two organizations apart."""

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        check_one_of({"roleArn": self.role_arn, "managed": self.managed}, required=True)
        return self

    @property
    def identity(self) -> str | None:
        """As what it signs in. None: as a role of its own, which is made here."""
        return self.role_arn


class AcrToken(Model):
    """A token of Azure Container Registry: a refresh token, good for 3 h, or with ``scope`` an access token."""

    client_id: Guid
    """Client id of the application or managed identity (annotation ``azure.workload.identity/client-id``)."""
    tenant_id: Guid
    """Its tenant (annotation ``azure.workload.identity/tenant-id``)."""
    scope: Annotated[str, Field(pattern=r"^repository:[a-z0-9._/-]+:(pull|push|pull,push)$")] | None = None
    """One repository and what may be done there: ``repository:acme/app:pull,push``. None: what the identity may do."""
    identity_key: ClassVar = "clientId"
    """Key of what tells two organizations apart."""

    @property
    def identity(self) -> str | None:
        """As what it signs in."""
        return self.client_id.lower()


class GcrToken(Model):
    """An access token of Artifact Registry or Container Registry, by workload identity of a GKE cluster.

    Good for an hour as a Google service account, else for 15 minutes.
    """

    project_id: CloudName = Field(alias="projectID")
    """Project of the registry."""
    cluster_location: CloudName
    """Region or zone of the build plane's cluster."""
    cluster_name: CloudName
    """Name of that cluster."""
    cluster_project_id: CloudName | None = Field(default=None, alias="clusterProjectID")
    """Project of that cluster. None: the operator asks its node."""
    gcp_service_account: GcpServiceAccountEmail | None = None
    """Google service account to act as (annotation ``iam.gke.io/gcp-service-account``); ``{organization}`` may stand in
    it. None: the ServiceAccount itself."""
    identity_key: ClassVar = "gcpServiceAccount"
    """Key of what tells two organizations apart."""

    @property
    def identity(self) -> str | None:
        """As what it signs in. None: as the ServiceAccount of the organization's own namespace."""
        return self.gcp_service_account


RegistryToken = EcrToken | AcrToken | GcrToken
