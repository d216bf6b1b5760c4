"""An IAM role with one inline policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import pulumi
from pulumi_aws import iam

from ..iam.account import AwsAccount
from ..iam.text import Document, format_document


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
) -> pulumi.Output[str]:
    """Register the role and its inline policy.

    Returns:
        The ARN, known at once; whoever uses it waits for the role and its policy.

    Args:
        name: name of the Pulumi resources.
        account: account whose IAM path and permissions boundary the role gets.
        role: name of the role in IAM.
        description: description of the role.
        trust: trust policy.
        policy: inline policy as JSON text.
        tags: tags of the role.
        parent: component that the resources belong to.
    """
    # The name is fixed, so a replacement can only be created after the old role is deleted.
    opts = pulumi.ResourceOptions(parent=parent, delete_before_replace=True)
    registered = iam.Role(
        name,
        name=role,
        path=account.role_path,
        description=description,
        assume_role_policy=cast("pulumi.Input[str]", format_document(trust)),
        permissions_boundary=cast("pulumi.Input[str] | None", account.permissions_boundary),
        max_session_duration=3600,
        tags=dict(tags),
        opts=opts,
    )
    attached = iam.RolePolicy(name, name=role, role=registered.name, policy=policy, opts=opts)
    arn = account.role_arn(role)
    return pulumi.Output.all(registered.urn, attached.urn).apply(lambda _: arn)
