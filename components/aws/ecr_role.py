"""Component: the role with which an organization's builds push to its repositories of ECR."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from ..iam import document_text, ecr_policy, ecr_trust, role_arn
from ..manifests import organization_labels
from ..settings import AwsAccount
from .role import register_role


@dataclass(frozen=True)
class EcrRoleArgs:
    """Whose builds, and which repositories."""

    account: AwsAccount
    """Account of the registry; with ``oidcProvider``."""
    organization: str
    """Organization whose builds they are."""
    role: str
    """Name of the role in IAM, at most 64 characters."""
    repositories: str
    """What the names of the organization's repositories begin with: ``acme/``."""
    namespace: str
    """The build namespace."""
    service_account: str
    """ServiceAccount in it, as which ESO's generator signs in."""
    push: bool = True
    """Also push; False for workloads, which only pull."""


class EcrRole(pulumi.ComponentResource):
    """A role that may use the repositories below one prefix, for one ServiceAccount by its exact name."""

    role_arn: str
    """ARN of the role, for the ServiceAccount's annotation ``eks.amazonaws.com/role-arn``."""

    def __init__(self, name: str, args: EcrRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the role.

        Raises:
            ValueError: the account has no OIDC provider, or the prefix does not end in ``/``; nothing is registered.
        """
        account = args.account
        trust = ecr_trust(account, args.namespace, args.service_account)
        policy = document_text(ecr_policy(account, args.repositories, push=args.push))
        super().__init__("openchoreo:index:EcrRole", name, None, opts)
        self.role_arn = role_arn(account, args.role)
        register_role(
            name,
            account,
            args.role,
            description=f'Uses the repositories of the organization "{args.organization}"',
            trust=trust,
            policy=policy,
            tags=organization_labels(args.organization),
            parent=self,
        )
        self.register_outputs({"roleArn": self.role_arn})
