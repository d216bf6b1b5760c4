"""The explicit providers of one AWS account, and of names that are never used twice."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pulumi_random

from ..iam.account import AwsAccount
from ..manifests import MANAGED_BY, MANAGED_BY_LABEL


def account_provider(name: str, account: AwsAccount, opts: pulumi.ResourceOptions | None = None) -> aws.Provider:
    """The provider of an account: credentials come from the environment, and those of any other account are refused."""
    return aws.Provider(
        name,
        region=account.region,
        allowed_account_ids=[account.account_id],
        default_tags={"tags": {**account.tags, MANAGED_BY_LABEL: MANAGED_BY}},
        opts=opts,
    )


def random_provider(name: str, opts: pulumi.ResourceOptions | None = None) -> pulumi_random.Provider:
    """The provider of random suffixes; it reaches nothing."""
    return pulumi_random.Provider(name, opts=opts)
