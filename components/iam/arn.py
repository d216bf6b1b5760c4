"""Names of things in AWS, known before they are made.

Source: the ARN formats of the Service Authorization Reference.
"""

from __future__ import annotations

from typing import Final

from .account import AwsAccount

_SERVICES: Final = {"SecretsManager": ("secretsmanager", "secret:"), "ParameterStore": ("ssm", "parameter/")}
"""Service of ESO -> service in an ARN, and what stands before the name."""


def service_name(service: str) -> str:
    """What AWS calls a service of ESO: ``secretsmanager`` or ``ssm``."""
    return _SERVICES[service][0]


def secret_arns(account: AwsAccount, service: str, path: str) -> str:
    """Every secret whose name begins with a path.

    Args:
        account: whose.
        service: ``SecretsManager`` or ``ParameterStore``.
        path: of one organization. It must end in ``/``: ``org/acme*`` would be ``org/acme2/...`` too.

    Raises:
        ValueError: the path does not end in ``/``, or has what IAM takes for a pattern or a variable.
    """
    check_prefix(path)
    name, before = _SERVICES[service]
    # The ARN of the parameter /org/acme/git has one slash after "parameter".
    return f"{in_region(account, name)}:{before}{path.removeprefix('/') if name == 'ssm' else path}*"


def repository_arns(account: AwsAccount, prefix: str) -> str:
    """Every repository of ECR whose name begins with a prefix, which must end in ``/``.

    Raises:
        ValueError: as for `secret_arns`.
    """
    check_prefix(prefix)
    return f"{in_region(account, 'ecr')}:repository/{prefix}*"


def oidc_provider_arn(account: AwsAccount, issuer: str) -> str:
    """The ARN of an OIDC provider of the account."""
    return f"arn:{account.partition}:iam::{account.account_id}:oidc-provider/{issuer}"


def key_alias(role: str) -> str:
    """Name of the KMS key of an organization, after its role."""
    return f"alias/{role}"


def in_region(account: AwsAccount, service: str) -> str:
    """What the ARNs of a service begin with."""
    return f"arn:{account.partition}:{service}:{account.region}:{account.account_id}"


def check_prefix(prefix: str) -> None:
    """Whether a prefix ends where a name ends, and means nothing but itself.

    Raises:
        ValueError: it does not.
    """
    if not prefix.endswith("/") or prefix.strip("/") == "" or any(letter in prefix for letter in "*?${}"):
        msg = f'"{prefix}" cannot be what an organization\'s names begin with; expected <part>/, without * ? $ {{ }}'
        raise ValueError(msg)
