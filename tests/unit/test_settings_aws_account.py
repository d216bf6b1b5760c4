"""Mistakes in an AWS account: every message in full."""

from __future__ import annotations

from typing import Any

import pytest

from components.iam.account import AwsAccount
from tests.unit.aws_accounts import (
    ACCOUNT,
    ISSUER,
    OPERATOR,
    OTHER_ISSUER,
    with_account,
)
from tests.unit.samples import Edits, Raw, assert_rejected

WAYS = "expected exactly one of oidcProvider, operatorRoleArn"
NOT_AN_ISSUER = "is not an OIDC issuer; expected its host and path, without https:// and without a trailing /"
NOT_ONE_ROLE = "is not the ARN of one IAM role; expected arn:<partition>:iam::<account>:role/<name>"


def _account(**keys: Any) -> Edits:
    return with_account(aws={key: value for key, value in {**ACCOUNT, **keys}.items() if value is not None})


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        pytest.param({"accountId": 123456789012}, "aws.accountId: must be a string, not a number", id="number"),
        pytest.param(
            {"accountId": "1234"},
            'aws.accountId: "1234" is not the number of an AWS account; expected 12 digits in quotation marks',
            id="short-number",
        ),
        pytest.param(
            {"region": "Frankfurt"},
            'aws.region: "Frankfurt" is not the name of an AWS region; expected a name such as eu-central-1',
            id="region",
        ),
        pytest.param(
            {"region": "cn-north-1"},
            'aws: has the region "cn-north-1", which is in the partition "aws-cn", not "aws"',
            id="region-of-another-partition",
        ),
        pytest.param(
            {"partition": "aws-us-gov"},
            'aws: has the region "eu-central-1", which is in the partition "aws", not "aws-us-gov"',
            id="partition-of-another-region",
        ),
        pytest.param(
            {"partition": "aws-iso"},
            'aws.partition: "aws-iso" must be one of aws, aws-cn, aws-us-gov',
            id="partition",
        ),
        pytest.param({"oidcProvider": None}, f"aws: is incomplete; {WAYS}", id="no-way-to-sign-in"),
        pytest.param(
            {"operatorRoleArn": OPERATOR}, f"aws: names oidcProvider and operatorRoleArn; {WAYS}", id="two-ways"
        ),
        pytest.param(
            {"oidcProvider": f"https://{ISSUER}"},
            f'aws.oidcProvider: "https://{ISSUER[:52]}"… (63 characters) {NOT_AN_ISSUER}',
            id="issuer-with-scheme",
        ),
        pytest.param(
            {"oidcProvider": "oidc.example/{organization}"},
            f'aws.oidcProvider: "oidc.example/{{organization}}" {NOT_AN_ISSUER}',
            id="issuer-of-each",
        ),
        pytest.param(
            {"oidcProvider": None, "operatorRoleArn": "arn:aws:iam::123456789012:role/*"},
            f'aws.operatorRoleArn: "arn:aws:iam::123456789012:role/*" {NOT_ONE_ROLE}',
            id="any-role",
        ),
        pytest.param(
            {"oidcProvider": None, "operatorRoleArn": "arn:aws-cn:iam::123456789012:role/eso"},
            'aws: has an operatorRoleArn of another partition; use a role of the partition "aws"',
            id="role-of-another-partition",
        ),
        pytest.param(
            {"permissionsBoundary": "boundary"},
            'aws.permissionsBoundary: "boundary" is not the ARN of an IAM policy; '
            "expected arn:<partition>:iam::<account>:policy/<name>",
            id="boundary",
        ),
        pytest.param(
            {"permissionsBoundary": "arn:aws:iam::210987654321:policy/eso"},
            "aws: has a permissionsBoundary of another account or partition; use a policy of this account or of AWS",
            id="boundary-of-another-account",
        ),
        pytest.param(
            {"rolePath": "/eso"},
            'aws.rolePath: "/eso" is not an IAM path; expected / or /<part>/[<part>/...], with a trailing /',
            id="role-path",
        ),
        pytest.param(
            {"tags": {"aws:team": "x"}},
            'aws.tags.aws:team: "aws:team" is not the key of a tag; expected letters, digits and _.:/=+@-, '
            "and no aws: at the start",
            id="tag-of-aws",
        ),
        pytest.param(
            {"tags": {"team": "a\tb"}},
            'aws.tags.team: "a\\tb" is not the value of a tag; expected letters, digits and _.:/=+@-',
            id="tag-value",
        ),
        pytest.param(
            {"tags": {"openchoreo.dev/organization": "acme"}},
            "aws: has the tags openchoreo.dev/organization, which this package sets; leave them out",
            id="tag-of-ours",
        ),
        pytest.param(
            {"tags": {f"tag-{number}": "x" for number in range(49)}},
            "aws.tags: has too many entries; expected at most 48",
            id="tags-beyond-the-limit-of-aws",
        ),
        pytest.param(
            {"dataPlane": {"operatorRoleArn": OPERATOR}},
            "aws: both planes must use the same sign-in method; use oidcProvider for both, or operatorRoleArn for both",
            id="planes-differ",
        ),
        pytest.param({"dataPlane": {}}, f"aws.dataPlane: is incomplete; {WAYS}", id="data-plane"),
        pytest.param(
            {"secretKey": "x"},
            "aws.secretKey: unknown key; expected one of: oidcProvider, operatorRoleArn, accountId, region, partition, "
            "dataPlane, permissionsBoundary, rolePath, tags",
            id="credentials",
        ),
    ],
)
def test_account(keys: Raw, problem: str) -> None:
    assert_rejected(_account(**keys), problem)


@pytest.mark.parametrize(
    "keys",
    [
        {"region": "cn-northwest-1", "partition": "aws-cn"},
        {"region": "us-gov-west-1", "partition": "aws-us-gov"},
        {"permissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess"},
        {"permissionsBoundary": "arn:aws:iam::123456789012:policy/platform/eso"},
        {"tags": {f"tag-{number}": "x" for number in range(48)}},
        {"rolePath": "/platform/eso/", "tags": {"team": "builds", "cost center": ""}},
        {"dataPlane": {"oidcProvider": OTHER_ISSUER}},
    ],
)
def test_account_that_is_right(keys: Raw) -> None:
    assert AwsAccount.model_validate({**ACCOUNT, **keys})
