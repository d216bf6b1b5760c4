"""Components for AWS: the provider of one account, and for each organization a role and the secrets that it reads.

Requires ``pulumi-aws`` and ``pulumi-random``: ``pip install '.[aws]'``. No other module imports them.

    from openchoreo_secrets.aws import AwsSecretStore, AwsSecretStoreArgs, account_provider
"""

from __future__ import annotations

from ..plan.ecr_roles import EcrRoleArgs
from .ecr_role import EcrRole
from .provider import account_provider, random_provider
from .secret_store import AwsSecretStore, AwsSecretStoreArgs

__all__ = ["AwsSecretStore", "AwsSecretStoreArgs", "EcrRole", "EcrRoleArgs", "account_provider", "random_provider"]
