"""ARNs and names of AWS resources, known before the resources exist.

Source: the ARN formats of the Service Authorization Reference.
"""

from __future__ import annotations

from typing import Final

from ..errors import Problem, SettingsError
from ..schema.deferred import InputStr, join_texts
from ..schema.text import quote
from .account import AwsAccount

_SERVICES: Final = {"SecretsManager": ("secretsmanager", "secret:"), "ParameterStore": ("ssm", "parameter/")}
"""Service as ESO calls it -> service in an ARN, and what the ARN has before the name."""


def get_service_name(service: str) -> str:
    """Service in ARNs and endpoints: ``secretsmanager`` or ``ssm``.

    Args:
        service: as ESO calls it, ``SecretsManager`` or ``ParameterStore``.
    """
    return _SERVICES[service][0]


def build_secret_arns(account: AwsAccount, service: str, path: str) -> str:
    """ARN pattern of every secret whose name begins with a path.

    Args:
        account: account of the secrets.
        service: ``SecretsManager`` or ``ParameterStore``.
        path: path of one organization. It must end in ``/``: ``org/acme*`` would match ``org/acme2/...`` too.

    Raises:
        SettingsError: the path does not end in ``/``, or contains an IAM wildcard or variable.
    """
    check_prefix(path)
    name, before = _SERVICES[service]
    # The ARN of the parameter /org/acme/git has one slash after "parameter".
    return f"{in_region(account, name)}:{before}{path.removeprefix('/') if name == 'ssm' else path}*"


def build_secret_arn(account: AwsAccount, service: str, name: InputStr) -> InputStr:
    """ARN pattern of one secret, which matches no other name.

    Args:
        account: account of the secret.
        service: ``SecretsManager``, which ends ARNs in six random characters, or ``ParameterStore``.
        name: full name of the secret, without wildcards. A version of a parameter after ``:`` is left out.
    """
    api, before = _SERVICES[service]
    start = f"{in_region(account, api)}:{before}"
    if isinstance(name, str) and api == "ssm":
        return f"{start}{name.removeprefix('/').partition(':')[0]}"
    return join_texts(start, name, "-??????")


def build_repository_arns(account: AwsAccount, prefix: str) -> str:
    """ARN pattern of every ECR repository whose name begins with a prefix, which must end in ``/``.

    Raises:
        SettingsError: as for `build_secret_arns`.
    """
    check_prefix(prefix)
    return f"{in_region(account, 'ecr')}:repository/{prefix}*"


def build_oidc_provider_arn(account: AwsAccount, issuer: str) -> str:
    """The ARN of an OIDC provider of the account."""
    return f"arn:{account.partition}:iam::{account.account_id}:oidc-provider/{issuer}"


def build_key_alias(role: str) -> str:
    """Alias of an organization's KMS key, named after its role."""
    return f"alias/{role}"


def in_region(account: AwsAccount, service: str) -> str:
    """First part of the ARNs of a service, up to the account."""
    return f"arn:{account.partition}:{service}:{account.region}:{account.account_id}"


def check_prefix(prefix: str) -> None:
    """Check that a prefix of names ends in ``/`` and contains no wildcard.

    Raises:
        SettingsError: the prefix has no ``/`` at its end, nothing before it, or one of ``*?${}``.
    """
    if not prefix.endswith("/") or prefix.strip("/") == "" or any(letter in prefix for letter in "*?${}"):
        text = f"{quote(prefix)} cannot be a prefix of an organization's names; expected <part>/, without * ? $ {{}}"
        source = "policy"
        raise SettingsError(source, [Problem("prefix", text)])
