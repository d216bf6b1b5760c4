"""Types of AWS resources, and the outputs that AWS computes for them."""

from __future__ import annotations

PROVIDER = "pulumi:providers:aws aws"
PARENT = "openchoreo:index:AwsSecretStore default-acme"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
SECRET = "aws:secretsmanager/secret:Secret"
KEY = "aws:kms/key:Key"
RANDOM = "random:index/randomId:RandomId"
KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/k"
COMPUTED = {KEY: {"arn": KEY_ARN, "keyId": "k"}, RANDOM: {"hex": "1f2e3d4c"}}
