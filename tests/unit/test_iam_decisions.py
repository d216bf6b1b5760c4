"""Every policy document, evaluated for requests of its own organization and of all others."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components.iam.policy import build_ecr_policy, build_read_policy
from components.iam.text import build_document, build_statement
from components.iam.trust import build_ecr_trust, build_operator_trust, build_web_identity_trust
from tests.iam import Request, allows
from tests.unit.aws_accounts import ISSUER, OPERATOR, OTHER_ISSUER, account, made, managed, pod_identity, with_account
from tests.unit.samples import Edits

KEY = "arn:aws:kms:eu-central-1:123456789012:key/acme"
VIA = {"kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com"}
SECRETS = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:"
PARAMETERS = "arn:aws:ssm:eu-central-1:123456789012:parameter/"
REPOSITORIES = "arn:aws:ecr:eu-central-1:123456789012:repository/"
GET = "secretsmanager:GetSecretValue"

NAMES = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)


def secret(name: str) -> str:
    """The ARN that AWS gives a secret: its name and six more characters."""
    return f"{SECRETS}{name}-AbCdEf"


@pytest.mark.parametrize(
    ("request_", "allowed"),
    [
        pytest.param(Request(GET, secret("org/acme/git")), True, id="own"),
        pytest.param(Request("secretsmanager:DescribeSecret", secret("org/acme/git")), True, id="own-tags"),
        pytest.param(Request(GET, secret("org/acme/deep/er")), True, id="own-below"),
        pytest.param(Request(GET, secret("org/globex/git")), False, id="another"),
        pytest.param(Request(GET, secret("org/acme2/git")), False, id="name-begins-alike"),
        pytest.param(Request(GET, secret("org/acme-x/git")), False, id="name-begins-alike-with-hyphen"),
        pytest.param(Request(GET, secret("org/acme")), False, id="the-path-itself"),
        pytest.param(Request(GET, secret("git")), False, id="outside"),
        pytest.param(Request(GET, secret("other/org/acme/git")), False, id="path-further-in"),
        pytest.param(Request(GET, "*"), False, id="anything"),
        pytest.param(Request(GET, f"{SECRETS}*"), False, id="anything-of-the-account"),
        pytest.param(Request(GET, f"{SECRETS}org/*"), False, id="anything-of-the-organizations"),
        pytest.param(Request(GET, secret("org/acme/git").replace("123456789012", "210987654321")), False, id="account"),
        pytest.param(Request(GET, secret("org/acme/git").replace("eu-central-1", "eu-west-1")), False, id="region"),
        pytest.param(Request("secretsmanager:ListSecrets", "*"), False, id="list"),
        pytest.param(Request("secretsmanager:BatchGetSecretValue", "*"), False, id="batch"),
        pytest.param(Request("secretsmanager:BatchGetSecretValue", secret("org/acme/git")), False, id="batch-own"),
        pytest.param(Request("secretsmanager:PutSecretValue", secret("org/acme/git")), False, id="write"),
        pytest.param(Request("secretsmanager:DeleteSecret", secret("org/acme/git")), False, id="delete"),
        pytest.param(Request("secretsmanager:GetResourcePolicy", secret("org/acme/git")), False, id="look-at-policy"),
        pytest.param(Request("secretsmanager:*", secret("org/acme/git")), False, id="any-action"),
        pytest.param(Request("sts:AssumeRole", "arn:aws:iam::123456789012:role/eso-org-globex"), False, id="role"),
        pytest.param(Request("kms:Decrypt", KEY, context=VIA), True, id="key"),
        pytest.param(Request("kms:Decrypt", KEY), False, id="key-directly"),
        pytest.param(Request("kms:Decrypt", f"{KEY}2", context=VIA), False, id="another-key"),
        pytest.param(
            Request("kms:Decrypt", KEY, context={"kms:ViaService": "ssm.eu-central-1.amazonaws.com"}),
            False,
            id="key-by-another-service",
        ),
        pytest.param(Request("kms:Encrypt", KEY, context=VIA), False, id="encrypt"),
    ],
)
def test_the_role_of_acme(request_: Request, allowed: bool) -> None:
    assert allows(build_read_policy(account(), "SecretsManager", "org/acme/", key=KEY), request_) is allowed


@pytest.mark.parametrize(
    ("action", "name", "allowed"),
    [
        ("ssm:GetParameter", "org/acme/git", True),
        ("ssm:GetParameter", "org/acme2/git", False),
        ("ssm:GetParameter", "org/globex/git", False),
        ("ssm:GetParametersByPath", "org/acme/", False),
        ("ssm:GetParameterHistory", "org/acme/git", False),
        ("ssm:DescribeParameters", "*", False),
        ("ssm:PutParameter", "org/acme/git", False),
    ],
)
def test_the_role_of_acme_in_parameter_store(action: str, name: str, allowed: bool) -> None:
    policy = build_read_policy(account(), "ParameterStore", "/org/acme/")
    assert allows(policy, Request(action, PARAMETERS + name)) is allowed


def web(issuer: str = ISSUER, provider: str = ISSUER, **claims: str) -> Request:
    subject = {"sub": "system:serviceaccount:external-secrets:eso-org-acme", "aud": "sts.amazonaws.com", **claims}
    return Request(
        "sts:AssumeRoleWithWebIdentity",
        principal=("Federated", f"arn:aws:iam::123456789012:oidc-provider/{provider}"),
        context={f"{issuer}:{claim}": value for claim, value in subject.items() if value},
    )


@pytest.mark.parametrize(
    ("request_", "allowed"),
    [
        pytest.param(web(), True, id="its-account"),
        pytest.param(web(sub="system:serviceaccount:external-secrets:eso-org-globex"), False, id="another"),
        pytest.param(web(sub="system:serviceaccount:external-secrets:eso-org-acme2"), False, id="name-begins-alike"),
        pytest.param(web(sub="system:serviceaccount:external-secrets:*"), False, id="any"),
        pytest.param(web(sub="system:serviceaccount:openchoreo-ci-acme:eso-org-acme"), False, id="another-namespace"),
        pytest.param(web(sub=""), False, id="nobody"),
        pytest.param(web(aud="kubernetes"), False, id="another-audience"),
        pytest.param(web(aud=""), False, id="no-audience"),
        pytest.param(web(OTHER_ISSUER, OTHER_ISSUER), False, id="another-cluster"),
        pytest.param(web(OTHER_ISSUER), False, id="claims-of-another-cluster"),
        pytest.param(
            Request("sts:AssumeRole", principal=("AWS", OPERATOR), context=web().context), False, id="the-operator"
        ),
    ],
)
def test_who_becomes_acme(request_: Request, allowed: bool) -> None:
    trust = build_web_identity_trust(account(), [account()], "external-secrets", "eso-org-acme")
    assert allows(trust, request_) is allowed


def by_operator(role: str = OPERATOR, **tags: str) -> Request:
    return Request(
        "sts:AssumeRole",
        principal=("AWS", role),
        context={**{f"aws:RequestTag/{key}": value for key, value in tags.items()}, "aws:TagKeys": list(tags)},
    )


@pytest.mark.parametrize(
    ("request_", "allowed"),
    [
        pytest.param(by_operator(**{"openchoreo-organization": "acme"}), True, id="acme"),
        pytest.param(
            by_operator(**{"openchoreo-organization": "acme", "kubernetes-namespace": "eso"}), True, id="of-a-pod"
        ),
        pytest.param(by_operator(**{"openchoreo-organization": "globex"}), False, id="another"),
        pytest.param(by_operator(**{"openchoreo-organization": "acme2"}), False, id="name-begins-alike"),
        pytest.param(by_operator(), False, id="no-tag"),
        pytest.param(by_operator(**{"openchoreo-organization": "acme", "team": "x"}), False, id="one-more-tag"),
        pytest.param(by_operator(f"{OPERATOR}2", **{"openchoreo-organization": "acme"}), False, id="another-role"),
    ],
)
def test_for_whom_the_operator_becomes_acme(request_: Request, allowed: bool) -> None:
    assert allows(build_operator_trust([pod_identity()], "acme"), request_) is allowed


@pytest.mark.parametrize(
    ("action", "repository", "allowed"),
    [
        ("ecr:PutImage", "acme/api", True),
        ("ecr:BatchGetImage", "acme/team/api", True),
        ("ecr:PutImage", "acme2/api", False),
        ("ecr:PutImage", "acme", False),
        ("ecr:BatchGetImage", "globex/api", False),
        ("ecr:GetAuthorizationToken", "*", True),
        ("ecr:DescribeRepositories", "acme/api", False),
        ("ecr:BatchDeleteImage", "acme/api", False),
        ("ecr:SetRepositoryPolicy", "acme/api", False),
    ],
)
def test_what_builds_of_acme_may_do_with_images(action: str, repository: str, allowed: bool) -> None:
    assert allows(build_ecr_policy(account(), "acme/"), Request(action, REPOSITORIES + repository)) is allowed


def test_images_that_are_only_pulled() -> None:
    policy = build_ecr_policy(account(), "acme/", push=False)
    assert allows(policy, Request("ecr:BatchGetImage", f"{REPOSITORIES}acme/api"))
    assert not allows(policy, Request("ecr:PutImage", f"{REPOSITORIES}acme/api"))


def test_images_are_pushed_by_one_account_only() -> None:
    trust = build_ecr_trust(account(), "openchoreo-ci-acme", "push")
    assert allows(trust, web(sub="system:serviceaccount:openchoreo-ci-acme:push"))
    assert not allows(trust, web(sub="system:serviceaccount:openchoreo-ci-globex:push"))
    assert not allows(trust, web(sub="system:serviceaccount:openchoreo-ci-acme:default"))


@hypothesis_settings(deadline=None)
@given(names=st.lists(NAMES, min_size=2, max_size=4, unique=True), data=st.data())
def test_no_organization_reads_anothers_path(names: list[str], data: st.DataObject) -> None:
    """Evaluate the documents of a whole configuration: reading secrets, assuming roles, using the key."""
    path = data.draw(st.sampled_from(["org/{organization}/", "{organization}/", "a/{organization}/b/"]))
    organizations = [{"name": f"o-{name}", "git": {"remoteKey": "git"}} for name in names]
    edits: Edits = with_account(managed(path=path), organizations=organizations)
    stores = made(edits)
    assert [each.organization for each in stores] == sorted(f"o-{name}" for name in names)
    for reader in stores:
        for owner in stores:
            own = reader is owner
            (name,) = owner.containers.values()
            assert allows(reader.policy(), Request(GET, secret(name))) is own
            subject = f"system:serviceaccount:external-secrets:eso-{owner.name}"
            assert allows(reader.trust, web(sub=subject)) is own
    assert len({each.role for each in stores}) == len(stores)


@given(names=st.lists(NAMES, min_size=2, max_size=3, unique=True))
def test_no_organization_is_taken_for_another_by_the_operator(names: list[str]) -> None:
    for reader in names:
        for owner in names:
            asked: Any = by_operator(**{"openchoreo-organization": owner})
            assert allows(build_operator_trust([pod_identity()], reader), asked) is (reader == owner)


def test_this_iam_decides_as_iam_does() -> None:
    """The evaluation itself: deny before allow, wildcards, and an error for what it does not support."""
    everything = build_statement(["s:Get*"], "arn:?:*")
    assert allows(build_document(everything), Request("S:GetIt", "arn:x:y/z"))
    assert not allows(build_document(everything), Request("s:PutIt", "arn:x:y"))
    assert not allows(build_document(everything), Request("s:GetIt", "arn:xx:y"))
    denied = build_document(everything, {**everything, "Effect": "Deny"})
    assert not allows(denied, Request("s:GetIt", "arn:x:y"))
    unheard = build_document(build_statement(["s:Get"], "*", Condition={"StringLike": {"k": "*"}}))
    with pytest.raises(AssertionError, match="does not know StringLike"):
        allows(unheard, Request("s:Get", "x"))
    with pytest.raises(AssertionError, match="knows no policy variables"):
        allows(build_document(build_statement(["s:Get"], "${aws:username}")), Request("s:Get", "x"))
    with pytest.raises(AssertionError, match="anybody"):
        allows(build_document({"Effect": "Allow", "Principal": "*", "Action": "s:Get"}), Request("s:Get"))
