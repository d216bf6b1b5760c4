"""Values that change, and a manager that is down for a while: the operator's work, without a run of Pulumi."""

from __future__ import annotations

from typing import Any

from tests.platform.aws import MotoAws
from tests.platform.harness import Kubernetes, Stack, eventually
from tests.platform.openbao import Vault
from tests.platform.samples import ROLES, allow, as_service_account, aws_store, git, vault_store

NAME = "git-clone-secret"


def secret(cluster: Kubernetes, namespace: str) -> dict[str, Any]:
    """The Secret as it is stored."""
    found = cluster.get("v1", "Secret", NAME, namespace)
    assert found is not None
    return found


def ready(cluster: Kubernetes, namespace: str) -> str:
    """Status of the condition ``Ready`` of the ExternalSecret."""
    found = cluster.get("external-secrets.io/v1", "ExternalSecret", NAME, namespace)
    assert found is not None
    return str(found["status"]["conditions"][0]["status"])


def has_arrived(cluster: Kubernetes, namespace: str, value: str) -> None:
    wanted = ("Opaque", {"clone-secret": value})
    eventually(lambda: cluster.secret(namespace, NAME) == wanted, f"{value} to arrive")


def deliver_first(stack: Stack, vault: Vault, manager: str, organization: str) -> tuple[str, str]:
    """Deliver a token, which ESO reads every second. Returns its path in the manager, and the build namespace."""
    key = f"org/{organization}/git"
    allow(vault, manager, organization)
    vault.put(key, {"token": "first"})
    stack.configure(
        secretStores={"vault": vault_store(vault, manager)},
        organizations=[{"name": organization, "secretStore": "vault", "git": git(key)}],
        refreshInterval="1s",
        readyTimeout="3s",
    )
    stack.up()
    return key, f"openchoreo-ci-{organization}"


def test_a_manager_that_is_down_and_comes_back(
    stack: Stack, cluster: Kubernetes, vault: Vault, manager: str, organization: str
) -> None:
    key, namespace = deliver_first(stack, vault, manager, organization)

    vault.put(key, {"token": "second"})

    has_arrived(cluster, namespace, "second")
    before = secret(cluster, namespace)
    vault.server.process.stop()

    eventually(lambda: ready(cluster, namespace) == "False", "the operator to notice")
    for message, when in ((stack.ok("preview"), "now"), (stack.up_fails(), "after 3 s")):
        assert f"1 of 1 credentials are not ready {when} on build plane" in message
        assert f'organization "{organization}", Secret {namespace}/{NAME}:' in message
        assert f"dial tcp {vault.url.removeprefix('https://')}: connect: connection refused" in " ".join(
            message.split()
        )
        assert "second" not in message
    assert secret(cluster, namespace) == before

    vault.server.start()
    vault.put(key, {"token": "third"})

    has_arrived(cluster, namespace, "third")
    assert secret(cluster, namespace)["metadata"]["uid"] == before["metadata"]["uid"]
    eventually(lambda: ready(cluster, namespace) == "True", "the operator to say so")
    stack.up()
    stack.unchanged()


def test_a_manager_that_is_sealed_and_unsealed(
    stack: Stack, cluster: Kubernetes, vault: Vault, manager: str, organization: str
) -> None:
    key, namespace = deliver_first(stack, vault, manager, organization)

    vault.server.call("PUT", "sys/seal")

    eventually(lambda: ready(cluster, namespace) == "False", "the operator to notice")
    message = stack.up_fails()
    assert f'organization "{organization}", Secret {namespace}/{NAME}:' in message
    assert "Vault is sealed" in message
    assert cluster.secret(namespace, NAME) == ("Opaque", {"clone-secret": "first"})

    vault.server.unseal()
    vault.put(key, {"token": "second"})

    has_arrived(cluster, namespace, "second")
    eventually(lambda: ready(cluster, namespace) == "True", "the operator to say so")
    stack.unchanged()


def test_a_value_that_changes_in_aws(
    stack: Stack, cluster: Kubernetes, aws: MotoAws, manager: str, organization: str
) -> None:
    key, namespace = f"org/{organization}/git", f"openchoreo-ci-{organization}"
    aws.put_secret(key, "first", ROLES)
    stack.configure(
        secretStores={"aws": aws_store(as_service_account(manager))},
        organizations=[{"name": organization, "secretStore": "aws", "git": {"remoteKey": key}}],
        refreshInterval="1s",
    )
    stack.up()

    aws.put_secret(key, "second", ROLES)

    has_arrived(cluster, namespace, "second")
    aws.client("secretsmanager", ROLES).delete_secret(SecretId=key, ForceDeleteWithoutRecovery=True)
    eventually(lambda: ready(cluster, namespace) == "False", "the operator to notice")
    has_arrived(cluster, namespace, "second")
    aws.put_secret(key, "third", ROLES)
    has_arrived(cluster, namespace, "third")
    stack.unchanged()
