"""AWS Secrets Manager and Parameter Store, read with access keys and as roles of ServiceAccounts.

Each identity lives in an account of its own, and only there is the value that must arrive.
"""

from __future__ import annotations

import json
from typing import Any, Final

from tests.platform.aws import ACCOUNT, MotoAws
from tests.platform.harness import Kubernetes, Stack
from tests.platform.samples import ROLES, as_service_account, aws_store

KEYS: Final = "111111111111"
ASSUMED: Final = "333333333333"


def with_keys(manager: str) -> dict[str, Any]:
    """Access keys in a Secret ``aws-<organization>``."""
    place = {"name": "aws-{organization}", "namespace": manager}
    return {
        "secretRef": {
            "accessKeyIDSecretRef": {**place, "key": "id"},
            "secretAccessKeySecretRef": {**place, "key": "secret"},
        }
    }


def git(name: str, store: str, remote: dict[str, str]) -> dict[str, Any]:
    return {"name": name, "secretStore": store, "git": remote}


def clone_secret(cluster: Kubernetes, organization: str) -> str | None:
    found = cluster.secret(f"openchoreo-ci-{organization}", "git-clone-secret")
    return None if found is None else found[1]["clone-secret"]


def test_each_identity_reads_in_its_own_account(
    stack: Stack, cluster: Kubernetes, aws: MotoAws, manager: str, organization: str
) -> None:
    keys, roles, parameters, assumed = (f"{organization}-{kind}" for kind in ("keys", "roles", "params", "assumed"))
    for name in (keys, assumed):
        cluster.put_secret(manager, f"aws-{name}", aws.access_key(name, KEYS))
    first = aws.put_secret(f"org/{keys}/git", "first", KEYS)
    aws.put_secret(f"org/{keys}/git", 'second → "ß" {{ }}\n', KEYS)
    aws.put_secret(f"org/{roles}/git", json.dumps({"tokens": {"ci": "<&>"}, "dotted.name": "dotted"}), ROLES)
    aws.put_parameter(f"/org/{parameters}/git", json.dumps({"token": "old"}), ROLES)
    version = aws.put_parameter(f"/org/{parameters}/git", json.dumps({"token": "pinned"}), ROLES)
    aws.put_parameter(f"/org/{parameters}/git", json.dumps({"token": "latest"}), ROLES)
    aws.put_secret(f"org/{assumed}/git", "assumed", ASSUMED)
    for name in (keys, roles, assumed):
        aws.put_secret(f"org/{name}/git", "not this account's", ACCOUNT)
    stack.configure(
        secretStores={
            "keys": aws_store(with_keys(manager)),
            "roles": aws_store(as_service_account(manager), prefix="org/{organization}/"),
            "params": aws_store(as_service_account(manager), "ParameterStore"),
            "assumed": aws_store(
                with_keys(manager),
                role=f"arn:aws:iam::{ASSUMED}:role/eso-{{organization}}",
                externalID="{organization}",
                sessionTags=[{"key": "organization", "value": "{organization}"}],
            ),
        },
        organizations=[
            {
                **git(keys, "keys", {"remoteKey": f"org/{keys}/git"}),
                "external": [
                    {
                        "name": "pinned",
                        "keys": {
                            "id": {"remoteKey": f"org/{keys}/git", "version": f"uuid/{first}"},
                            "stage": {"remoteKey": f"org/{keys}/git", "version": "AWSPREVIOUS"},
                        },
                    }
                ],
            },
            {
                **git(roles, "roles", {"remoteKey": "git", "property": "tokens.ci"}),
                "external": [{"name": "dotted", "keys": {"token": {"remoteKey": "git", "property": "dotted.name"}}}],
            },
            git(
                parameters,
                "params",
                {"remoteKey": f"/org/{parameters}/git", "property": "token", "version": str(version)},
            ),
            git(assumed, "assumed", {"remoteKey": f"org/{assumed}/git"}),
        ],
    )

    stack.up()

    assert clone_secret(cluster, keys) == 'second → "ß" {{ }}'
    assert cluster.secret(f"openchoreo-ci-{keys}", "pinned") == ("Opaque", {"id": "first", "stage": "first"})
    assert clone_secret(cluster, roles) == "<&>"
    assert cluster.secret(f"openchoreo-ci-{roles}", "dotted") == ("Opaque", {"token": "dotted"})
    assert clone_secret(cluster, parameters) == "pinned"
    assert clone_secret(cluster, assumed) == "assumed"
    stack.unchanged()


def test_what_the_account_does_not_have_is_named(
    stack: Stack, cluster: Kubernetes, aws: MotoAws, manager: str, organization: str
) -> None:
    key = f"org/{organization}/git"
    aws.put_secret(key, "canary", ROLES)
    stack.configure(
        secretStores={"aws": aws_store(as_service_account(manager, KEYS))},
        organizations=[git(organization, "aws", {"remoteKey": key})],
        readyTimeout="4s",
    )

    message = " ".join(stack.up_fails().split())

    assert f'organization "{organization}", Secret openchoreo-ci-{organization}/git-clone-secret' in message
    assert key in message
    assert "Secret does not exist" in message
    assert "canary" not in message
    assert clone_secret(cluster, organization) is None

    stack.configure(secretStores={"aws": aws_store(as_service_account(manager))}, readyTimeout="30s")
    stack.up()

    assert clone_secret(cluster, organization) == "canary"
    stack.unchanged()
