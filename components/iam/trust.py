"""Who may assume a role: one ServiceAccount by its exact name, or ESO itself on behalf of one organization.

Source: IAM roles for service accounts and Pod Identity in EKS's documentation, and ``auth.go`` of ESO's AWS provider,
which asks for tokens with the audience ``sts.amazonaws.com``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final, cast

from ..errors import Problem, SettingsError
from ..object_names import format_account_user
from ..schema.arguments import check_arguments
from ..schema.deferred import lift
from .account import AwsAccount, AwsOperator
from .arn import build_oidc_provider_arn
from .text import Document, build_document

ORGANIZATION_TAG: Final = "openchoreo-organization"
"""Session tag with the organization's name, which ESO sets when it assumes the role."""

_AUDIENCE: Final = "sts.amazonaws.com"
_POD_IDENTITY_TAGS: Final = (
    "eks-cluster-arn",
    "eks-cluster-name",
    "kubernetes-namespace",
    "kubernetes-pod-name",
    "kubernetes-pod-uid",
    "kubernetes-service-account",
)
"""Transitive tags of every Pod Identity session; AWS passes them on when it assumes another role."""


@check_arguments()
def build_web_identity_trust(
    account: AwsAccount, operators: Sequence[AwsOperator], namespace: str, service_account: str
) -> Document:
    """A trust policy for one ServiceAccount (IRSA), by its full name, on each cluster.

    Args:
        account: account of the role.
        operators: ESO on each cluster that has the ServiceAccount; each needs its OIDC provider.
        namespace: namespace of the ServiceAccount.
        service_account: name of the ServiceAccount.

    Raises:
        SettingsError: a cluster has no OIDC provider.
    """
    return build_document(*(_web_identity(account, operator, namespace, service_account) for operator in operators))


@check_arguments()
def build_operator_trust(operators: Sequence[AwsOperator], organization: str) -> Document:
    """A trust policy for ESO itself (Pod Identity), if its session has the tag of this organization.

    The tag is no proof: anyone who may create a SecretStore without ``auth`` in any namespace can set any tag there.

    Args:
        operators: ESO on each cluster that reads for the organization; each needs its role.
        organization: name of the organization.

    Raises:
        SettingsError: there is no operator, or one has no role.
    """
    roles = [operator.operator_role_arn for operator in operators if operator.operator_role_arn is not None]
    if len(roles) < len(operators) or not roles:
        text = "is missing; set it for every cluster that uses the role"
        source = "trust policy"
        raise SettingsError(source, [Problem("operatorRoleArn", text)])
    return build_document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": roles},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
            "Condition": {
                "StringEquals": {f"aws:RequestTag/{ORGANIZATION_TAG}": organization},
                "ForAllValues:StringEquals": {"aws:TagKeys": [ORGANIZATION_TAG, *_POD_IDENTITY_TAGS]},
            },
        }
    )


@check_arguments()
def build_ecr_trust(
    account: AwsAccount, namespace: str, service_account: str, other_namespaces: Sequence[str] = ()
) -> Document:
    """A trust policy for one ServiceAccount of a build namespace, with which ESO's generator for ECR authenticates.

    Args:
        account: account of the role, with ``oidcProvider``: a generator cannot use Pod Identity for a ServiceAccount.
        namespace: build namespace.
        service_account: name of the ServiceAccount.
        other_namespaces: more build namespaces of the organization, each with a ServiceAccount of this name.

    Raises:
        SettingsError: the account has no OIDC provider.
    """
    namespaces = (namespace, *other_namespaces)
    return build_document(*(_web_identity(account, account, name, service_account) for name in namespaces))


def _web_identity(account: AwsAccount, operator: AwsOperator, namespace: str, service_account: str) -> dict[str, Any]:
    issuer = operator.oidc_provider
    if issuer is None:
        text = "is missing; ESO cannot use Pod Identity for a ServiceAccount, so set it for the account"
        source = "trust policy"
        raise SettingsError(source, [Problem("oidcProvider", text)])
    # The issuer is part of keys, so an output of it defers the whole statement.
    return cast("dict[str, Any]", lift(partial(_web_identity_statement, account, namespace, service_account), issuer))


def _web_identity_statement(account: AwsAccount, namespace: str, service_account: str, issuer: str) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Federated": build_oidc_provider_arn(account, issuer)},
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Condition": {
            "StringEquals": {
                f"{issuer}:sub": format_account_user(namespace, service_account),
                f"{issuer}:aud": _AUDIENCE,
            }
        },
    }
