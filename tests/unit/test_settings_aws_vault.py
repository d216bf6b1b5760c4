"""Mistakes in a block of AWS, Vault or OpenBao: every message in full."""

from __future__ import annotations

import pytest

from tests.unit.managers import (
    ACCOUNT,
    CA,
    KEY,
    OWN,
    ROLE,
    aws,
    vault,
)
from tests.unit.samples import CA_BUNDLE, CANARY, NOT_AN_OBJECT_NAME, Raw, assert_rejected, settings

CONSTANT_ROLE = "arn:aws:iam::123456789012:role/eso"
TAG = {"key": "team", "value": "builds"}
LOGIN = {"kubernetes": {"role": "{organization}"}}
NOT_A_ROLE = (
    "is not the ARN of an IAM role; expected arn:aws:iam::<account>:role/<name>, "
    "with {organization} in place of the organization's name"
)
ACCOUNTS = "serviceAccount, serviceAccountRef"


def _rejected(store: Raw, problem: str) -> None:
    assert_rejected({"secretStores.default": store}, f"secretStores.default.{problem}")


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        pytest.param(
            aws(service="SSM", role=ROLE),
            'service: "SSM" must be one of SecretsManager, ParameterStore',
            id="service",
        ),
        pytest.param(
            aws(region="Frankfurt", role=ROLE),
            'region: "Frankfurt" is not the name of an AWS region; expected a name such as eu-central-1',
            id="region",
        ),
        pytest.param(aws(role="eso-{organization}"), f'role: "eso-{{organization}}" {NOT_A_ROLE}', id="only-a-name"),
        pytest.param(
            aws(role="arn:aws:iam::123456789012:role/{org}"),
            f'role: "arn:aws:iam::123456789012:role/{{org}}" {NOT_A_ROLE}',
            id="misspelt-placeholder",
        ),
        pytest.param(
            aws(role=f"arn:aws:iam::123456789012:role/{'r' * 65}"),
            f'role: "arn:aws:iam::123456789012:role/{"r" * 29}"… (96 characters) '
            "names a role of 65 characters; IAM allows at most 64",
            id="long-name",
        ),
        pytest.param(
            aws(role=f"arn:aws:iam::123456789012:role/{'r' * 60}-{{organization}}"),
            f'role: "arn:aws:iam::123456789012:role/{"r" * 29}"… (96 characters) of the organization "acme" '
            "names a role of 65 characters; IAM allows at most 64",
            id="long-name-of-an-organization",
        ),
        pytest.param(
            aws(auth={}),
            f"auth: is incomplete; expected exactly one of {ACCOUNTS}, secretRef",
            id="no-way-to-sign-in",
        ),
        pytest.param(
            aws(
                auth={
                    "serviceAccountRef": ACCOUNT,
                    "secretRef": {"accessKeyIDSecretRef": KEY, "secretAccessKeySecretRef": KEY},
                }
            ),
            f"auth: names serviceAccountRef and secretRef; expected exactly one of {ACCOUNTS}, secretRef",
            id="two-ways",
        ),
        pytest.param(
            aws(auth={"secretRef": {"accessKeyIDSecretRef": KEY}}),
            "auth.secretRef.secretAccessKeySecretRef: is missing; expected a mapping such as "
            '{name: "login-{organization}", namespace: external-secrets, key: key}',
            id="half-a-key",
        ),
        pytest.param(
            aws(auth={"secretRef": {"accessKeyIDSecretRef": KEY, "secretAccessKeySecretRef": CANARY}}),
            "auth.secretRef.secretAccessKeySecretRef: must be a mapping, such as "
            '{name: "login-{organization}", namespace: external-secrets, key: key}',
            id="the-secret-itself",
        ),
        pytest.param(
            aws(
                auth={
                    "secretRef": {
                        "accessKeyIDSecretRef": KEY,
                        "secretAccessKeySecretRef": KEY,
                        "sessionTokenRef": KEY,
                    }
                }
            ),
            'auth.secretRef.sessionTokenRef: unknown key; did you mean "sessionTokenSecretRef"? '
            "expected one of: accessKeyIDSecretRef, secretAccessKeySecretRef, sessionTokenSecretRef",
            id="unknown-key",
        ),
        pytest.param(
            aws(auth={"serviceAccountRef": {"name": "reader-{organization}"}}),
            "auth.serviceAccountRef.namespace: is missing; expected a value such as external-secrets",
            id="no-namespace",
        ),
        pytest.param(
            aws(
                auth={"serviceAccount": {**OWN, "roleArn": ROLE}},
                additionalRoles=[CONSTANT_ROLE],
                externalID="ab",
                sessionTags=[TAG],
                transitiveTagKeys=["team"],
            ),
            ": has additionalRoles, externalID, sessionTags, transitiveTagKeys without role, which they apply to; "
            "set role or leave them out",
            id="nothing-to-assume",
        ),
        pytest.param(
            aws(role=ROLE, externalID="a"),
            'externalID: "a" is not an external id: letters, digits and _+=,.@:/-, 2 to 1224 characters',
            id="external-id",
        ),
        pytest.param(
            aws(auth={"serviceAccount": {**OWN, "roleArn": ROLE}}, externalID="ab"),
            ": has externalID without role, which they apply to; set role or leave them out",
            id="external-id-alone",
        ),
        pytest.param(
            aws(role=ROLE, sessionTags=[{"key": "a*", "value": "x"}]),
            'sessionTags[0].key: "a*" is not the key of a tag; expected letters, digits, spaces and _.:/=+@-, '
            "128 characters at most",
            id="tag-key",
        ),
        pytest.param(
            aws(role=ROLE, sessionTags=[TAG, {"key": "Team", "value": "x"}]),
            ": has the same key twice in sessionTags; AWS compares keys without case, so use every key once",
            id="tag-twice",
        ),
        pytest.param(
            aws(role=ROLE, sessionTags=[TAG], transitiveTagKeys=["team", "org"]),
            ": has transitiveTagKeys that are not keys of sessionTags: org",
            id="transitive-without-tag",
        ),
    ],
)
def test_aws(store: Raw, problem: str) -> None:
    _rejected(store, f"aws{problem}" if problem.startswith(":") else f"aws.{problem}")


@pytest.mark.parametrize(
    ("store", "problem"),
    [
        pytest.param(
            vault(LOGIN, server="http://vault"),
            ": has an http:// server, so tokens and secrets would cross the network in plain text; "
            "use https://, or http:// with insecure: true",
            id="plain-text",
        ),
        pytest.param(
            vault(LOGIN, insecure=True),
            ": has insecure: true and an https:// server; leave insecure out, certificates are always verified",
            id="insecure-for-nothing",
        ),
        pytest.param(
            vault(LOGIN, server="http://vault", insecure=True, caBundle=CA_BUNDLE),
            ": has a CA certificate and an http:// server; use https:// with caBundle or caProvider",
            id="certificate-for-nothing",
        ),
        pytest.param(
            vault(LOGIN, caBundle=CA_BUNDLE, caProvider=CA),
            ": names caBundle and caProvider; expected at most one of caBundle, caProvider",
            id="two-certificates",
        ),
        pytest.param(
            vault({}),
            ".auth: is incomplete; expected exactly one of kubernetes, jwt, appRole, tokenSecretRef",
            id="no-login",
        ),
        pytest.param(
            vault({**LOGIN, "tokenSecretRef": KEY}),
            ".auth: names kubernetes and tokenSecretRef; "
            "expected exactly one of kubernetes, jwt, appRole, tokenSecretRef",
            id="two-logins",
        ),
        pytest.param(
            vault({"kubernetes": {"role": "{organization}", "serviceAccount": OWN, "secretRef": KEY}}),
            f".auth.kubernetes: names serviceAccount and secretRef; expected at most one of {ACCOUNTS}, secretRef",
            id="two-tokens",
        ),
        pytest.param(
            vault({"jwt": {"role": "{organization}"}}),
            f".auth.jwt: is incomplete; expected exactly one of {ACCOUNTS}, secretRef",
            id="jwt-without-token",
        ),
        pytest.param(
            vault({"appRole": {"secretRef": KEY}}),
            ".auth.appRole: is incomplete; expected exactly one of roleId, roleRef",
            id="app-role-without-role",
        ),
        pytest.param(
            vault({"appRole": {"roleId": "a", "roleRef": KEY, "secretRef": KEY}}),
            ".auth.appRole: names roleId and roleRef; expected exactly one of roleId, roleRef",
            id="app-role-with-two",
        ),
        pytest.param(
            vault({"tokenSecretRef": CANARY}),
            ".auth.tokenSecretRef: must be a mapping, such as "
            '{name: "login-{organization}", namespace: external-secrets, key: token}',
            id="the-token-itself",
        ),
        pytest.param(
            vault(LOGIN, path="/kv/"),
            '.path: "/kv/" is not a path of Vault; expected <name>[/<name>...], without / at the ends',
            id="path",
        ),
        pytest.param(
            vault({"kubernetes": {"role": "{org}"}}),
            '.auth.kubernetes.role: "{org}" is not the name of a role: letters, digits and _.@-',
            id="misspelt-placeholder",
        ),
        pytest.param(
            vault({"tokenSecretRef": {**KEY, "name": "{org}"}}),
            f'.auth.tokenSecretRef.name: "{{org}}" {NOT_AN_OBJECT_NAME}',
            id="misspelt-placeholder-in-a-name",
        ),
        pytest.param(
            vault({"tokenSecretRef": {**KEY, "name": "n" * 250 + "{organization}"}}),
            f'.auth.tokenSecretRef.name: "{"n" * 60}"… (254 characters) of the organization "acme" '
            f"{NOT_AN_OBJECT_NAME}",
            id="long-name-of-an-organization",
        ),
    ],
)
def test_vault(store: Raw, problem: str) -> None:
    _rejected(store, f"vault{problem}")


def test_an_external_id_may_be_the_organizations_name_unless_that_is_too_short() -> None:
    store = aws(role=ROLE, externalID="{organization}")
    assert settings({"secretStores.default": store}).secret_stores["default"].manager.settings_key == "aws"
    for length in (2, 1224):
        assert settings({"secretStores.default": aws(role=ROLE, externalID="a" * length)})
    assert_rejected(
        {"secretStores.default": store, "organizations.0.name": "a"},
        'secretStores.default.aws.externalID: "a" of the organization "a" is not an external id: '
        "letters, digits and _+=,.@:/-, 2 to 1224 characters",
    )


def test_a_role_name_in_an_arn_has_up_to_64_characters() -> None:
    role = "arn:aws:iam::123456789012:role/" + "r" * 59 + "-{organization}"
    assert settings({"secretStores.default": aws(role=role)})
