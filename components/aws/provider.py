"""Explicit Pulumi providers of one AWS account and of random names."""

from __future__ import annotations

import pulumi
import pulumi_aws as aws
import pulumi_random

from ..iam.account import AwsAccount
from ..manifests import MANAGED_BY, MANAGED_BY_LABEL
from ..schema.arguments import check_arguments


@check_arguments()
def account_provider(name: str, account: AwsAccount, opts: pulumi.ResourceOptions | None = None) -> aws.Provider:
    """A provider for one account. It takes credentials from the environment and refuses those of another account."""
    return aws.Provider(
        name,
        region=account.region,
        allowed_account_ids=[account.account_id],
        default_tags={"tags": {**account.tags, MANAGED_BY_LABEL: MANAGED_BY}},
        opts=opts,
    )


@check_arguments()
def random_provider(name: str, opts: pulumi.ResourceOptions | None = None) -> pulumi_random.Provider:
    """A provider for random suffixes of names; it needs no network."""
    return pulumi_random.Provider(name, opts=opts)
