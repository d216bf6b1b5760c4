"""Isolation of organizations as OpenBao decides it: direct requests with the tokens of their ServiceAccounts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.platform.harness import Kubernetes
from tests.platform.openbao import Vault
from tests.platform.samples import allow

REFUSED = (403, {"errors": ["1 error occurred:\n\t* permission denied\n\n"]})
Request = tuple[str, str, dict[str, Any] | None]


@pytest.fixture
def organizations(cluster: Kubernetes, vault: Vault, manager: str, organization: str) -> tuple[str, str]:
    """Two organizations with names that begin alike, each with a ServiceAccount, a role, a policy and a secret."""
    names = organization, f"{organization}2"
    for name in names:
        metadata = {"name": f"eso-vault-{name}", "namespace": manager}
        cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})
        allow(vault, manager, name)
        vault.put(f"org/{name}/git", {"token": f"of {name}"})
    return names


@pytest.fixture
def tokens(cluster: Kubernetes, vault: Vault, manager: str, organizations: tuple[str, str]) -> tuple[str, str]:
    """A token of OpenBao for each of the organizations."""
    first, second = (
        vault.sign_in(f"eso-{name}", cluster.token(f"eso-vault-{name}", manager))[1]["auth"]["client_token"]
        for name in organizations
    )
    return first, second


def test_an_organization_reads_its_own_path(
    vault: Vault, organizations: tuple[str, str], tokens: tuple[str, str]
) -> None:
    for name, token in zip(organizations, tokens, strict=True):
        status, body = vault.server.ask("GET", f"secret/data/org/{name}/git", token=token)
        assert (status, body["data"]["data"]) == (200, {"token": f"of {name}"})


def test_everything_else_is_refused(vault: Vault, organizations: tuple[str, str], tokens: tuple[str, str]) -> None:
    own, other = organizations
    requests: list[Request] = [
        *(
            ("GET", path, None)
            for path in (
                f"secret/data/org/{other}/git",
                f"secret/data/org/{other}/git?version=1",
                f"secret/data/org/{own}",
                f"secret/data/org/{own}*/git",
                "secret/data/org/+/git",
                "secret/data/org",
                "secret/data/",
                f"secret/metadata/org/{own}/git",
                f"secret/metadata/org/{other}/git",
                f"secret/subkeys/org/{other}/git",
                "secret/config",
                f"sys/policies/acl/eso-{other}",
                f"auth/kubernetes/role/eso-{other}",
                "sys/auth",
                "sys/mounts",
                "sys/namespaces",
            )
        ),
        *(
            ("LIST", path, None)
            for path in (
                "secret/metadata/",
                "secret/metadata/org/",
                f"secret/metadata/org/{own}/",
                f"secret/metadata/org/{other}/",
                f"secret/data/org/{own}/",
                f"secret/data/org/{other}/",
                "sys/policies/acl",
                "auth/token/accessors",
                "auth/kubernetes/role",
            )
        ),
        *(
            ("PUT", path, body)
            for path, body in (
                (f"secret/data/org/{own}/git", {"data": {"token": "changed"}}),
                (f"secret/data/org/{other}/git", {"data": {"token": "changed"}}),
                (f"secret/delete/org/{other}/git", {"versions": [1]}),
                (f"sys/policies/acl/eso-{own}", {"policy": 'path "*" { capabilities = ["sudo", "read"] }'}),
                ("auth/token/create", {"policies": ["root"]}),
                (f"auth/kubernetes/role/eso-{own}", {"token_policies": [f"eso-{other}"]}),
            )
        ),
        ("DELETE", f"secret/data/org/{other}/git", None),
        ("DELETE", f"secret/metadata/org/{own}/git", None),
    ]

    answers = {
        f"{method} {path}": vault.server.ask(method, path, body, token=tokens[0]) for method, path, body in requests
    }

    assert {request: answer for request, answer in answers.items() if answer != REFUSED} == {}
    for name in organizations:
        kept = vault.server.call("GET", f"secret/data/org/{name}/git")["data"]
        assert (kept["data"], kept["metadata"]["version"]) == ({"token": f"of {name}"}, 1)


def test_a_policy_without_the_delimiter_opens_names_that_begin_alike(
    vault: Vault, manager: str, organizations: tuple[str, str], tokens: tuple[str, str]
) -> None:
    own, other = organizations
    vault.allow((manager, f"eso-vault-{own}"), f"eso-{own}", f"org/{own}")

    status, body = vault.server.ask("GET", f"secret/data/org/{other}/git", token=tokens[0])

    assert (status, body["data"]["data"]) == (200, {"token": f"of {other}"})


def test_the_parent_directory_does_not_lead_out_of_a_path(
    vault: Vault, organizations: tuple[str, str], tokens: tuple[str, str]
) -> None:
    own, other = organizations
    for steps in ("%2e%2e/", "..%2f", "%2e%2e%2f"):
        answer = vault.server.ask("GET", f"secret/data/org/{own}/{steps}{other}/git", token=tokens[0])
        assert answer == (400, {"errors": ["relative paths not supported"]})


def test_a_role_accepts_its_own_service_account_only(
    cluster: Kubernetes, vault: Vault, manager: str, organizations: tuple[str, str]
) -> None:
    own, other = organizations
    lookalike = {"name": f"eso-vault-{other}", "namespace": "default"}
    cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": lookalike})

    assert vault.sign_in(f"eso-{other}", cluster.token(f"eso-vault-{own}", manager)) == (
        403,
        {"errors": ["service account name not authorized"]},
    )
    assert vault.sign_in(f"eso-{other}", cluster.token(lookalike["name"], "default")) == (
        403,
        {"errors": ["namespace not authorized"]},
    )
    header, claims, signature = cluster.token(f"eso-vault-{other}", manager).split(".")
    forged = f"{header}.{claims}.{signature[::-1]}"
    assert vault.sign_in(f"eso-{other}", forged) == (403, {"errors": ["permission denied"]})
    cluster.delete("v1", "ServiceAccount", lookalike["name"], "default")


def test_a_token_is_valid_in_its_own_namespace_only(
    cluster: Kubernetes, vault: Vault, manager: str, organizations: tuple[str, str], tokens: tuple[str, str]
) -> None:
    own, _ = organizations
    vault.allow_signed(f"builds/{own}", (manager, f"eso-vault-{own}"), "eso", "kv/git")
    vault.server.call("PUT", "kv/git", {"token": "inside"}, namespace=f"builds/{own}")

    status, body = vault.server.ask("GET", "kv/git", namespace=f"builds/{own}", token=tokens[0])

    assert (status, body) == REFUSED
