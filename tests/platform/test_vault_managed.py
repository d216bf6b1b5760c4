"""Managed stores of Vault on the real engine and a real OpenBao: created, read, attacked, removed.

The types of ``pulumi-vault`` are served by a stand-in over HTTP (`vault_provider`). The deployment has a token with the
policy of ``docs/stores/vault.md``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.openchoreo import V0_9, V1, Release
from local.engine import Engine
from local.grants import build_cluster_trust, enable
from local.platform import Platform
from local.seed import Seeder
from tests.platform.commands import run_command
from tests.platform.harness import ROOT, Kubernetes, Stack, eventually, make_project
from tests.platform.managed_vault import check_receipts, exists, put, read_token, reading, sign_in, store
from tests.platform.openbao import Vault
from tests.platform.openchoreo import ControlPlane, component_type, workload_namespace
from tests.platform.releases import Builds, on_v1_control_plane
from tests.platform.stand_in_providers import add_providers
from tests.platform.vault_attacks import (
    AUDIENCE,
    REFUSED,
    WRONG_AUDIENCE,
    attack_paths,
    attack_roles,
    list_mounts,
    read,
)
from tests.platform.warm import Warm

DEPLOYMENT = "deployment"


@pytest.fixture(scope="module")
def project(engine: Engine, warm: Warm, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """The project with the stand-in for the provider ``vault``."""
    folder = make_project(tmp_path_factory.mktemp("vault") / "project")
    add_providers(folder, Path(__file__).parent / "vault_provider", "vault")
    return warm.use(Engine(engine.folder, engine.programs, folder))


@pytest.fixture
def stack(
    project: Engine,
    platform: Platform,
    names: Iterator[int],
    manager: str,
    release: Release,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Iterator[Stack]:
    """An empty stack, in an environment without a token of Vault."""
    for variable in [name for name in os.environ if name.startswith(("VAULT_", "BAO_"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    stack = Stack(project, f"test{next(names)}", platform.kubeconfig, release)
    stack.init()
    yield stack
    stack.destroy()


@pytest.fixture
def deployment(vault: Vault, monkeypatch: pytest.MonkeyPatch, organization: str) -> str:
    """A token with the documented policy for the mount of the organization, in the environment of the stack."""
    return _sign_in_deployment(vault, monkeypatch, f"kv-{organization}")


def _sign_in_deployment(vault: Vault, monkeypatch: pytest.MonkeyPatch, mount: str, namespace: str = "") -> str:
    page = (ROOT / "docs" / "stores" / "vault.md").read_text().partition("### Permissions of the deployment\n")[2]
    (rules,) = re.findall(r"```hcl\n(.*?)```", page, re.DOTALL)
    rules = rules.replace("sys/mounts/secret", f"sys/mounts/{mount}")
    rules = re.sub(r'"(sys/|auth/kubernetes/)', rf'"{namespace}\1', rules)
    vault.server.call("PUT", f"sys/policies/acl/{DEPLOYMENT}-{mount}", {"policy": rules})
    body = {"policies": [f"{DEPLOYMENT}-{mount}"], "no_parent": True, "no_default_policy": True, "ttl": "1h"}
    token = str(vault.server.call("PUT", "auth/token/create", body)["auth"]["client_token"])
    monkeypatch.setenv("VAULT_TOKEN", token)
    return token


@pytest.mark.parametrize(("version", "release"), [("v1", V0_9), ("v2", V1)], ids=["v1", "v2"], indirect=["release"])
def test_create_deliver_attack_and_remove(
    stack: Stack,
    cluster: Kubernetes,
    vault: Vault,
    manager: str,
    organization: str,
    deployment: str,
    version: str,
    builds: Builds,
    tmp_path: Path,
) -> None:
    mount = f"kv-{organization}"
    own, other, similar = organization, f"{organization}2", f"{organization}-corp"
    stack.configure(
        secretStores={"vault": store(vault, manager, mount, version, createMount=True)},
        organizations=[reading(name) for name in (own, other, similar)],
        readyTimeout="3s",
    )

    message = stack.up_fails()

    for name in (own, other, similar):
        assert f'organization "{name}", Secret {builds.namespace(name)}/{builds.git}' in message
        assert exists(vault, f"eso-vault-{name}") == (True, True)
    engine = vault.server.call("GET", f"sys/mounts/{mount}")["data"]
    assert (engine["type"], engine["options"]) == ("kv", {"version": version.removeprefix("v")})

    values = {name: f'value-of-{name} → "ß" {{{{ }}}}' for name in (own, other, similar)}
    for name, value in values.items():
        put(vault, mount, version, f"org/{name}/git", value)
    stack.configure(readyTimeout="60s")
    stack.up()

    assert {name: read_token(cluster, builds, name) for name in values} == values
    stack.unchanged()
    printed, state = "".join(stack.outputs), stack.state.read_text()
    secrets = ("value-of-", deployment)
    assert [secret for secret in secrets if secret in printed or secret in state] == []
    used = {role for _, _, role in vault.logins}
    assert used == {f"eso-vault-{name}" for name in values}
    eventually(lambda: vault.revocations == len(vault.logins), "the operator to give its tokens back")

    tokens = {name: sign_in(vault, cluster, manager, name) for name in values}
    assert {name: auth["token_policies"] for name, auth in tokens.items()} == {
        name: [f"eso-vault-{name}"] for name in values
    }
    assert tokens[own]["lease_duration"] == 600
    token = tokens[own]["client_token"]
    assert read(vault, mount, version, f"org/{own}/git", token) == (200, {"token": values[own]})
    assert attack_paths(vault, mount, version, (own, other, similar), token) == {}
    assert list_mounts(vault, token) == {f"{mount}/"}
    assert attack_roles(vault, cluster, manager, own, other) == {
        "the ServiceAccount of another organization": (403, {"errors": ["service account name not authorized"]}),
        "the same name in another namespace": (403, {"errors": ["namespace not authorized"]}),
        "a token for the API server": (403, {"errors": [WRONG_AUDIENCE]}),
        "a token for another audience": (403, {"errors": [WRONG_AUDIENCE]}),
    }
    assert {name: read(vault, mount, version, f"org/{name}/git") for name in values} == {
        name: (200, {"token": value}) for name, value in values.items()
    }

    record = ("offboarding", "--stack", stack.name, "--organization", other, "--record", str(tmp_path / "record"))
    assert run_command(stack, *record)[0] == 0
    stack.configure(organizations=[reading(own), reading(similar)])
    stack.up()

    assert exists(vault, f"eso-vault-{other}") == (False, False)
    check_receipts(stack, vault, record, f"eso-vault-{other}", tmp_path / "ca.pem")
    assert read(vault, mount, version, f"org/{other}/git") == (200, {"token": values[other]})
    assert read(vault, mount, version, f"org/{other}/git", tokens[other]["client_token"]) == REFUSED
    assert read_token(cluster, builds, own) == values[own]
    stack.unchanged()

    stack.destroy()

    assert exists(vault, f"eso-vault-{own}") == (False, False)
    assert read(vault, mount, version, f"org/{own}/git") == (200, {"token": values[own]})


def test_a_namespace_for_each_organization(
    stack: Stack,
    cluster: Kubernetes,
    platform: Platform,
    vault: Vault,
    manager: str,
    organization: str,
    builds: Builds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other, shared = f"{organization}2", f"teams-{organization}"
    trust = build_cluster_trust(platform, Seeder(platform.kubeconfig))
    vault.server.call("PUT", f"sys/namespaces/{shared}", {})
    for name in (organization, other):
        vault.server.call("PUT", f"sys/namespaces/{name}", {}, namespace=shared)
        enable(vault.server, "auth", "kubernetes", {"type": "kubernetes"}, f"{shared}/{name}")
        vault.server.call("PUT", "auth/kubernetes/config", trust, namespace=f"{shared}/{name}")
        enable(vault.server, "mounts", "kv", {"type": "kv", "options": {"version": "1"}}, f"{shared}/{name}")
        vault.server.call("PUT", f"kv/org/{name}/git", {"token": f"of {name}"}, namespace=f"{shared}/{name}")
    _sign_in_deployment(vault, monkeypatch, "kv", f"{shared}/+/")
    entry = store(vault, manager, "kv", "v1", roleName="eso-vault-{organization}")
    entry["vault"]["namespace"] = f"{shared}/{{organization}}"
    stack.configure(secretStores={"vault": entry}, organizations=[reading(organization), reading(other)])

    stack.up()

    assert [read_token(cluster, builds, name) for name in (organization, other)] == [
        f"of {organization}",
        f"of {other}",
    ]
    stack.unchanged()
    account = cluster.token(f"eso-vault-{organization}", manager, AUDIENCE)
    body = {"role": f"eso-vault-{organization}", "jwt": account}
    own = f"{shared}/{organization}"
    token = vault.server.call("PUT", "auth/kubernetes/login", body, namespace=own, token="")["auth"]["client_token"]
    for namespace in ("", shared, f"{shared}/{other}"):
        for path in ("kv/", f"kv/org/{organization}/git", f"kv/org/{other}/git", f"{other}/kv/org/{other}/git"):
            assert vault.server.ask("GET", path, namespace=namespace, token=token) == REFUSED
    assert vault.server.ask("PUT", "auth/kubernetes/login", body, namespace=f"{shared}/{other}", token="")[0] == 400

    stack.configure(organizations=[reading(organization)])
    stack.up()

    policy = f"sys/policies/acl/eso-vault-{other}"
    assert vault.server.ask("GET", policy, namespace=f"{shared}/{other}")[0] == 404
    assert vault.server.ask("GET", f"kv/org/{other}/git", namespace=f"{shared}/{other}")[0] == 200


@on_v1_control_plane
def test_workloads_read_exactly_the_keys_of_the_pull_secret(
    stack: Stack,
    cluster: Kubernetes,
    vault: Vault,
    control_plane: ControlPlane,
    manager: str,
    organization: str,
    deployment: str,
    builds: Builds,
) -> None:
    mount, config = f"kv-{organization}", '{"auths":{}}'
    git, pull = (f"org/{organization}/{name}" for name in ("git", "pull"))
    enable(vault.server, "mounts", mount, {"type": "kv", "options": {"version": "2"}})
    put(vault, mount, "v2", git, "of builds")
    put(vault, mount, "v2", pull, config)
    control_plane.create(component_type("service", organization))
    namespace = f"dp-{organization}-web"
    cluster.create(workload_namespace(namespace, organization, builds.release))
    secret: dict[str, Any] = {"componentTypes": ["service"], "delivery": "namespace"}
    secret["dockerConfig"] = {"remoteKey": pull, "property": "token"}
    stack.configure(
        clusters=stack.every_plane,
        secretStores={"vault": store(vault, manager, mount, "v2")},
        organizations=[{**reading(organization), "pullSecret": secret}],
    )

    stack.up()

    eventually(lambda: cluster.secret(namespace, "registry-pull-secret"), "the pull secret")
    assert read_token(cluster, builds, organization) == "of builds"
    role = f"eso-vault-pull-{organization}"
    body = {"role": role, "jwt": cluster.token(role, manager, AUDIENCE)}
    token = vault.server.call("PUT", "auth/kubernetes/login", body, token="")["auth"]["client_token"]
    assert vault.server.ask("GET", f"{mount}/data/{pull}", token=token)[0] == 200
    for path in (f"data/{git}", f"data/{pull}/below", f"data/{pull}2", f"metadata/{pull}", f"data/org/{organization}/"):
        assert vault.server.ask("GET", f"{mount}/{path}", token=token) == REFUSED
    other = {"role": f"eso-vault-{organization}", "jwt": body["jwt"]}
    assert vault.server.ask("PUT", "auth/kubernetes/login", other, token="")[0] in {400, 403}
    stack.unchanged()
    stack.destroy()
    assert exists(vault, role) == exists(vault, f"eso-vault-{organization}") == (False, False)
    cluster.delete("v1", "Namespace", namespace)


def test_a_token_without_the_documented_policy_creates_nothing(
    stack: Stack, vault: Vault, manager: str, organization: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"policies": ["default"], "no_parent": True, "ttl": "1h"}
    token = vault.server.call("PUT", "auth/token/create", body)["auth"]["client_token"]
    monkeypatch.setenv("VAULT_TOKEN", token)
    stack.configure(
        secretStores={"vault": store(vault, manager, "secret", "v2")}, organizations=[reading(organization)]
    )

    assert "permission denied" in stack.up_fails()

    assert exists(vault, f"eso-vault-{organization}") == (False, False)
    assert token not in "".join(stack.outputs)
