"""Types of AWS resources, the outputs that AWS computes for them, and policy documents in whole."""

from __future__ import annotations

from typing import Any

from tests.unit.aws_accounts import KEY_ARN

PROVIDER = "pulumi:providers:aws aws"
PARENT = "openchoreo:index:AwsSecretStore default-acme"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
SECRET = "aws:secretsmanager/secret:Secret"
KEY = "aws:kms/key:Key"
RANDOM = "random:index/randomId:RandomId"

COMPUTED = {KEY: {"arn": KEY_ARN, "keyId": "k"}, RANDOM: {"hex": "1f2e3d4c"}}

PUSH_POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": [
                "ecr:BatchCheckLayerAvailability",
                "ecr:BatchGetImage",
                "ecr:CompleteLayerUpload",
                "ecr:GetDownloadUrlForLayer",
                "ecr:InitiateLayerUpload",
                "ecr:PutImage",
                "ecr:UploadLayerPart",
            ],
            "Resource": "arn:aws:ecr:eu-central-1:123456789012:repository/acme/*",
            "Sid": "UseOwnRepositories",
        },
        {"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*", "Sid": "SignIn"},
    ],
}
"""Push to and pull from the repositories below ``acme/``."""


def push_trust(service_account: str) -> dict[str, Any]:
    """Only this ServiceAccount of the build namespace of acme may assume the role."""
    issuer = "oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{issuer}"},
                "Action": ["sts:AssumeRoleWithWebIdentity"],
                "Condition": {
                    "StringEquals": {
                        f"{issuer}:sub": f"system:serviceaccount:openchoreo-ci-acme:{service_account}",
                        f"{issuer}:aud": "sts.amazonaws.com",
                    }
                },
            }
        ],
    }
