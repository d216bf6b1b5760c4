"""How ESO signs in to AWS, and how it assumes a role.

Source: ``AWSAuth`` of ``external-secrets.io/v1``.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Self

from pydantic import model_validator

from ..schema.cloud_names import ROLE_EXAMPLE, AwsTagKey, RoleArn
from ..schema.deferred import Deferrable
from ..schema.model import Example, Model
from ..schema.one_of import check_one_of
from ..schema.placeholder import must_match_template
from .references import SecretKeyRef, ServiceAccountRef, StoreServiceAccount


class SessionTag(Model):
    """A tag of the session in which ESO assumes ``role``."""

    example: ClassVar[Example] = {"key": "organization", "value": "{organization}"}

    key: AwsTagKey
    """Name of the tag."""
    value: Deferrable[
        Annotated[str, must_match_template(r"[\w .:/=+@-]{0,256}", "a tag: letters, digits and _.:/=+@-, at most 256")]
    ]
    """Value; may contain ``{organization}``."""


class AwsServiceAccount(StoreServiceAccount):
    """IAM role of a ServiceAccount (IRSA) that the stack creates for each store."""

    example: ClassVar[Example] = {**StoreServiceAccount.example, "roleArn": ROLE_EXAMPLE}

    role_arn: Deferrable[RoleArn]
    """Role of the ServiceAccount (annotation ``eks.amazonaws.com/role-arn``); may contain ``{organization}``. Its
    trust policy should name exactly ``system:serviceaccount:<identityNamespace>:eso-<store>``."""


class AwsSecretRef(Model):
    """Access keys in Kubernetes Secrets."""

    example: ClassVar[Example] = {
        "accessKeyIDSecretRef": {**SecretKeyRef.example, "key": "id"},
        "secretAccessKeySecretRef": {**SecretKeyRef.example, "key": "key"},
    }

    access_key_id: SecretKeyRef
    """The access key id."""
    secret_access_key: SecretKeyRef
    """The secret access key."""
    session_token: SecretKeyRef | None = None
    """The session token, for temporary keys."""


class AwsAuth(Model):
    """How the operator signs in to AWS: exactly one method."""

    example: ClassVar[Example] = {"serviceAccount": AwsServiceAccount.example}

    service_account: AwsServiceAccount | None = None
    """With a ServiceAccount that the stack creates for each store."""
    service_account_ref: ServiceAccountRef | None = None
    """With an existing ServiceAccount that has the annotation ``eks.amazonaws.com/role-arn``."""
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
