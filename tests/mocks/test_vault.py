"""What is registered in Vault for one organization: every resource whole, through the provider of its server."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pulumi
import pytest

from components.errors import OpenChoreoSecretsError
from components.plan.vault_managed import ManagedVaultStore, VaultMount, VaultServer
from components.vault import VaultSecretStore, VaultSecretStoreArgs, check_environment, register_mount, server_provider
from components.vault.ca_file import write_ca_file
from tests.mocks.recorder import Recorder, Registered, resolve
from tests.unit.samples import CA_BUNDLE, Raw
from tests.unit.vault_managed import RULES, SERVER, managed, plan, with_managed

POLICY = "vault:index/policy:Policy"
ROLE = "vault:kubernetes/authBackendRole:AuthBackendRole"
MOUNT = "vault:index/mount:Mount"
PROVIDER = "pulumi:providers:vault vault"
PARENT = "openchoreo:index:VaultSecretStore default-acme"


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The user's cache, and no variable of Vault."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("VAULT_NAMESPACE", raising=False)
    return tmp_path / "cache"


def only(beside: Raw | None = None) -> ManagedVaultStore:
    (store,) = plan(with_managed(managed(beside)))
    return store


def by_type(registered: list[Registered], type_: str) -> Registered:
    (resource,) = (resource for resource in registered if resource.type == type_)
    return resource


def test_a_policy_and_a_role(recorder: Recorder) -> None:
    names: list[tuple[str, set[str]]] = []

    async def program() -> None:
        opts = pulumi.ResourceOptions(providers=[server_provider("vault", only().server)])
        output = VaultSecretStore("default-acme", VaultSecretStoreArgs(only()), opts).role_name
        names.append((await resolve(output), {type(resource).__name__ for resource in await output.resources()}))

    registered = recorder.run(program)

    policy, role = by_type(registered, POLICY), by_type(registered, ROLE)
    assert policy.inputs == {"name": "eso-default-acme", "policy": RULES}
    assert role.inputs == {
        "roleName": "eso-default-acme",
        "backend": "kubernetes",
        "boundServiceAccountNames": ["eso-default-acme"],
        "boundServiceAccountNamespaces": ["external-secrets"],
        "audience": "vault",
        "tokenPolicies": ["eso-default-acme"],
        "tokenNoDefaultPolicy": True,
        "tokenTtl": 600,
        "tokenMaxTtl": 600,
    }
    assert {resource.provider for resource in (policy, role)} == {PROVIDER}
    assert {resource.parent for resource in (policy, role)} == {PARENT}
    assert str(policy) in role.depends_on, "the role is deleted before its policy"
    assert names == [("eso-default-acme", {"Policy", "AuthBackendRole"})], "whoever uses the role waits for it"
    assert recorder.outputs == {PARENT: {"roleName": "eso-default-acme"}}


def test_the_provider_verifies_certificates_and_has_no_token(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch, cache: Path
) -> None:
    monkeypatch.setenv("VAULT_TOKEN", "never-in-the-state")
    monkeypatch.setenv("VAULT_SKIP_VERIFY", "true")

    registered = recorder.run(
        lambda: server_provider("vault", only({"namespace": "builds", "caBundle": CA_BUNDLE}).server)
    )

    (file,) = (cache / "openchoreo-secrets" / "vault-ca").iterdir()
    inputs = by_type(registered, "pulumi:providers:vault").inputs
    assert {key: value for key, value in inputs.items() if not key.startswith("max")} == {
        "address": SERVER,
        "caCertFile": str(file),
        "namespace": "builds",
        "setNamespaceFromToken": "false",
        "skipTlsVerify": "false",
    }
    assert file.read_bytes() == base64.b64decode(CA_BUNDLE)


def test_a_mount_is_kept_when_it_is_removed(recorder: Recorder) -> None:
    def program() -> None:
        provider = server_provider("vault", VaultServer("vault", SERVER, None, None))
        register_mount(VaultMount("default", "kv", "v1", "acme"), pulumi.ResourceOptions(provider=provider))

    mount = by_type(recorder.run(program), MOUNT)

    assert mount.inputs == {"path": "kv", "type": "kv", "options": {"version": "1"}, "namespace": "acme"}
    assert (mount.provider, mount.retained) == (PROVIDER, True)


def test_a_ca_file_is_for_its_user_only_and_repaired(cache: Path) -> None:
    file = write_ca_file(CA_BUNDLE)
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.stat()

    assert write_ca_file(CA_BUNDLE) == file
    assert file.stat() == before, "an unchanged file is not written again"

    file.write_text("of another program")
    assert write_ca_file(CA_BUNDLE).read_bytes() == base64.b64decode(CA_BUNDLE)
    assert list(file.parent.iterdir()) == [file]


def test_a_ca_file_without_a_cache_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert write_ca_file(CA_BUNDLE).parent == tmp_path / ".cache" / "openchoreo-secrets" / "vault-ca"


def test_the_environment_must_not_name_another_namespace(monkeypatch: pytest.MonkeyPatch) -> None:
    servers = [only().server, only({"namespace": "builds"}).server]
    check_environment(servers)
    monkeypatch.setenv("VAULT_NAMESPACE", "admin")
    check_environment(servers[1:])

    with pytest.raises(OpenChoreoSecretsError) as raised:
        check_environment(servers)

    assert str(raised.value) == (
        "the environment variable VAULT_NAMESPACE is set, and these stores name no namespace, so roles would be "
        'created where ESO does not look for them: "default"; unset VAULT_NAMESPACE, or set vault.namespace'
    )
