"""An AWS account, and stores that are managed in it."""

from __future__ import annotations

from typing import Any, Final

from components.iam.account import AwsAccount
from components.openchoreo.v0_9 import V0_9
from components.plan.aws_managed import ManagedStore, plan_managed_stores
from components.plan.stores import plan_stores
from tests.unit.samples import Edits, Raw, settings

ISSUER: Final = "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF"
OTHER_ISSUER: Final = "oidc.eks.eu-central-1.amazonaws.com/id/FEDCBA9876543210"
OPERATOR: Final = "arn:aws:iam::123456789012:role/external-secrets"
ACCOUNT: Final[Raw] = {"accountId": "123456789012", "region": "eu-central-1", "oidcProvider": ISSUER}
POD_IDENTITY: Final[Raw] = {"accountId": "123456789012", "region": "eu-central-1", "operatorRoleArn": OPERATOR}
PATH: Final = "org/{organization}/"
ESO: Final = "external-secrets"

KEY_ARN: Final = "arn:aws:kms:eu-central-1:123456789012:key/k"
READ: dict[str, Any] = {
    "Effect": "Allow",
    "Action": ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
    "Resource": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:org/acme/*",
    "Sid": "ReadOwnPath",
}
"""Statement that lets the role of acme read below ``org/acme/``."""
DECRYPT: dict[str, Any] = {
    "Effect": "Allow",
    "Action": ["kms:Decrypt"],
    "Resource": KEY_ARN,
    "Sid": "DecryptWithOwnKey",
    "Condition": {"StringEquals": {"kms:ViaService": ["secretsmanager.eu-central-1.amazonaws.com"]}},
}
"""Statement that lets it use its own key."""


def account(**keys: Any) -> AwsAccount:
    """An account with an OIDC provider."""
    return AwsAccount.model_validate({**ACCOUNT, **keys})


def pod_identity() -> AwsAccount:
    """An account without one."""
    return AwsAccount.model_validate(POD_IDENTITY)


def managed(service: str = "SecretsManager", beside: Raw | None = None, **keys: Any) -> Raw:
    """An entry of ``secretStores``; ``beside`` has the keys next to ``managed``."""
    path = PATH if service == "SecretsManager" else f"/{PATH}"
    block = {"identityNamespace": ESO, "path": path, **keys}
    given = {key: value for key, value in block.items() if value is not None}
    return {"aws": {"service": service, "region": "eu-central-1", "managed": given, **(beside or {})}}


def with_account(store: Raw | None = None, **more: Any) -> Edits:
    """Edits of a configuration whose store ``default`` is managed."""
    return {"aws": ACCOUNT, "secretStores.default": store or managed(), **more}


def made(edits: Edits) -> tuple[ManagedStore, ...]:
    """AWS resources of a configuration."""
    return plan_managed_stores(plan_stores(settings(edits), V0_9))
