"""Vault and OpenBao: every organization logs in with its own ServiceAccount and reads its own path."""

from __future__ import annotations

import base64
import json

import trustme

from tests.platform.harness import Kubernetes, Stack, eventually
from tests.platform.openbao import DENIED, Vault
from tests.platform.samples import allow, auth, git, vault_store


def test_kv_version_2(stack: Stack, cluster: Kubernetes, vault: Vault, manager: str, organization: str) -> None:
    folder = f"org/{organization}"
    allow(vault, manager, organization)
    vault.put(f"{folder}/git", {"token": "first"})
    vault.put(f"{folder}/git", {"token": 'second → "ß" {{ }}\n'})
    vault.put(f"{folder}/quay", {"robot": {"name": "acme+ci", "password": "<&>"}})
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
    assert cluster.secret(namespace, "git-clone-secret") == ("Opaque", {"clone-secret": latest.strip()})
    more = cluster.secret(namespace, "more")
    assert more is not None
    assert more[1] == {"pinned": "first", "whole.json": more[1]["whole.json"], "spelt-out": latest}
    assert json.loads(more[1]["whole.json"]) == {"robot": {"name": "acme+ci", "password": "<&>"}}
    push = cluster.secret(namespace, "registry-push-secret")
    assert push is not None
    assert json.loads(push[1][".dockerconfigjson"]) == {
        "auths": {"quay.io": {"username": "acme+ci", "password": "<&>", "auth": auth("acme+ci", "<&>")}}
    }
    assert set(vault.logins) == {("", "auth/kubernetes/login", f"eso-{organization}")}
    assert set(vault.reads) == {("", f"secret/data/{folder}/{name}", "") for name in ("git", "quay")}
    eventually(lambda: vault.revocations == len(vault.logins), "the operator to give its tokens back")
    stack.unchanged()


def test_kv_version_1_in_a_namespace_of_vault_with_a_signed_token(
    stack: Stack, cluster: Kubernetes, vault: Vault, manager: str, organization: str
) -> None:
    one, two = f"{organization}-a", f"{organization}-b"
    ca = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ca", "namespace": manager}}
    cluster.create({**ca, "data": {"ca.crt": vault.ca}})
    for name in (one, two):
        vault.allow_signed(f"builds/{name}", (manager, f"eso-bao-{name}"), "eso", "kv/git")
        vault.server.call("PUT", "kv/git", {"token": f"of {name}"}, namespace=f"builds/{name}")
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
    assert set(vault.logins) == {(f"builds/{name}", "auth/jwt/login", "eso") for name in (one, two)}
    assert set(vault.reads) == {(f"builds/{name}", "kv/git", "") for name in (one, two)}
    stack.unchanged()


def test_app_roles_and_tokens_in_secrets(
    stack: Stack, cluster: Kubernetes, vault: Vault, manager: str, organization: str
) -> None:
    by_role, by_token = f"{organization}-role", f"{organization}-token"
    for name in (by_role, by_token):
        vault.put(f"org/{name}/git", {"token": f"of {name}"})
    role_id, secret_id = vault.app_role(f"eso-{by_role}", f"org/{by_role}/")
    cluster.put_secret(manager, by_role, {"role-id": role_id, "secret-id": secret_id})
    cluster.put_secret(manager, by_token, {"token": vault.token(f"eso-{by_token}", f"org/{by_token}/")})
    role_ref, secret_ref, token_ref = (
        {"name": "{organization}", "namespace": manager, "key": key} for key in ("role-id", "secret-id", "token")
    )
    stack.configure(
        secretStores={
            "role": vault_store(vault, manager, auth={"appRole": {"roleRef": role_ref, "secretRef": secret_ref}}),
            "token": vault_store(vault, manager, auth={"tokenSecretRef": token_ref}),
        },
        organizations=[
            {"name": f"{organization}-{entry}", "secretStore": entry, "git": git(f"org/{organization}-{entry}/git")}
            for entry in ("role", "token")
        ],
    )

    stack.up()

    for name in (by_role, by_token):
        secret = cluster.secret(f"openchoreo-ci-{name}", "git-clone-secret")
        assert secret == ("Opaque", {"clone-secret": f"of {name}"})
    assert set(vault.logins) == {("", "auth/approle/login", f"eso-{by_role}")}
    assert set(vault.reads) == {("", f"secret/data/org/{name}/git", "") for name in (by_role, by_token)}
    stack.unchanged()


def test_an_organization_cannot_read_anothers_path(
    stack: Stack, cluster: Kubernetes, vault: Vault, manager: str, organization: str
) -> None:
    thief, victim = organization, f"{organization}2"
    foreign = f"org/{victim}/git"
    for name in (thief, victim):
        allow(vault, manager, name)
    vault.put(foreign, {"token": "canary"})
    stack.configure(
        secretStores={"vault": {**vault_store(vault, manager), "sharedKeys": [foreign]}},
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
    assert {error for _, path, error in vault.reads if path == f"secret/data/{foreign}"} == {"", DENIED}


def test_logins_that_fail_are_explained(
    stack: Stack, cluster: Kubernetes, vault: Vault, manager: str, organization: str
) -> None:
    another_ca = base64.b64encode(trustme.CA().cert_pem.bytes()).decode()
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
            {"name": f"{organization}-{entry}", "secretStore": entry, "git": git(f"org/{entry}/git")}
            for entry in stores
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
