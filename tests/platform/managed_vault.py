"""What tests of managed stores of Vault configure, store and look at."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.platform.commands import run_command
from tests.platform.harness import Kubernetes, Stack
from tests.platform.openbao import Vault
from tests.platform.releases import Builds
from tests.platform.vault_attacks import AUDIENCE


def store(vault: Vault, manager: str, mount: str, version: str, **managed: Any) -> dict[str, Any]:
    block = {"identityNamespace": manager, "path": "org/{organization}/", **managed}
    return {
        "vault": {
            "server": vault.url,
            "caBundle": vault.ca_bundle,
            "path": mount,
            "version": version,
            "managed": block,
        }
    }


def reading(name: str) -> dict[str, Any]:
    git = {"remoteKey": f"org/{name}/git", "property": "token"}
    return {"name": name, "secretStore": "vault", "git": git}


def put(vault: Vault, mount: str, version: str, path: str, token: str) -> None:
    """``vault kv put``, as a person runs it."""
    data, value = {"token": token}, f"{mount}/data/{path}" if version == "v2" else f"{mount}/{path}"
    vault.server.call("PUT", value, {"data": data} if version == "v2" else data)


def exists(vault: Vault, name: str) -> tuple[bool, bool]:
    """Whether a policy, and a role, of that name exist."""
    policy = vault.server.ask("GET", f"sys/policies/acl/{name}")[0]
    role = vault.server.ask("GET", f"auth/kubernetes/role/{name}")[0]
    return policy == 200, role == 200


def read_token(cluster: Kubernetes, builds: Builds, organization: str) -> str | None:
    """The delivered token. None: there is no Secret."""
    secret = cluster.secret(builds.namespace(organization), builds.git)
    return None if secret is None else secret[1][builds.release.defaults.git_key or "password"]


def sign_in(vault: Vault, cluster: Kubernetes, manager: str, organization: str) -> dict[str, Any]:
    """The sign-in of an organization's own ServiceAccount, with its token and policies."""
    account = cluster.token(f"eso-vault-{organization}", manager, AUDIENCE)
    auth: dict[str, Any] = vault.sign_in(f"eso-vault-{organization}", account)[1]["auth"]
    return auth


def check_receipts(stack: Stack, vault: Vault, record: tuple[str, ...], name: str, ca_file: Path) -> None:
    """The receipt of a removal without and with the server, and with a policy that somebody has created again."""
    code, receipt = run_command(stack, *record)
    assert (code, receipt.count("not checked: set VAULT_ADDR and VAULT_TOKEN")) == (0, 2)
    ca_file.write_text(vault.ca)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("VAULT_ADDR", vault.url)
        environment.setenv("VAULT_CACERT", str(ca_file))
        code, receipt = run_command(stack, *record)
        assert (code, "not checked" in receipt, receipt.count("vault:")) == (0, False, 2)
        vault.server.call("PUT", f"sys/policies/acl/{name}", {"policy": 'path "secret/x" {}'})
        code, receipt = run_command(stack, *record)
        assert (code, f"{vault.url} still has it" in receipt) == (1, True)
        vault.server.call("DELETE", f"sys/policies/acl/{name}")
