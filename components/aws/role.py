"""A role with the one policy that it has."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_aws import iam

from ..iam.account import AwsAccount
from ..iam.text import Document, document_text


def register_role(  # noqa: PLR0913 -- the parts of a role
    name: str,
    account: AwsAccount,
    role: str,
    *,
    description: str,
    trust: Document,
    policy: pulumi.Input[str],
    tags: Mapping[str, str],
    parent: pulumi.Resource,
) -> None:
    """Register the role and its inline policy.

    Args:
        name: of the resources.
        account: whose path and boundary the role gets.
        role: its name in IAM.
        description: of the role.
        trust: who may assume it.
        policy: text of what it may do.
        tags: of the role.
        parent: the component that it belongs to.
    """
    # The name is fixed, so a role that must be made anew goes first.
    opts = pulumi.ResourceOptions(parent=parent, delete_before_replace=True)
    made = iam.Role(
        name,
        name=role,
        path=account.role_path,
        description=description,
        assume_role_policy=document_text(trust),
        permissions_boundary=account.permissions_boundary,
        max_session_duration=3600,
        tags=dict(tags),
        opts=opts,
    )
    iam.RolePolicy(name, name=role, role=made.name, policy=policy, opts=opts)
