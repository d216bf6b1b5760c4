"""Component: the IAM role with which an organization's builds push to its ECR repositories."""

from __future__ import annotations

import pulumi

from ..iam.policy import build_ecr_policy
from ..iam.text import format_document
from ..iam.trust import build_ecr_trust
from ..openchoreo.labels import build_organization_labels
from ..plan.ecr_roles import EcrRoleArgs
from .role import register_role


class EcrRole(pulumi.ComponentResource):
    """An IAM role for one ServiceAccount that may use the ECR repositories below one prefix."""

    role_arn: str
    """ARN of the role, for the ServiceAccount's annotation ``eks.amazonaws.com/role-arn``."""

    def __init__(self, name: str, args: EcrRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the role and its policy.

        Raises:
            ValueError: the account has no OIDC provider, or the prefix does not end in ``/``; nothing is registered.
        """
        account = args.account
        trust = build_ecr_trust(account, args.namespace, args.service_account)
        policy = format_document(build_ecr_policy(account, args.repositories, push=args.push))
        super().__init__("openchoreo:index:EcrRole", name, None, opts)
        self.role_arn = account.role_arn(args.role)
        register_role(
            name,
            account,
            args.role,
            description=f'Uses the repositories of the organization "{args.organization}"',
            trust=trust,
            policy=policy,
            tags=build_organization_labels(args.organization),
            parent=self,
        )
        self.register_outputs({"roleArn": self.role_arn})
