"""The AWS account in which managed stores create roles, policies, keys and empty secrets.

Credentials for it are never configured: the AWS provider takes them from the environment, and refuses any other
account. Source: IAM's and EKS's documentation of roles for ServiceAccounts and of Pod Identity.
"""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import Field, model_validator

from ..manifests import MANAGED_BY_LABEL
from ..openchoreo.labels import ORGANIZATION_LABEL
from ..schema.cloud_names import AwsAccountId
from ..schema.cloud_regions import AwsRegion
from ..schema.deferred import Deferrable
from ..schema.form import must_match
from ..schema.model import Example, Model
from ..schema.one_of import check_one_of

OWN_TAGS: Final = (ORGANIZATION_LABEL, MANAGED_BY_LABEL)
"""Tags that this package sets: the first on the resources of one organization, the second on all resources."""

_TAGS_MAX: Final = 50 - len(OWN_TAGS)
_REGIONS: Final = {"aws-cn": "cn-", "aws-us-gov": "us-gov-"}
"""Partition -> prefix of its regions; all other regions are in ``aws``."""


_OidcProvider = Annotated[
    str,
    must_match(
        r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[\w.-]+)*",
        "an OIDC issuer; expected its host and path, without https:// and without a trailing /",
    ),
]
_RoleArn = Annotated[
    str,
    must_match(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:role/([\w+=,.@-]+/)*[\w+=,.@-]{1,64}",
        "the ARN of one IAM role; expected arn:<partition>:iam::<account>:role/<name>",
    ),
]
_PolicyArn = Annotated[
    str,
    must_match(
        r"arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/([\w+=,.@-]+/)*[\w+=,.@-]{1,128}",
        "the ARN of an IAM policy; expected arn:<partition>:iam::<account>:policy/<name>",
    ),
]
_RolePath = Annotated[
    str, must_match(r"/([\w+=,.@-]+/)*", "an IAM path; expected / or /<part>/[<part>/...], with a trailing /")
]
_TagKey = Annotated[
    str,
    must_match(
        r"(?!(?i:aws):)[\w .:/=+@-]{1,128}",
        "the key of a tag; expected letters, digits and _.:/=+@-, and no aws: at the start",
    ),
]
_TagValue = Annotated[
    str, must_match(r"[\w .:/=+@-]{0,256}", "the value of a tag; expected letters, digits and _.:/=+@-")
]


class AwsOperator(Model):
    """How ESO on one cluster authenticates to AWS: with exactly one of two methods."""

    example: ClassVar[Example] = {"operatorRoleArn": "arn:aws:iam::123456789012:role/external-secrets"}

    oidc_provider: Deferrable[_OidcProvider] | None = None
    """Issuer of the cluster's tokens, registered in IAM as an OIDC provider: each store has its own ServiceAccount and
    role (IRSA)."""
    operator_role_arn: Deferrable[_RoleArn] | None = None
    """Role of ESO's own pod (EKS Pod Identity), which assumes each organization's role."""

    @model_validator(mode="after")
    def _one_method(self) -> Self:
        check_one_of({"oidcProvider": self.oidc_provider, "operatorRoleArn": self.operator_role_arn}, required=True)
        return self


class AwsAccount(AwsOperator):
    """The account, and how ESO on the build plane's cluster authenticates to it."""

    example: ClassVar[Example] = {"accountId": "123456789012", "region": "eu-central-1", **AwsOperator.example}

    account_id: AwsAccountId
    """Number of the account, in quotation marks, as it may begin with 0. The provider refuses any other account. Plain
    text: it forms ARNs that a preview must know."""
    region: AwsRegion
    """Region, such as ``eu-central-1``."""
    partition: Literal["aws", "aws-cn", "aws-us-gov"] = "aws"
    """Partition of the region."""
    data_plane: AwsOperator | None = None
    """How ESO on the data plane's cluster authenticates, if that is another cluster. None: it has no managed store."""
    permissions_boundary: Deferrable[_PolicyArn] | None = None
    """ARN of a policy that limits every role that is created. None: no permissions boundary."""
    role_path: _RolePath = "/"
    """IAM path of every role that is created."""
    tags: Annotated[dict[_TagKey, _TagValue], Field(max_length=_TAGS_MAX)] = Field(default_factory=dict)
    """Tags of every resource that is created, beside those that this package sets."""

    @model_validator(mode="after")
    def _one_partition(self) -> Self:
        expected = next((name for name, start in _REGIONS.items() if self.region.startswith(start)), "aws")
        if self.partition != expected:
            msg = f'has the region "{self.region}", which is in the partition "{expected}", not "{self.partition}"'
            raise ValueError(msg)
        self._check_when_known("permissions_boundary", self._check_boundary)
        for operator in (self, self.data_plane):
            if operator is not None:
                operator._check_when_known("operator_role_arn", self._check_operator)  # noqa: SLF001 -- a base class
        return self

    def _check_boundary(self, boundary: str) -> None:
        if not re.match(rf"arn:{self.partition}:iam::({self.account_id}|aws):policy/", boundary):
            msg = "has a permissionsBoundary of another account or partition; use a policy of this account or of AWS"
            raise ValueError(msg)

    def _check_operator(self, role: str) -> None:
        if not role.startswith(f"arn:{self.partition}:"):
            msg = f'has an operatorRoleArn of another partition; use a role of the partition "{self.partition}"'
            raise ValueError(msg)

    @model_validator(mode="after")
    def _same_method_and_free_tags(self) -> Self:
        if self.data_plane is not None and (self.data_plane.oidc_provider is None) != (self.oidc_provider is None):
            msg = "both planes must use the same sign-in method; use oidcProvider for both, or operatorRoleArn for both"
            raise ValueError(msg)
        reserved = [key for key in OWN_TAGS if key in self.tags]
        if reserved:
            msg = f"has the tags {', '.join(reserved)}, which this package sets; leave them out"
            raise ValueError(msg)
        return self

    def role_arn(self, name: str) -> str:
        """The ARN of a role that this package creates in the account."""
        return f"arn:{self.partition}:iam::{self.account_id}:role{self.role_path}{name}"
