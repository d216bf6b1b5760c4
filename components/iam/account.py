"""The AWS account in which roles, policies, keys and empty secrets are made for managed stores.

How to reach it is never configured: the AWS provider takes credentials from the environment, and refuses any account
but this one. Source: IAM's and EKS's documentation of roles for ServiceAccounts and of Pod Identity.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from ..manifests import MANAGED_BY_LABEL, ORGANIZATION_LABEL
from ..schema.model import Model
from ..schema.one_of import check_one_of

OWN_TAGS: Final = (ORGANIZATION_LABEL, MANAGED_BY_LABEL)
"""Tags that everything made here carries; the second is on all, the first on what belongs to one organization."""

_TAGS_MAX: Final = 50 - len(OWN_TAGS)
_REGIONS: Final = {"aws-cn": "cn-", "aws-us-gov": "us-gov-"}
"""What the regions of a partition begin with; all others are in ``aws``."""


def _form(form: str, what: str) -> AfterValidator:
    pattern = re.compile(form, re.ASCII)

    def check(value: str) -> str:
        if not pattern.fullmatch(value):
            msg = f"is not {what}"
            raise ValueError(msg)
        return value

    return AfterValidator(check)


_OidcProvider = Annotated[
    str,
    _form(
        r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(/[\w.-]+)*",
        "an OIDC issuer; expected its host and path, without https:// and without / at the end",
    ),
]
_RoleArn = Annotated[
    str,
    _form(
        r"arn:aws[a-z-]*:iam::[0-9]{12}:role/([\w+=,.@-]+/)*[\w+=,.@-]{1,64}",
        "the ARN of one IAM role; expected arn:<partition>:iam::<account>:role/<name>",
    ),
]
_PolicyArn = Annotated[
    str,
    _form(
        r"arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/([\w+=,.@-]+/)*[\w+=,.@-]{1,128}",
        "the ARN of an IAM policy; expected arn:<partition>:iam::<account>:policy/<name>",
    ),
]
_RolePath = Annotated[
    str, _form(r"/([\w+=,.@-]+/)*", "a path of IAM; expected / or /<part>/[<part>/...], with / at the end")
]
_TagKey = Annotated[
    str, _form(r"(?!(?i:aws):)[\w .:/=+@-]{1,128}", "the key of a tag: letters, digits and _.:/=+@-, not aws: first")
]
_TagValue = Annotated[str, _form(r"[\w .:/=+@-]{0,256}", "the value of a tag: letters, digits and _.:/=+@-")]


class AwsOperator(Model):
    """How the operator of one cluster shows AWS who it is: exactly one way."""

    oidc_provider: _OidcProvider | None = None
    """Issuer of the cluster's tokens, known to IAM as an OIDC provider: each store signs in as itself (IRSA)."""
    operator_role_arn: _RoleArn | None = None
    """Role of the operator's own pod (EKS Pod Identity), which assumes each organization's role."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = {"oidcProvider": self.oidc_provider, "operatorRoleArn": self.operator_role_arn}
        check_one_of(dict(ways), required=True)
        return self


class AwsAccount(AwsOperator):
    """The account, and the operator of the build plane's cluster."""

    account_id: Annotated[str, Field(pattern=r"^[0-9]{12}$")]
    """Number of the account, in quotation marks, since it may begin with 0; any other is refused by the provider."""
    region: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)+-[0-9]+$")]
    """Region, such as ``eu-central-1``."""
    partition: Literal["aws", "aws-cn", "aws-us-gov"] = "aws"
    """Partition that the region is in."""
    data_plane: AwsOperator | None = None
    """The operator of the data plane's cluster, where that is another one and reads through managed stores."""
    permissions_boundary: _PolicyArn | None = None
    """ARN of a policy that limits every role made here. None: no limit but their own policies."""
    role_path: _RolePath = "/"
    """IAM path of every role made here."""
    tags: Annotated[dict[_TagKey, _TagValue], Field(max_length=_TAGS_MAX)] = Field(default_factory=dict)
    """Tags of everything that is made here, beside our own."""

    @model_validator(mode="after")
    def _one_partition(self) -> Self:
        expected = next((name for name, start in _REGIONS.items() if self.region.startswith(start)), "aws")
        if self.partition != expected:
            msg = f'has the region "{self.region}", which is in the partition "{expected}", not "{self.partition}"'
            raise ValueError(msg)
        boundary = self.permissions_boundary
        if boundary is not None and not re.match(
            rf"arn:{self.partition}:iam::({self.account_id}|aws):policy/", boundary
        ):
            msg = "has a permissionsBoundary of another account or partition; IAM takes one of its own, or AWS's"
            raise ValueError(msg)
        roles = [each.operator_role_arn for each in (self, self.data_plane) if each is not None]
        if any(role is not None and not role.startswith(f"arn:{self.partition}:") for role in roles):
            msg = f'has an operatorRoleArn of another partition than "{self.partition}"; no role can be assumed across'
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if self.data_plane is not None and (self.data_plane.oidc_provider is None) != (self.oidc_provider is None):
            msg = "signs in in two ways; use oidcProvider on both planes, or operatorRoleArn on both"
            raise ValueError(msg)
        taken = [key for key in OWN_TAGS if key in self.tags]
        if taken:
            msg = f"has the tags {', '.join(taken)}, which are set here; leave them out"
            raise ValueError(msg)
        return self

    def role_arn(self, name: str) -> str:
        """The ARN of a role that is made in the account."""
        return f"arn:{self.partition}:iam::{self.account_id}:role{self.role_path}{name}"
