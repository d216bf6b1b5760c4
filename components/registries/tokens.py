"""Short-lived tokens of cloud registries, which ESO renews: settings, and the generator of each kind.

A generator and its ServiceAccount are in the build namespace, so builds may use them as well as ESO does: the cloud's
identity must be allowed to push to the organization's repositories and to do nothing else. Without ``auth`` ESO would
sign in as itself, with the operator's rights for every organization; static keys in a Secret would be readable by
builds and would not expire. So the only method is a ServiceAccount in the build namespace with an identity of the
cloud.

Source: ``ECRAuthorizationToken``, ``ACRAccessToken`` and ``GCRAccessToken`` of
``generators.external-secrets.io/v1alpha1``. Lifetimes are the clouds': 12 h for a token of ECR; 3 h for a refresh token
of ACR (Microsoft, "Authenticate with an Azure container registry"), and for its access tokens an hour is assumed, for
which no source was found; Google's tokens live for an hour as a Google service account, else as long as the Kubernetes
token that they were exchanged for, which ESO requests for 15 minutes.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Self, cast

from pydantic import model_validator

from ..schema.cloud_names import ENTRA_ID, CloudName, GcpServiceAccountEmail, Guid, RoleArn, RoleName
from ..schema.deferred import Deferrable, InputStr, lift
from ..schema.form import must_match
from ..schema.model import Example, Model
from ..schema.one_of import check_one_of
from ..schema.placeholder import ORGANIZATION, fill, fill_text, must_match_template
from ..secrets.credential import Owner
from ..secrets.generator import Generator
from .hosts import RegistryHost


class RegistryToken(Model):
    """Base of the settings of a token. Every text may be an output, except those of `EcrManaged`: they form names."""

    identity_key: ClassVar[str]
    """Key of the field that differs between organizations."""

    @property
    @abstractmethod
    def identity(self) -> InputStr | None:
        """Identity that it signs in with. None: one that only the organization has."""

    @abstractmethod
    def generator(self, registry: RegistryHost, name: str, owner: Owner) -> Generator:
        """The generator of the tokens.

        Args:
            registry: registry that the tokens are for.
            name: name of the generator and of its ServiceAccount.
            owner: organization whose name replaces ``{organization}``, and the account of its roles.
        """


_Scope = Annotated[
    str,
    must_match(
        r"repository:[a-z0-9._/-]+:(pull|push|pull,push)",
        "a scope of one repository; expected repository:<name>:pull, :push or :pull,push",
    ),
]


class EcrManaged(Model):
    """A role in the stack's AWS account that may use the organization's own repositories only."""

    example: ClassVar[Example] = {"repositories": "{organization}/"}

    repositories: Annotated[
        str,
        must_match_template(
            r"([a-z0-9]+((\.|__?|-+)[a-z0-9]+)*/)+",
            "the beginning of names of repositories; expected <part>/[<part>/...] in lower case, with / at the end "
            "and {organization} as one whole part",
        ),
    ] = f"{ORGANIZATION}/"
    """Beginning of the names of the organization's repositories; they must exist."""
    role_name: RoleName = f"ecr-{ORGANIZATION}"
    """Name of the role; must contain ``{organization}``."""


class EcrToken(RegistryToken):
    """A token of Elastic Container Registry, valid for 12 h, for an existing role or one that the stack creates."""

    example: ClassVar[Example] = {"roleArn": "arn:aws:iam::123456789012:role/push-{organization}"}

    role_arn: Deferrable[RoleArn] | None = None
    """IAM role of the ServiceAccount (annotation ``eks.amazonaws.com/role-arn``); may contain
    ``{organization}``."""
    managed: EcrManaged | None = None
    """Create the role in the account of the stack's ``aws``, instead of ``roleArn``."""
    identity_key: ClassVar[str] = "roleArn"

    @model_validator(mode="after")
    def _one_role(self) -> Self:
        check_one_of({"roleArn": self.role_arn, "managed": self.managed}, required=True)
        return self

    @property
    def identity(self) -> InputStr | None:
        """The role. None: the role that the stack creates for the organization."""
        return self.role_arn

    def generator(self, registry: RegistryHost, name: str, owner: Owner) -> Generator:
        """``ECRAuthorizationToken``."""
        arn = self._role_arn(owner)
        return Generator(
            kind="ECRAuthorizationToken",
            name=name,
            spec={
                "region": registry.aws_region,
                "scope": "public" if registry.is_ecr_public else "private",
                "auth": {"jwt": {"serviceAccountRef": {"name": name}}},
            },
            lifetime="12h0m0s",
            service_account={} if arn is None else {"eks.amazonaws.com/role-arn": arn},
        )

    def _role_arn(self, owner: Owner) -> InputStr | None:
        """The role, as configured or as the stack creates it. None: the stack's AWS account is missing."""
        if self.role_arn is not None:
            return fill_text(self.role_arn, owner.name)
        # The validator requires one of both.
        managed = cast("EcrManaged", self.managed)
        if owner.account is None:
            return None
        return owner.account.role_arn(str(fill(managed.role_name, owner.name)))


class AcrToken(RegistryToken):
    """A token of Azure Container Registry: a refresh token, valid for 3 h, or with ``scope`` an access token."""

    example: ClassVar[Example] = {"clientId": ENTRA_ID, "tenantId": ENTRA_ID}

    client_id: Deferrable[Guid]
    """Client id of the application or managed identity (annotation ``azure.workload.identity/client-id``)."""
    tenant_id: Deferrable[Guid]
    """Its tenant (annotation ``azure.workload.identity/tenant-id``)."""
    scope: Deferrable[_Scope] | None = None
    """One repository and its actions: ``repository:acme/app:pull,push``. None: all that the identity may do."""
    identity_key: ClassVar[str] = "clientId"

    @property
    def identity(self) -> InputStr | None:
        """The client id."""
        return cast("InputStr", lift(str.lower, self.client_id))

    def generator(self, registry: RegistryHost, name: str, owner: Owner) -> Generator:
        """``ACRAccessToken``."""
        scope = {} if self.scope is None else {"scope": self.scope}
        return Generator(
            kind="ACRAccessToken",
            name=name,
            spec={
                "registry": registry.host,
                "tenantId": self.tenant_id,
                "environmentType": registry.azure_cloud,
                "auth": {"workloadIdentity": {"serviceAccountRef": {"name": name}}},
                **scope,
            },
            lifetime="3h0m0s" if self.scope is None else "1h0m0s",
            service_account={
                "azure.workload.identity/client-id": self.client_id,
                "azure.workload.identity/tenant-id": self.tenant_id,
            },
        )


class GcrToken(RegistryToken):
    """An access token of Artifact Registry or Container Registry, by workload identity of a GKE cluster.

    Valid for an hour as a Google service account, else for 15 minutes.
    """

    example: ClassVar[Example] = {"projectID": "acme-prod", "clusterLocation": "europe-west3", "clusterName": "builds"}

    project_id: Deferrable[CloudName]
    """Project of the registry."""
    cluster_location: Deferrable[CloudName]
    """Region or zone of the build plane's cluster."""
    cluster_name: Deferrable[CloudName]
    """Name of that cluster."""
    cluster_project_id: Deferrable[CloudName] | None = None
    """Project of that cluster. None: ESO reads it from the metadata server of its node."""
    gcp_service_account: Deferrable[GcpServiceAccountEmail] | None = None
    """Google service account to act as (annotation ``iam.gke.io/gcp-service-account``); may contain
    ``{organization}``. None: the ServiceAccount itself."""
    identity_key: ClassVar[str] = "gcpServiceAccount"

    @property
    def identity(self) -> InputStr | None:
        """The Google service account. None: the ServiceAccount in the organization's own namespace."""
        return self.gcp_service_account

    def generator(self, registry: RegistryHost, name: str, owner: Owner) -> Generator:
        """``GCRAccessToken``."""
        account = self.gcp_service_account
        cluster: dict[str, Any] = {"clusterLocation": self.cluster_location, "clusterName": self.cluster_name}
        if self.cluster_project_id is not None:
            cluster["clusterProjectID"] = self.cluster_project_id
        return Generator(
            kind="GCRAccessToken",
            name=name,
            spec={
                "projectID": self.project_id,
                "auth": {"workloadIdentity": {"serviceAccountRef": {"name": name}, **cluster}},
            },
            lifetime="15m0s" if account is None else "1h0m0s",
            service_account={}
            if account is None
            else {"iam.gke.io/gcp-service-account": fill_text(account, owner.name)},
        )
