"""Vault and OpenBao: every organization logs in with its own ServiceAccount and reads its own path."""

from __future__ import annotations

import json

from tests.platform.harness import Kubernetes, Stack, eventually
from tests.platform.samples import allow, auth, git, vault_store
from tests.platform.vault import Role, VaultServer


def test_kv_version_2(stack: Stack, cluster: Kubernetes, vault: VaultServer, manager: str, organization: str) -> None:
    folder = f"org/{organization}"
    allow(vault, manager, organization)
    vault.put(f"secret/{folder}/git", {"token": "first"})
    vault.put(f"secret/{folder}/git", {"token": 'second → "ß" {{ }}\n'})
    vault.put(f"secret/{folder}/quay", {"robot": {"name": "acme+ci", "password": "<&>"}})
    quay = {
        "server": "quay.io",
        "username": {"remoteKey": f"{folder}/quay", "property": "robot.name"},
        "password": {"remoteKey": f"{folder}/quay", "property": "robot.password"},
    }
    keys = {
        "pinned": {**git(f"{folder}/git"), "version": "1"},
        "whole.json": {"remoteKey": f"{folder}/quay"},
        "spelt-out": git(f"secret/data/{folder}/git"),
    }
    stack.configure(
        secretStores={"vault": vault_store(vault, manager)},
        organizations=[
            {
                "name": organization,
                "secretStore": "vault",
                "git": git(f"{folder}/git"),
                "registries": [quay],
                "external": [{"name": "more", "keys": keys}],
            }
        ],
    )

    stack.up()

    namespace = f"openchoreo-ci-{organization}"
    latest = 'second → "ß" {{ }}\n'
    assert cluster.secret(namespace, "git-clone-secret") == ("Opaque", {"clone-secret": latest})
    more = cluster.secret(namespace, "more")
    assert more is not None
    assert more[1] == {"pinned": "first", "whole.json": more[1]["whole.json"], "spelt-out": latest}
    assert json.loads(more[1]["whole.json"]) == {"robot": {"name": "acme+ci", "password": "<&>"}}
    push = cluster.secret(namespace, "registry-push-secret")
    assert push is not None
    assert json.loads(push[1][".dockerconfigjson"]) == {
        "auths": {"quay.io": {"username": "acme+ci", "password": "<&>", "auth": auth("acme+ci", "<&>")}}
    }
    assert set(vault.logins) == {("", "kubernetes", f"eso-{organization}", 200)}
    assert set(vault.reads) == {("", f"secret/data/{folder}/{name}", 200) for name in ("git", "quay")}
    eventually(lambda: vault.open_tokens == 0, "the operator to give its tokens back")
    stack.unchanged()


def test_kv_version_1_in_a_namespace_of_vault_with_a_signed_token(
    stack: Stack, cluster: Kubernetes, vault: VaultServer, manager: str, organization: str
) -> None:
    one, two = f"{organization}-a", f"{organization}-b"
    ca = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ca", "namespace": manager}}
    cluster.create({**ca, "data": {"ca.crt": vault.ca}})
    for name in (one, two):
        account = (manager, f"eso-bao-{name}")
        vault.roles[f"builds/{name}", "jwt", "eso"] = Role(account, "kv/git")
        vault.put("kv/git", {"token": f"of {name}"}, version="v1", namespace=f"builds/{name}")
    store = {
        "server": vault.url,
        "path": "kv",
        "version": "v1",
        "namespace": "builds/{organization}",
        "caProvider": {"type": "ConfigMap", "name": "ca", "key": "ca.crt", "namespace": manager},
        "auth": {"jwt": {"role": "eso", "serviceAccount": {"identityNamespace": manager}}},
    }
    stack.configure(
        secretStores={"bao": {"vault": store}},
        organizations=[{"name": name, "secretStore": "bao", "git": git("git")} for name in (one, two)],
    )

    stack.up()

    for name in (one, two):
        secret = cluster.secret(f"openchoreo-ci-{name}", "git-clone-secret")
        assert secret == ("Opaque", {"clone-secret": f"of {name}"})
    assert set(vault.logins) == {(f"builds/{name}", "jwt", "eso", 200) for name in (one, two)}
    assert set(vault.reads) == {(f"builds/{name}", "kv/git", 200) for name in (one, two)}
    stack.unchanged()


def test_an_organization_cannot_read_anothers_path(
    stack: Stack, cluster: Kubernetes, vault: VaultServer, manager: str, organization: str
) -> None:
    thief, victim = organization, f"{organization}2"
    foreign = f"org/{victim}/git"
    for name in (thief, victim):
        allow(vault, manager, name)
    vault.put(f"secret/{foreign}", {"token": "canary"})
    stack.configure(
        secretStores={"vault": vault_store(vault, manager)},
        organizations=[{"name": name, "secretStore": "vault", "git": git(foreign)} for name in (thief, victim)],
        readyTimeout="5s",
    )

    message = stack.up_fails()

    assert "1 of 2 credentials are not ready after 5 s" in message
    assert f'organization "{thief}", Secret openchoreo-ci-{thief}/git-clone-secret' in message
    # ESO's wording wraps the cause of Vault's client.
    text = " ".join(message.split())
    assert f"permission denied (403, GET {vault.url}/v1/secret/data/{foreign})" in text
    assert "canary" not in message
    assert cluster.secret(f"openchoreo-ci-{thief}", "git-clone-secret") is None
    secret = cluster.secret(f"openchoreo-ci-{victim}", "git-clone-secret")
    assert secret == ("Opaque", {"clone-secret": "canary"})
    assert {status for _, path, status in vault.reads if path == f"secret/data/{foreign}"} == {200, 403}


def test_logins_that_fail_are_explained(
    stack: Stack, cluster: Kubernetes, vault: VaultServer, manager: str, organization: str
) -> None:
    another_ca = VaultServer(vault.review, vault.signing_key).ca_bundle
    stores = {
        "ca": vault_store(vault, manager, caBundle=another_ca),
        "role": vault_store(vault, manager),
        "account": vault_store(vault, manager),
    }
    for entry in ("ca", "account"):
        # The role of `account` is bound to the ServiceAccount of another store.
        allow(vault, manager, f"{organization}-{entry}", entry="ca")
    stack.configure(
        secretStores=stores,
        organizations=[
            {"name": f"{organization}-{entry}", "secretStore": entry, "git": git("org/git")} for entry in stores
        ],
        readyTimeout="5s",
    )

    message = stack.up_fails()

    reasons = {
        "ca": "certificate signed by unknown authority",
        "role": f'invalid role name "eso-{organization}-role"',
        "account": "service account name not authorized",
    }
    items = message.partition("Diagnostics:")[2].split("\n      - ")
    for entry, reason in reasons.items():
        name = f"{organization}-{entry}"
        (text,) = (" ".join(text.split()) for text in items if f'organization "{name}"' in text)
        assert f"Secret openchoreo-ci-{name}/git-clone-secret: " in text
        assert reason in text.partition(f'ClusterSecretStore "{entry}-{name}" is not ready: ')[2]
        assert cluster.secret(f"openchoreo-ci-{name}", "git-clone-secret") is None
