"""Policy documents, whole."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from components.errors import SettingsError
from components.iam.account import AwsOperator
from components.iam.arn import build_key_alias, build_secret_arns
from components.iam.policy import build_ecr_policy, build_read_policy
from components.iam.text import format_document
from components.iam.trust import build_ecr_trust, build_operator_trust, build_web_identity_trust
from tests.unit.aws_accounts import ISSUER, OPERATOR, OTHER_ISSUER, account, pod_identity

KEY = "arn:aws:kms:eu-central-1:123456789012:key/0f0f0f0f-1111-2222-3333-444444444444"
SECRETS = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:org/acme/*"
READ = ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"]


def statement_for(issuer: str, subject: str) -> dict[str, object]:
    return {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{issuer}"},
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Condition": {"StringEquals": {f"{issuer}:sub": subject, f"{issuer}:aud": "sts.amazonaws.com"}},
    }


def test_reading_from_secrets_manager() -> None:
    assert build_read_policy(account(), "SecretsManager", "org/acme/") == {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "ReadOwnPath", "Effect": "Allow", "Action": READ, "Resource": SECRETS}],
    }


def test_reading_with_a_key_of_its_own() -> None:
    assert build_read_policy(account(), "SecretsManager", "org/acme/", key=KEY) == {
        "Version": "2012-10-17",
        "Statement": [
            {"Sid": "ReadOwnPath", "Effect": "Allow", "Action": READ, "Resource": SECRETS},
            {
                "Sid": "DecryptWithOwnKey",
                "Effect": "Allow",
                "Action": ["kms:Decrypt"],
                "Resource": KEY,
                "Condition": {"StringEquals": {"kms:ViaService": ["secretsmanager.eu-central-1.amazonaws.com"]}},
            },
        ],
    }


def test_reading_from_parameter_store() -> None:
    """One slash after "parameter", though the name begins with one."""
    found = build_read_policy(account(), "ParameterStore", "/org/acme/", key=KEY)["Statement"]
    assert [(each["Action"], each["Resource"]) for each in found] == [
        (["ssm:GetParameter"], "arn:aws:ssm:eu-central-1:123456789012:parameter/org/acme/*"),
        (["kms:Decrypt"], KEY),
    ]
    assert found[1]["Condition"] == {"StringEquals": {"kms:ViaService": ["ssm.eu-central-1.amazonaws.com"]}}


def test_other_partitions() -> None:
    china = account(partition="aws-cn", region="cn-north-1")
    own, key = build_read_policy(china, "SecretsManager", "org/acme/", key="arn:aws-cn:kms:::key/k")["Statement"]
    assert own["Resource"] == "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:org/acme/*"
    assert key["Condition"]["StringEquals"]["kms:ViaService"] == [
        "secretsmanager.cn-north-1.amazonaws.com",
        "secretsmanager.cn-north-1.amazonaws.com.cn",
    ]
    trust = build_web_identity_trust(china, [china], "eso", "reader")["Statement"]
    assert trust[0]["Principal"] == {"Federated": f"arn:aws-cn:iam::123456789012:oidc-provider/{ISSUER}"}


def test_names_are_known_before_anything_is_created() -> None:
    assert account().role_arn("eso-org-acme") == "arn:aws:iam::123456789012:role/eso-org-acme"
    assert account(rolePath="/eso/prod/").role_arn("a") == "arn:aws:iam::123456789012:role/eso/prod/a"
    assert build_key_alias("eso-org-acme") == "alias/eso-org-acme"


def test_a_role_for_one_service_account() -> None:
    subject = "system:serviceaccount:external-secrets:eso-org-acme"
    trust = build_web_identity_trust(account(), [account()], "external-secrets", "eso-org-acme")
    assert trust == {"Version": "2012-10-17", "Statement": [statement_for(ISSUER, subject)]}


def test_a_role_for_the_same_account_on_two_clusters() -> None:
    subject = "system:serviceaccount:external-secrets:eso-org-acme"
    there = AwsOperator(oidc_provider=OTHER_ISSUER)
    trust = build_web_identity_trust(account(), [account(), there], "external-secrets", "eso-org-acme")
    assert trust["Statement"] == [statement_for(ISSUER, subject), statement_for(OTHER_ISSUER, subject)]


def test_a_role_for_the_operator() -> None:
    assert build_operator_trust([pod_identity()], "acme") == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": [OPERATOR]},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
                "Condition": {
                    "StringEquals": {"aws:RequestTag/openchoreo-organization": "acme"},
                    "ForAllValues:StringEquals": {
                        "aws:TagKeys": [
                            "openchoreo-organization",
                            "eks-cluster-arn",
                            "eks-cluster-name",
                            "kubernetes-namespace",
                            "kubernetes-pod-name",
                            "kubernetes-pod-uid",
                            "kubernetes-service-account",
                        ]
                    },
                },
            }
        ],
    }


def test_a_role_for_pushing_images() -> None:
    trust = build_ecr_trust(account(), "openchoreo-ci-acme", "registry-push")
    assert trust["Statement"] == [statement_for(ISSUER, "system:serviceaccount:openchoreo-ci-acme:registry-push")]
    assert build_ecr_policy(account(), "acme/") == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "UseOwnRepositories",
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
            },
            {"Sid": "SignIn", "Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"},
        ],
    }
    pull, _ = build_ecr_policy(account(), "acme/", push=False)["Statement"]
    assert pull["Action"] == ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]


@pytest.mark.parametrize(
    "prefix", ["org/acme", "", "/", "org/*/", "org/a?/", "org/${aws:username}/", "{organization}/"]
)
def test_a_prefix_that_does_not_end_or_means_more_than_itself(prefix: str) -> None:
    message = (
        "policy: 1 problem\n"
        f'  - prefix: "{prefix}" cannot be a prefix of an organization\'s names; expected <part>/, without * ? $ {{}}'
    )
    for build in (
        lambda: build_secret_arns(account(), "SecretsManager", prefix),
        lambda: build_read_policy(account(), "ParameterStore", prefix),
        lambda: build_ecr_policy(account(), prefix),
    ):
        with pytest.raises(SettingsError) as raised:
            build()
        assert str(raised.value) == message


def test_who_cannot_be_trusted() -> None:
    whole = "trust policy: 1 problem\n  - "
    with pytest.raises(SettingsError) as raised:
        build_ecr_trust(pod_identity(), "openchoreo-ci-acme", "registry-push")
    assert str(raised.value) == (
        f"{whole}oidcProvider: is missing; ESO cannot use Pod Identity for a ServiceAccount, so set it for the account"
    )
    for operators in ([], [account()], [pod_identity(), account()]):
        with pytest.raises(SettingsError) as raised:
            build_operator_trust(operators, "acme")
        assert str(raised.value) == f"{whole}operatorRoleArn: is missing; set it for every cluster that uses the role"


def test_documented_policies_equal_the_created_ones() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "stores" / "aws.md").read_text()
    printed = [
        json.loads(block)
        for block in re.findall(r"```json\n(.*?)```", page.partition("### The policies")[2], re.DOTALL)
    ]
    assert printed == [
        build_web_identity_trust(account(), [account()], "external-secrets", "eso-org-acme"),
        build_read_policy(
            account(), "SecretsManager", "org/acme/", key="arn:aws:kms:eu-central-1:123456789012:key/KEY"
        ),
    ]


def test_the_text_is_the_document() -> None:
    policy = build_read_policy(account(), "SecretsManager", "org/acme/", key=KEY)
    text = str(format_document(policy))
    assert json.loads(text) == policy
    assert " " not in text


def test_only_parameter_store_drops_the_slash_in_front_of_a_path() -> None:
    """A secret of Secrets Manager may begin with a slash, which its ARN then contains."""
    arns = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:/org/acme/*"
    assert build_secret_arns(account(), "SecretsManager", "/org/acme/") == arns
    arns = "arn:aws:ssm:eu-central-1:123456789012:parameter/org/acme/*"
    assert build_secret_arns(account(), "ParameterStore", "/org/acme/") == arns
