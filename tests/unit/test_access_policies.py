"""Policies that the stack creates in secret managers, patterns that match keys of others, and roles of generators."""

from __future__ import annotations

from typing import Any

import pytest

from components.access.policies import Grant, Overlap, list_grants, list_overlaps
from tests.unit.access_samples import (
    organization,
    plan,
    planned_crossings,
    report,
    summarize,
)
from tests.unit.aws_accounts import ACCOUNT
from tests.unit.samples import Raw

AWS: Raw = {"service": "SecretsManager", "region": "eu-central-1"}
ROLE = "arn:aws:iam::123456789012:role/"
VAULT: Raw = {"server": "https://vault.example:8200", "path": "secret"}


def test_policies_of_managed_stores_do_not_overlap() -> None:
    managed = {"identityNamespace": "external-secrets", "path": "org/{organization}/"}
    vault = plan(
        *(organization(name, git={"remoteKey": f"org/{name}/git"}) for name in ("acme", "acme2")),
        stores={"org": {"vault": {**VAULT, "managed": managed}}},
    )
    assert [(grant.organization, grant.patterns, grant.names) for grant in list_grants(vault)] == [
        ("acme", ("secret/data/org/acme/*",), (("secret/data/org/acme/git", "org/acme/git"),)),
        ("acme2", ("secret/data/org/acme2/*",), (("secret/data/org/acme2/git", "org/acme2/git"),)),
    ]
    assert planned_crossings(vault) == ()
    aws = plan(
        organization("acme"), organization("acme2"), stores={"org": {"aws": {**AWS, "managed": managed}}}, aws=ACCOUNT
    )
    base = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:org"
    assert [(grant.patterns, grant.names) for grant in list_grants(aws)] == [
        ((f"{base}/acme/*",), ((f"{base}/acme/acme-git", "org/acme/acme-git"),)),
        ((f"{base}/acme2/*",), ((f"{base}/acme2/acme2-git", "org/acme2/acme2-git"),)),
    ]
    assert planned_crossings(aws) == ()


@pytest.mark.parametrize(
    ("syntax", "pattern", "keys"),
    [
        pytest.param("iam", "org/acme/*", (), id="with-a-separator"),
        pytest.param("iam", "org/acme*", ("org/acme2/git",), id="a-prefix-of-another"),
        pytest.param("iam", "org/acme?/git", ("org/acme2/git",), id="one-character"),
        pytest.param("iam", "*/git", ("org/acme2/git",), id="everything"),
        pytest.param("vault", "org/acme*", ("org/acme2/git",), id="vault-prefix"),
        pytest.param("vault", "org/+/git", ("org/acme2/git",), id="vault-segment"),
        pytest.param("vault", "org/acme/*", (), id="vault-separator"),
        pytest.param("vault", "org/acme?/git", (), id="vault-has-no-question-mark"),
    ],
)
def test_patterns_that_match_keys_of_others(syntax: Any, pattern: str, keys: tuple[str, ...]) -> None:
    own = Grant("acme", "S", "I", syntax, "here", (pattern,), (("org/acme/git", "org/acme/git"),))
    other = Grant("acme2", "S2", "I2", syntax, "here", (), (("org/acme2/git", "org/acme2/git"),))
    elsewhere = Grant("acme3", "S3", "I3", syntax, "elsewhere", (), (("org/acme3/git", "org/acme3/git"),))
    expected = [Overlap("acme", ("acme2",), "S", "I", pattern, keys)] if keys else []
    assert list(list_overlaps([own, other, elsewhere])) == expected


@pytest.mark.parametrize(
    ("identities", "crossings"),
    [
        pytest.param(("push-{organization}", "push-{organization}"), [], id="own-roles"),
        pytest.param(("push", "push"), [("shared-identity", "acme acme2", "acme acme2")], id="one-role"),
    ],
)
def test_generators_that_sign_in_as_one_role(
    identities: tuple[str, str], crossings: list[tuple[str, str, str]]
) -> None:
    organizations = [
        organization(
            name,
            registries=[
                {
                    "registry": "ecr",
                    "account": "123456789012",
                    "region": "eu-central-1",
                    "ecr": {"roleArn": ROLE + role},
                }
            ],
        )
        for name, role in zip(("acme", "acme2"), identities, strict=True)
    ]
    planned = plan(*organizations)
    assert summarize(planned_crossings(planned)) == crossings
    (edge,) = (edge for edge in report(planned).edges if edge.organization == "acme" and not edge.store)
    role = identities[0].replace("{organization}", "acme")
    assert edge.identity == f"role-arn {ROLE}{role}"
    assert edge.key == "token of ECRAuthorizationToken 123456789012-dkr-ecr-eu-central-1-amazonaws-com"
