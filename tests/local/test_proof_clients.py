"""git and crane with delivered files: what they reach, and that no value is in their arguments or variables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.hosts.launch import Hosts
from local.hosts.repositories import find_git
from local.proof.clients import Clients
from local.proof.deliveries import GitLogin, RegistryLogin
from tests.local.hosts import GIT_HOST, RunningHosts, run_hosts

TOKEN = {"key": "git", "property": "token"}
ACME: dict[str, Any] = {"organization": "acme", "use": "git", "host": GIT_HOST, "password": TOKEN}
SHOWS = """#!/bin/sh
{ echo "$@"; env; } > "$HOME/../../calls"
echo "%s" >&2
exit %s
"""


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[RunningHosts]:
    """A git server with the repositories of two organizations."""
    folder = tmp_path / "hosts"
    folder.mkdir()
    accounts = ({**ACME, "username": {"text": "robot"}}, {**ACME, "organization": "globex", "username": {"text": "g"}})
    with run_hosts(folder, *accounts) as running:
        running.values["git"] = {"token": "canary"}
        yield running


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A mounted Secret with a user name and a password."""
    folder = tmp_path / "secret"
    folder.mkdir()
    (folder / "username").write_text("robot")
    (folder / "password").write_text("canary\n")
    (folder / "old").write_text("rotated")
    return folder


def clients(tmp_path: Path, hosts: Hosts, crane: str = "crane") -> Clients:
    return Clients(find_git(), crane, hosts, tmp_path / "work")


@pytest.mark.parametrize(
    ("password", "username", "organization", "outcome"),
    [
        pytest.param("password", None, "acme", "ok", id="files"),
        pytest.param("password", "robot", "acme", "ok", id="a user name that the host expects"),
        pytest.param("old", None, "acme", "refused", id="a rotated token"),
        pytest.param("password", "other", "acme", "refused", id="another user name"),
        pytest.param("password", None, "globex", "refused", id="another organization"),
    ],
)
def test_clone(
    hosts: RunningHosts,
    secret: Path,
    tmp_path: Path,
    password: str,
    username: str | None,
    organization: str,
    outcome: str,
) -> None:
    login = GitLogin(GIT_HOST, secret, password, username)

    assert clients(tmp_path, hosts.clients).clone(login, GIT_HOST, organization) == outcome


def test_a_clone_of_other_content_is_no_proof(hosts: RunningHosts, secret: Path, tmp_path: Path) -> None:
    repositories = hosts.folder / "repositories"
    (repositories / "acme").rename(repositories / "moved")
    (repositories / "globex").rename(repositories / "acme")

    outcome = clients(tmp_path, hosts.clients).clone(GitLogin(GIT_HOST, secret, "password", None), GIT_HOST, "acme")

    assert outcome == "the clone has other content"


def test_a_server_that_is_down(secret: Path, tmp_path: Path) -> None:
    down = Hosts(tmp_path / "ca.crt", "http://127.0.0.1:1", "http://127.0.0.1:1")

    outcome = clients(tmp_path, down).clone(GitLogin(GIT_HOST, secret, "password", None), GIT_HOST, "acme")

    assert outcome.startswith(f"fatal: unable to access 'https://{GIT_HOST}/acme/app.git/'")


@pytest.mark.parametrize(
    ("code", "text", "outcome"),
    [
        pytest.param(0, "", "ok", id="ok"),
        pytest.param(1, "Error: UNAUTHORIZED", "refused", id="refused"),
        pytest.param(1, "Error: no such host", "Error: no such host", id="failed"),
    ],
)
def test_crane_reads_the_docker_config_of_the_secret_alone(
    secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, text: str, outcome: str
) -> None:
    monkeypatch.setenv("NO_PROXY", "ghcr.io")
    monkeypatch.setenv("REGISTRY_AUTH_FILE", "/home/me/auth.json")
    crane = tmp_path / "crane"
    crane.write_text(SHOWS % (text, code))
    crane.chmod(0o755)
    hosts = Hosts(tmp_path / "ca.crt", "http://127.0.0.1:1", "http://127.0.0.1:2")
    login, used = RegistryLogin(secret, ("ghcr.io",)), clients(tmp_path, hosts, str(crane))

    assert used.pull(login, "ghcr.io", "acme") == outcome
    arguments, *variables = (tmp_path / "calls").read_text().splitlines()
    work = next(line.removeprefix("HOME=") for line in variables if line.startswith("HOME="))
    assert arguments == f"pull ghcr.io/acme/app:proof {work}/image.tar"
    assert sorted(
        line for line in variables if not line.startswith(("HOME=", "PATH=", "PWD=", "_=", "SHLVL=", "OLDPWD="))
    ) == [
        f"DOCKER_CONFIG={secret}",
        "HTTPS_PROXY=http://127.0.0.1:2",
        "LC_ALL=C",
        f"SSL_CERT_FILE={tmp_path}/ca.crt",
        "https_proxy=http://127.0.0.1:2",
    ]
    assert used.push(login, "quay.io", "acme") == outcome
    (arguments, *_) = (tmp_path / "calls").read_text().splitlines()
    assert arguments.startswith("append --oci-empty-base -f ")
    assert arguments.endswith("/layer.tar -t quay.io/acme/app:proof")
