"""The proof at the end of ``make local``: its table, rotated tokens, and attacks on the git server and the registry."""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from components.settings.parsing import parse
from components.settings.stack import StackSettings
from local.hosts.folder import HostsFolder
from local.hosts.launch import Hosts, locate_hosts
from local.hosts.repositories import find_git
from local.obtain import find_program
from local.openbao import OpenBao
from local.platform import NAMES, Platform
from local.programs import get_program
from local.proof.clients import Clients
from local.proof.deliveries import Delivery, RegistryLogin, build_deliveries
from tests.platform.checkouts import copy_checkout, run
from tests.platform.harness import Kubernetes, eventually

HEADING = "Used on this machine, as builds and workloads use them, with a git server, a registry and OpenBao:\n"
TABLE = """\
ORGANIZATION  CLONE  PUSH  PULL  ANOTHER'S REPOSITORY  ANOTHER'S IMAGE  ANOTHER'S VALUE
------------  -----  ----  ----  --------------------  ---------------  ---------------
acme          ok     ok    ok    refused               refused          refused
globex        ok     ok    ok    refused               refused          refused
initech       ok     ok    ok    refused               refused          -
"""
AFTER_ROTATION = """\
acme          FAILED  ok    ok    refused               refused          refused
globex        ok      ok    ok    refused               refused          refused
initech       ok      ok    ok    refused               refused          -
acme: clone https://github.com/acme: refused, expected ok
"""
ES = ("external-secrets.io/v1", "ExternalSecret")


@dataclass(frozen=True)
class Running:
    """A platform that `make local` has started, and what it printed."""

    checkout: Path
    printed: str

    @property
    def platform(self) -> Platform:
        return Platform(self.checkout / ".local", {})

    @property
    def openbao(self) -> OpenBao:
        return self.platform.openbao

    @property
    def hosts(self) -> Hosts:
        return locate_hosts(self.platform)

    @property
    def cluster(self) -> Kubernetes:
        return Kubernetes(self.platform.kubeconfig)

    def clients(self, folder: Path) -> Clients:
        crane = find_program(get_program("crane"))
        return Clients(find_git(), str(crane), self.hosts, folder / "work")

    def deliveries(self, folder: Path) -> dict[str, Delivery]:
        """The Secrets as they are now, by organization."""
        secrets = [
            item
            for item in self.cluster.list("v1", "Secret")
            if (item["metadata"].get("labels") or {}).get("openchoreo-secrets/credential") not in {None, "external"}
        ]
        return {item.organization: item for item in build_deliveries(secrets, settings(), folder / "secrets")}

    def rotate(self, key: str, property_: str, value: str) -> None:
        """Write a new value into OpenBao."""
        self.openbao.call("PUT", f"secret/data/{key}", {"data": {property_: value}})

    def refresh(self, namespace: str, name: str, key: str, value: str) -> None:
        """Let ESO deliver a new value now, as the documentation does."""
        annotation = {"metadata": {"annotations": {"force-sync": datetime.now(UTC).isoformat()}}}
        self.cluster.patch(*ES, name, annotation, namespace)
        eventually(lambda: self._has(namespace, name, key, value), f"{namespace}/{name} to have the new value")

    def _has(self, namespace: str, name: str, key: str, value: str) -> bool:
        secret = self.cluster.secret(namespace, name)
        return secret is not None and value in secret[1][key]


def settings() -> StackSettings:
    """Only the names of organizations and the tokens of git are needed here."""
    names = ("acme", "globex", "initech")
    hosts = ("github.com", "gitlab.com", "bitbucket.org")
    organizations: list[dict[str, Any]] = [
        {"name": name, "git": {"host": host, "remoteKey": f"{name}-git"}}
        for name, host in zip(names, hosts, strict=True)
    ]
    store = {"scope": "organization", "kubernetes": {"remoteNamespace": "manager", "server": {"fromKubeconfig": True}}}
    raw = {
        "secretStores": {"default": store},
        "clusters": {"buildPlane": {"context": "kind"}},
        "organizations": organizations,
    }
    return parse(raw, source="stack")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One platform for the tests of this module."""
    with copy_checkout(tmp_path_factory.mktemp("proof") / "checkout") as checkout:
        yield Running(checkout, run(checkout, "up"))


def auth(login: str) -> str:
    return base64.b64encode(login.encode()).decode()


@pytest.mark.timeout(600)
def test_make_local_ends_with_the_proof(running: Running) -> None:
    assert running.printed.partition(HEADING)[2].partition("\nReady in ")[0] == TABLE
    again = run(running.checkout, "up")
    assert "Nothing changed: every credential is in place." in again
    assert again.partition(HEADING)[2].partition("\nReady in ")[0] == TABLE


def test_status_proves_again_and_shows_what_the_platform_takes(running: Running) -> None:
    shown = run(running.checkout, "status").partition(HEADING)[2]

    assert shown.startswith(f"{TABLE}\nPROGRAM ")
    rows = [line.split() for line in shown.removeprefix(TABLE).strip().splitlines()[2:]]
    assert [row[0] for row in rows] == [*NAMES, "total", "Disk:"]
    sizes = [int(row[1]) for row in rows[:-1]]
    assert all(sizes)
    assert abs(sum(sizes[:-1]) - sizes[-1]) <= len(sizes)


@pytest.mark.timeout(600)
def test_a_rotated_git_token_fails_until_it_is_delivered(running: Running) -> None:
    running.rotate("org/acme/github-pat", "token", "rotated-canary")

    shown = run(running.checkout, "status", code=1).partition(HEADING)[2]

    assert shown.partition("\n")[2].partition("\n")[2].partition("Some credentials")[0] == AFTER_ROTATION
    running.refresh("openchoreo-ci-acme", "git-clone-secret", "clone-secret", "rotated-canary")
    assert run(running.checkout, "status").partition(HEADING)[2].startswith(TABLE)
    logs = "".join(path.read_text() for path in running.platform.folder.glob("*.log"))
    assert "rotated-canary" not in logs + shown


def test_a_rotated_registry_password_fails_until_it_is_delivered(running: Running, tmp_path: Path) -> None:
    host, key, namespace = "registry.gitlab.com", "org/globex/registry-credentials", "openchoreo-ci-globex"
    clients, (old,) = running.clients(tmp_path), running.deliveries(tmp_path / "old")["globex"].push
    assert clients.push(old, host, "globex") == "ok"

    running.rotate(key, "dockerconfigjson", json.dumps({"auths": {host: {"auth": auth("globex:rotated")}}}))

    assert clients.push(old, host, "globex") == "refused"
    running.refresh(namespace, "registry-push-secret", ".dockerconfigjson", auth("globex:rotated"))
    (new,) = running.deliveries(tmp_path / "new")["globex"].push
    assert clients.push(new, host, "globex") == "ok"
    assert clients.push(old, host, "globex") == "refused"


def test_a_pull_secret_cannot_push(running: Running, tmp_path: Path) -> None:
    (pull,) = running.deliveries(tmp_path)["acme"].pull

    assert running.clients(tmp_path).pull(pull, "registry.example", "acme") == "ok"
    assert running.clients(tmp_path).push(pull, "registry.example", "acme") == "refused"


@pytest.mark.parametrize(
    "login",
    [
        pytest.param(None, id="anonymous"),
        pytest.param("acme:wrong", id="a wrong password"),
        pytest.param("acme:", id="no password"),
    ],
)
def test_the_registry_refuses_other_logins(running: Running, tmp_path: Path, login: str | None) -> None:
    auths = {"ghcr.io": {"auth": auth(login)}} if login else {}
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
    stranger = RegistryLogin(tmp_path, ("ghcr.io",))

    outcomes = [
        command(stranger, "ghcr.io", "acme")
        for command in (running.clients(tmp_path).push, running.clients(tmp_path).pull)
    ]

    assert outcomes == ["refused", "refused"]


def test_servers_start_again_and_keep_what_they_have(running: Running, tmp_path: Path) -> None:
    delivery, clients = running.deliveries(tmp_path)["initech"], running.clients(tmp_path)
    for name in ("registry", "git-server"):
        running.platform.process(name).stop()
    assert clients.clone(delivery.git[0], "bitbucket.org", "initech").startswith("fatal: unable to access")

    assert TABLE in run(running.checkout, "up")

    assert clients.pull(delivery.pull[0], "quay.io", "initech") == "ok"


def test_no_value_is_in_arguments_variables_or_files_of_others(running: Running, tmp_path: Path) -> None:
    folder = HostsFolder(running.platform.folder / "hosts")
    values = [
        login.folder.joinpath(login.password).read_text()
        for item in running.deliveries(tmp_path).values()
        for login in item.git
    ]
    assert len(values) == 3

    texts = [folder.configuration.read_text(), folder.registry_configuration.read_text()]
    texts += [path.read_text() for path in running.platform.folder.glob("*.log")]

    assert [value for value in values if any(value in text for text in texts)] == []
    private = (folder.token, folder.key, folder.signing_key, folder.configuration)
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert list(running.platform.folder.glob("proof-*")) == []
