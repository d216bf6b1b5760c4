"""Who may assume a role: one ServiceAccount by its exact name, or the operator for one organization.

Source: IAM roles for service accounts and Pod Identity in EKS's documentation, and ``auth.go`` of ESO's AWS provider,
which asks for tokens with the audience ``sts.amazonaws.com``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from .account import AwsAccount, AwsOperator
from .arn import oidc_provider_arn
from .text import Document, document

ORGANIZATION_TAG: Final = "openchoreo-organization"
"""Session tag with the organization's name, when the operator assumes its role."""

_AUDIENCE: Final = "sts.amazonaws.com"
_POD_IDENTITY_TAGS: Final = (
    "eks-cluster-arn",
    "eks-cluster-name",
    "kubernetes-namespace",
    "kubernetes-pod-name",
    "kubernetes-pod-uid",
    "kubernetes-service-account",
)
"""Transitive tags of every Pod Identity session; they come along when it assumes another role."""


def web_identity_trust(
    account: AwsAccount, operators: Sequence[AwsOperator], namespace: str, service_account: str
) -> Document:
    """A role for one ServiceAccount (IRSA), compared whole, on each cluster.

    Args:
        account: whose.
        operators: of the clusters on which the account is, each with its OIDC provider.
        namespace: of the ServiceAccount.
        service_account: its name.

    Raises:
        ValueError: a cluster has no OIDC provider.
    """
    return document(*(_web_identity(account, each, namespace, service_account) for each in operators))


def operator_trust(operators: Sequence[AwsOperator], organization: str) -> Document:
    """A role for the operator itself (Pod Identity), as long as it says that it reads for this organization.

    The tag is no proof: whoever may make a SecretStore without ``auth`` in any namespace may write it there.

    Args:
        operators: of the clusters that read for the organization, each with its role.
        organization: its name.

    Raises:
        ValueError: a cluster's operator has no role.
    """
    roles = [each.operator_role_arn for each in operators if each.operator_role_arn is not None]
    if len(roles) < len(operators) or not roles:
        msg = "every operator needs its operatorRoleArn, so that the role trusts nobody else"
        raise ValueError(msg)
    return document(
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


def ecr_trust(account: AwsAccount, namespace: str, service_account: str) -> Document:
    """A role for one ServiceAccount of a build namespace; ESO's generator for ECR signs in as it.

    Args:
        account: whose; with ``oidcProvider``, since a generator cannot use Pod Identity for a ServiceAccount.
        namespace: the build namespace.
        service_account: its name.

    Raises:
        ValueError: the account has no OIDC provider.
    """
    return web_identity_trust(account, [account], namespace, service_account)


def _web_identity(account: AwsAccount, operator: AwsOperator, namespace: str, service_account: str) -> dict[str, Any]:
    issuer = operator.oidc_provider
    if issuer is None:
        msg = "a ServiceAccount can sign in with an oidcProvider only; ESO cannot use Pod Identity for it"
        raise ValueError(msg)
    return {
        "Effect": "Allow",
        "Principal": {"Federated": oidc_provider_arn(account, issuer)},
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Condition": {
            "StringEquals": {
                f"{issuer}:sub": f"system:serviceaccount:{namespace}:{service_account}",
                f"{issuer}:aud": _AUDIENCE,
            }
        },
    }
