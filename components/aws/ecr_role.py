"""Component: the IAM role with which an organization's builds push to its ECR repositories."""

from __future__ import annotations

from typing import Any, cast

import pulumi

from ..iam.policy import build_ecr_policy
from ..iam.text import format_document
from ..iam.trust import build_ecr_trust
from ..openchoreo.labels import build_organization_labels
from ..plan.ecr_roles import EcrRoleArgs, validate_ecr_role
from ..schema.arguments import check_arguments, raise_problems
from .role import register_role


class EcrRole(pulumi.ComponentResource):
    """An IAM role for one ServiceAccount that may use the ECR repositories below one prefix."""

    role_arn: pulumi.Output[str]
    """ARN of the role, for ``role_arn`` of an `EcrToken`: known at once, and whoever uses it waits for the role."""

    @check_arguments()
    def __init__(self, name: str, args: EcrRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the role and its policy.

        Raises:
            SettingsError: the arguments violate a rule that the same role would violate in YAML; nothing is registered.
        """
        account = args.account
        raise_problems(type(self).__name__, name, validate_ecr_role(args))
        trust = build_ecr_trust(account, args.namespace, args.service_account, args.other_namespaces)
        policy = cast(
            "pulumi.Input[str]", format_document(build_ecr_policy(account, args.repositories, push=args.push))
        )
        super().__init__("openchoreo:index:EcrRole", name, _inputs(args), opts)
        self.role_arn = register_role(
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


def _inputs(args: EcrRoleArgs) -> dict[str, Any]:
    """What the component records in the state."""
    return {
        "organization": args.organization,
        "role": args.role,
        "repositories": args.repositories,
        "namespace": args.namespace,
        "serviceAccount": args.service_account,
        "push": args.push,
        **({"otherNamespaces": list(args.other_namespaces)} if args.other_namespaces else {}),
    }
