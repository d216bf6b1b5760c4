"""AWS Secrets Manager and Systems Manager Parameter Store.

Source: ``AWSProvider`` of ``external-secrets.io/v1``, and what ESO does with it: access keys silently win over a
ServiceAccount, and external id and tags are sent only where a role is assumed.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from ..iam.account import AwsAccount
from ..iam.trust import ORGANIZATION_TAG
from ..manifests import Manifest
from ..schema.cloud_names import RoleArn
from ..schema.model import Model
from ..schema.one_of import check_one_of
from ..schema.placeholder import ORGANIZATION, template
from .aws_managed import AwsManaged
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

_EXTERNAL_ID_LENGTH: Final = (2, 1224)
_EXTERNAL_ID: Final = "an external id: letters, digits and _+=,.@:/-, 2 to 1224 characters"
_MADE_HERE: Final = {
    "auth": "each store's account is made here, or the operator signs in as itself",
    "role": "each organization's role is made here",
    "additionalRoles": "the role is assumed directly",
    "externalID": "the trust policy that is made here asks for none",
    "sessionTags": "they are those that the trust policy asks for",
    "transitiveTagKeys": "no further role is assumed",
    "prefix": "it is managed.path",
}
"""Why a key has no place beside ``managed``."""


def _external_id(value: str) -> str | None:
    low, high = _EXTERNAL_ID_LENGTH
    return None if low <= len(value) <= high else f"is not {_EXTERNAL_ID}"


ExternalId = Annotated[str, template(r"[\w+=,.@:/-]+", _EXTERNAL_ID, _external_id)]


class SessionTag(Model):
    """A tag of the session in which ``role`` is assumed."""

    key: Annotated[str, Field(pattern=r"^[\w .:/=+@-]{1,128}$")]
    """Name of the tag."""
    value: Annotated[str, template(r"[\w .:/=+@-]{0,256}", "a tag: letters, digits and _.:/=+@-, at most 256")]
    """Value; ``{organization}`` may stand in it."""


class AwsServiceAccount(StoreServiceAccount):
    """IAM role for a ServiceAccount (IRSA) that is made here for each store."""

    role_arn: RoleArn
    """Role of the ServiceAccount (annotation ``eks.amazonaws.com/role-arn``); ``{organization}`` may stand in it. Its
    trust policy should name exactly ``system:serviceaccount:<identityNamespace>:eso-<store>``."""


class AwsSecretRef(Model):
    """Access keys in Kubernetes Secrets."""

    access_key_id: SecretKeyRef = Field(alias="accessKeyIDSecretRef")
    """The access key id."""
    secret_access_key: SecretKeyRef = Field(alias="secretAccessKeySecretRef")
    """The secret access key."""
    session_token: SecretKeyRef | None = Field(default=None, alias="sessionTokenSecretRef")
    """The session token, for temporary keys."""


class AwsAuth(Model):
    """How the operator signs in to AWS: exactly one way."""

    service_account: AwsServiceAccount | None = None
    """With a ServiceAccount that is made here for each store."""
    service_account_ref: ServiceAccountRef | None = None
    """With a ServiceAccount that exists and has the annotation ``eks.amazonaws.com/role-arn``."""
    secret_ref: AwsSecretRef | None = None
    """With access keys."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        check_one_of(
            {
                "serviceAccount": self.service_account,
                "serviceAccountRef": self.service_account_ref,
                "secretRef": self.secret_ref,
            },
            required=True,
        )
        return self


class AwsStore(Manager):
    """AWS Secrets Manager or Parameter Store (ESO provider ``aws``)."""

    service: Literal["SecretsManager", "ParameterStore"]
    """Which of the two."""
    region: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)+-[0-9]+$")]
    """Region, such as ``eu-central-1``."""
    auth: AwsAuth | None = None
    """How the operator signs in. None: as itself (IRSA or Pod Identity of the operator's own pod)."""
    role: RoleArn | None = None
    """Role to assume after signing in; it is the identity that reads. ``{organization}`` may stand in it."""
    additional_roles: Annotated[tuple[RoleArn, ...], Field(strict=False, min_length=1)] | None = None
    """Roles to assume one after the other before ``role``."""
    external_id: ExternalId | None = Field(default=None, alias="externalID")
    """External id for assuming ``role``."""
    session_tags: Annotated[tuple[SessionTag, ...], Field(strict=False, min_length=1, max_length=50)] | None = None
    """Tags of the session in which ``role`` is assumed."""
    transitive_tag_keys: (
        Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False, min_length=1)] | None
    ) = None
    """Keys of ``sessionTags`` that later sessions keep."""
    prefix: Annotated[str, Field(min_length=1, max_length=512)] | None = None
    """Put in front of every key; ``{organization}`` may stand in it. A convenience, not a boundary."""
    managed: AwsManaged | None = None
    """Make each organization's role, policy and secrets here. None: they are there already, and are only named."""

    @model_validator(mode="after")
    def _managed(self) -> Self:
        managed = self.managed
        if managed is None:
            return self
        given = self.model_dump(by_alias=True, exclude_none=True)
        idle = [f"{key} ({why})" for key, why in _MADE_HERE.items() if key in given]
        if idle:
            msg = f"has managed and {', '.join(idle)}; leave out what stands beside managed"
            raise ValueError(msg)
        parameters = self.service == "ParameterStore"
        if managed.path.startswith("/") is not parameters:
            rule = "begins with /" if parameters else "does not begin with /"
            msg = f'has the managed.path "{managed.path}"; a path of {self.service} {rule}'
            raise ValueError(msg)
        if parameters and (managed.containers or managed.unique_names):
            msg = (
                "has managed.containers or managed.uniqueNames; a parameter cannot be without a value, so none is made"
            )
            raise ValueError(msg)
        return self

    @property
    def makes_containers(self) -> bool:
        """Whether an empty secret is made for each key."""
        return self.managed is not None and self.service == "SecretsManager" and self.managed.containers is not False

    @model_validator(mode="after")
    def _role(self) -> Self:
        needing = {
            "additionalRoles": self.additional_roles,
            "externalID": self.external_id,
            "sessionTags": self.session_tags,
            "transitiveTagKeys": self.transitive_tag_keys,
        }
        idle = [name for name, value in needing.items() if value is not None]
        if self.role is None and idle:
            msg = f"has {', '.join(idle)} without role; they say how role is assumed"
            raise ValueError(msg)
        keys = [tag.key for tag in self.session_tags or ()]
        if len({key.lower() for key in keys}) < len(keys):
            msg = "has the same key twice in sessionTags; AWS allows each once, in whatever case"
            raise ValueError(msg)
        unknown = sorted(set(self.transitive_tag_keys or ()) - set(keys))
        if unknown:
            msg = f"has transitiveTagKeys that are no key of sessionTags: {', '.join(unknown)}"
            raise ValueError(msg)
        return self

    @property
    def told_apart_by(self) -> tuple[str, ...] | None:
        """The role that is assumed last reads; without one, the identity that signs in. A managed one is each's own."""
        if self.managed is not None:
            return None
        if self.role is not None:
            return ("role", "sessionTags")
        if self.auth is None:
            return ("role",)
        if self.auth.service_account is not None:
            return ("role", "auth.serviceAccount.roleArn")
        return ("role", "auth.serviceAccountRef" if self.auth.service_account_ref is not None else "auth.secretRef")


def identity(planned: PlannedStore, store: AwsStore) -> list[Manifest]:
    """A ServiceAccount with its IAM role, where one is to be made."""
    if store.managed is not None:
        role = _role(planned, store.managed, _account(planned))
        return service_account(planned, _own(store.managed), {"eks.amazonaws.com/role-arn": role})
    own = store.auth.service_account if store.auth else None
    return service_account(planned, own, {"eks.amazonaws.com/role-arn": own.role_arn if own else None})


def provider(planned: PlannedStore, store: AwsStore) -> dict[str, Any]:
    """The ``aws`` block of a ClusterSecretStore."""
    if store.managed is not None:
        return _managed(planned, store, store.managed)
    return finished(
        planned,
        service=store.service,
        region=store.region,
        auth=_auth(planned, store.auth) if store.auth else None,
        role=store.role,
        additionalRoles=_listed(store.additional_roles),
        externalID=store.external_id,
        sessionTags=None if store.session_tags is None else [plain(tag) for tag in store.session_tags],
        transitiveTagKeys=_listed(store.transitive_tag_keys),
        prefix=store.prefix,
    )


def _managed(planned: PlannedStore, store: AwsStore, managed: AwsManaged) -> dict[str, Any]:
    """The store signs in as its own ServiceAccount; with Pod Identity the operator does, and assumes the role."""
    reference = account_reference(planned, _own(managed), None)
    assumed = reference is None
    tag = {"key": ORGANIZATION_TAG, "value": ORGANIZATION}
    return finished(
        planned,
        service=store.service,
        region=store.region,
        auth=None if assumed else {"jwt": {"serviceAccountRef": reference}},
        role=_role(planned, managed, _account(planned)) if assumed else None,
        sessionTags=[tag] if assumed else None,
        prefix=managed.path,
    )


def _own(managed: AwsManaged) -> StoreServiceAccount | None:
    namespace = managed.identity_namespace
    return None if namespace is None else StoreServiceAccount(identity_namespace=namespace)


def _role(planned: PlannedStore, managed: AwsManaged, account: AwsAccount) -> str:
    (organization,) = planned.organizations
    return account.role_arn(managed.role_of(planned.name, organization))


def _account(planned: PlannedStore) -> AwsAccount:
    if planned.aws is None:
        msg = f"the managed store {planned.name} needs the AWS account that it is made in"
        raise ValueError(msg)
    return planned.aws


def _listed(values: tuple[str, ...] | None) -> list[str] | None:
    return None if values is None else list(values)


def _auth(planned: PlannedStore, auth: AwsAuth) -> dict[str, Any]:
    reference = account_reference(planned, auth.service_account, auth.service_account_ref)
    if reference is not None:
        return {"jwt": {"serviceAccountRef": reference}}
    return {"secretRef": plain(auth.secret_ref)}
