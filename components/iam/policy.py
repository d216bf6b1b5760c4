"""Permissions of a role: read the secrets of one organization, or use its ECR repositories. No list permission.

Source: the calls of ESO for a ``remoteRef`` (``GetSecretValue``, ``DescribeSecret`` for its tags, ``GetParameter``);
the Service Authorization Reference for ECR.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ..schema.deferred import InputStr, join_texts
from .account import AwsAccount
from .arn import build_repository_arns, build_secret_arn, build_secret_arns, get_service_name
from .text import Document, build_document, build_statement

_READ: Final = {
    "SecretsManager": ("secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"),
    "ParameterStore": ("ssm:GetParameter",),
}
_PULL: Final = ("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")
_PUSH: Final = ("ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart")
_SUFFIXES: Final = {"aws-cn": ("amazonaws.com", "amazonaws.com.cn")}


def build_read_policy(
    account: AwsAccount,
    service: str,
    path: str,
    *,
    key: InputStr | None = None,
    names: Sequence[InputStr] | None = None,
) -> Document:
    """A policy that allows to read the secrets below a path, and to decrypt them through that service only.

    ``ListSecrets``, ``BatchGetSecretValue``, ``DescribeParameters`` and ``GetParametersByPath`` are left out: ESO needs
    them only for ``dataFrom.find``, which this package never uses, and most of them cannot be limited to a path.

    Args:
        account: account of the resources.
        service: ``SecretsManager`` or ``ParameterStore``.
        path: path of one organization; ends in ``/``.
        key: ARN of the organization's KMS key. None: the key that AWS manages, which needs no permission.
        names: names of the only secrets that may be read, below the path. None: all of them.

    Raises:
        SettingsError: the path is not exclusive to one organization (`check_prefix`).
    """
    resources: InputStr | Sequence[InputStr] = build_secret_arns(account, service, path)
    if names is not None:
        resources = [build_secret_arn(account, service, join_texts(path, name)) for name in names]
    statements = [build_statement(_READ[service], resources, Sid="ReadOwnPath")]
    if key is not None:
        where = f"{get_service_name(service)}.{account.region}"
        via = [f"{where}.{suffix}" for suffix in _SUFFIXES.get(account.partition, ("amazonaws.com",))]
        only = {"StringEquals": {"kms:ViaService": via}}
        statements.append(build_statement(["kms:Decrypt"], key, Sid="DecryptWithOwnKey", Condition=only))
    return build_document(*statements)


def build_ecr_policy(account: AwsAccount, repositories: str, *, push: bool = True) -> Document:
    """A policy that allows to push to and pull from the repositories below a prefix. They must exist.

    ``ecr:GetAuthorizationToken`` cannot be limited to a resource. The token has no more rights than the role: ECR
    checks each request with it against this policy.

    Args:
        account: account of the resources.
        repositories: prefix of the names of one organization's repositories; ends in ``/``.
        push: whether to allow pushing too.

    Raises:
        SettingsError: the prefix is not exclusive to one organization (`check_prefix`).
    """
    actions = sorted((*_PULL, *_PUSH) if push else _PULL)
    return build_document(
        build_statement(actions, build_repository_arns(account, repositories), Sid="UseOwnRepositories"),
        build_statement(["ecr:GetAuthorizationToken"], "*", Sid="SignIn"),
    )
