"""What a role may do: read one organization's path, or use one organization's repositories. Nothing is listed.

Source: what ESO calls for a ``remoteRef`` (``GetSecretValue``, ``DescribeSecret`` for its tags, ``GetParameter``); the
Service Authorization Reference for ECR.
"""

from __future__ import annotations

from typing import Final

from .account import AwsAccount
from .arn import repository_arns, secret_arns, service_name
from .text import Document, allow, document

_READ: Final = {
    "SecretsManager": ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"),
    "ParameterStore": ("ssm:GetParameter",),
}
_PULL: Final = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSH: Final = ("ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart")
_SUFFIXES: Final = {"aws-cn": ("amazonaws.com", "amazonaws.com.cn")}


def read_policy(account: AwsAccount, service: str, path: str, *, key: str | None = None) -> Document:
    """Read the secrets below a path, and use the key that they are encrypted with through that service only.

    ``ListSecrets``, ``BatchGetSecretValue``, ``DescribeParameters`` and ``GetParametersByPath`` are left out: ESO needs
    them for ``dataFrom.find`` alone, which no ExternalSecret of this package has, and most of them know no path.

    Args:
        account: whose.
        service: ``SecretsManager`` or ``ParameterStore``.
        path: of one organization; ends in ``/``.
        key: ARN of the organization's KMS key. None: AWS's own, which needs no permission.

    Raises:
        ValueError: the path is none that only one organization's names begin with.
    """
    statements = [allow(_READ[service], secret_arns(account, service, path), Sid="ReadOwnPath")]
    if key is not None:
        where = f"{service_name(service)}.{account.region}"
        via = [f"{where}.{suffix}" for suffix in _SUFFIXES.get(account.partition, ("amazonaws.com",))]
        only = {"StringEquals": {"kms:ViaService": via}}
        statements.append(allow(["kms:Decrypt"], key, Sid="DecryptWithOwnKey", Condition=only))
    return document(*statements)


def ecr_policy(account: AwsAccount, repositories: str, *, push: bool = True) -> Document:
    """Push to and pull from the repositories below a prefix. They must exist.

    ``ecr:GetAuthorizationToken`` knows no resource. The token says no more than the role: each request that is made
    with it is checked against this policy.

    Args:
        account: whose.
        repositories: what the names of one organization's repositories begin with; ends in ``/``.
        push: also push.

    Raises:
        ValueError: the prefix is none that only one organization's names begin with.
    """
    actions = sorted((*_PULL, *_PUSH) if push else _PULL)
    return document(
        allow(actions, repository_arns(account, repositories), Sid="UseOwnRepositories"),
        allow(["ecr:GetAuthorizationToken"], "*", Sid="SignIn"),
    )
