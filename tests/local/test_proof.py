"""The proof: which attempts are made with which Secrets, and how their outcomes are shown."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from local.hosts.launch import Hosts
from local.proof.clients import OK, REFUSED, SHARED, Clients, classify
from local.proof.deliveries import Delivery, GitLogin, RegistryLogin, build_deliveries
from local.proof.run import Attempt, Result, format_proof, list_attempts, prove
from tests.local.proof import GIT, delivered, docker_config, proof_settings

HUB = "https://index.docker.io/v1/"


def test_secrets_become_files_as_a_pod_mounts_them(tmp_path: Path) -> None:
    token = {"host": "github.com", "remoteKey": "git", "property": "token", "secretKey": "pat"}
    settings = proof_settings(acme={"git": token}, globex={"git": GIT}, hooli={"git": GIT})
    folder = tmp_path / "secrets"
    config = docker_config(HUB, "quay.io", "ghcr.io/acme", "*.azurecr.io", "registry.example:5000/v2/")
    objects = [
        delivered("acme", "git", "git-clone-secret", {"pat": "ghp_1\n"}, "github.com"),
        delivered("acme", "registry-push", "push", {".dockerconfigjson": config}),
        delivered("acme", "registry-pull", "pull", {".dockerconfigjson": "{}"}),
        delivered("acme", "registry-pull", "empty", {}),
        delivered("globex", "git", "git-clone-secret", {"username": "robot", "password": "p"}, "git.example"),
        delivered("globex", "git", "ssh", {"ssh-privatekey": "k"}, "git.example"),
        delivered("left", "git", "git-clone-secret", {"clone-secret": "t"}, "git.example"),
    ]

    deliveries = build_deliveries(objects, settings, folder)

    acme, globex = folder / "openchoreo-ci-acme", folder / "openchoreo-ci-globex"
    assert deliveries == [
        Delivery(
            "acme",
            git=[GitLogin("github.com", acme / "git-clone-secret", "pat", "x-access-token")],
            push=[RegistryLogin(acme / "push", ("index.docker.io", "quay.io", "registry.example:5000"))],
            pull=[RegistryLogin(acme / "pull", ())],
        ),
        Delivery("globex", git=[GitLogin("git.example", globex / "git-clone-secret", "password", None)]),
        Delivery("hooli"),
    ]
    assert (acme / "git-clone-secret" / "pat").read_bytes() == b"ghp_1\n"
    assert (acme / "push" / "config.json").read_text() == config
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o600}
    assert stat.S_IMODE((acme / "push").stat().st_mode) == 0o700


@dataclass(frozen=True)
class FakeClients(Clients):
    """Answers as expected of organizations that are apart, except to these attempts."""

    answers: Mapping[str, str] = field(default_factory=dict)
    """`<command> <host>/<organization>` -> outcome."""

    def _answer(self, command: str, login: GitLogin | RegistryLogin, host: str, organization: str) -> str:
        own = OK if login.folder == Path(organization) else REFUSED
        return self.answers.get(f"{command} {host}/{organization}", own)

    def clone(self, login: GitLogin, host: str, organization: str) -> str:
        return self._answer("clone", login, host, organization)

    def push(self, login: RegistryLogin, host: str, organization: str) -> str:
        return self._answer("push", login, host, organization)

    def pull(self, login: RegistryLogin, host: str, organization: str) -> str:
        return self._answer("pull", login, host, organization)


def fake(**answers: str) -> FakeClients:
    return FakeClients("git", "crane", Hosts(Path(), "", ""), Path(), answers)


def delivery(name: str, host: str, *registries: str) -> Delivery:
    login = RegistryLogin(Path(name), registries)
    return Delivery(name, [GitLogin(host, Path(name), "password", None)], [login], [login])


ACME, GLOBEX = delivery("acme", "github.com", "ghcr.io", "quay.io"), delivery("globex", "gitlab.com", "ghcr.io")
INITECH = Delivery("initech", pull=[RegistryLogin(Path("initech"), ("quay.io",))])


def read_value(own: str, other: str) -> str | None:
    return None if "initech" in {own, other} else REFUSED


def test_an_organization_uses_its_own_and_tries_those_of_the_others() -> None:
    attempts = list_attempts(ACME, [GLOBEX], fake(), read_value)

    assert [(item.column, item.summary, item.expected) for item in attempts] == [
        ("CLONE", "clone https://github.com/acme", "ok"),
        ("PUSH", "push ghcr.io/acme", "ok"),
        ("PUSH", "push quay.io/acme", "ok"),
        ("PULL", "pull ghcr.io/acme", "ok"),
        ("PULL", "pull quay.io/acme", "ok"),
        ("ANOTHER'S REPOSITORY", "clone https://github.com/globex", "refused"),
        ("ANOTHER'S REPOSITORY", "clone https://gitlab.com/globex", "refused"),
        ("ANOTHER'S IMAGE", "push ghcr.io/globex", "refused"),
        ("ANOTHER'S IMAGE", "pull ghcr.io/globex", "refused"),
        ("ANOTHER'S IMAGE", "pull ghcr.io/globex", "refused"),
        ("ANOTHER'S VALUE", "read a value of globex", "refused"),
    ]


def test_table_of_an_isolated_platform() -> None:
    results = prove([ACME, GLOBEX, INITECH], fake(), read_value)

    assert all(result.holds for result in results)
    assert format_proof(["acme", "globex", "initech"], results).splitlines() == [
        "ORGANIZATION  CLONE  PUSH  PULL  ANOTHER'S REPOSITORY  ANOTHER'S IMAGE  ANOTHER'S VALUE",
        "------------  -----  ----  ----  --------------------  ---------------  ---------------",
        "acme          ok     ok    ok    refused               refused          refused",
        "globex        ok     ok    ok    refused               refused          refused",
        "initech       -      -     -     -                     refused          -",
    ]


def test_organizations_that_share_a_store_can_read_each_other() -> None:
    """That is shown, and is no failure: the configuration says so."""
    results = prove([ACME, GLOBEX], fake(), lambda own, _: SHARED if own == "acme" else REFUSED)

    assert all(result.holds for result in results)
    rows = format_proof(["acme", "globex"], results).splitlines()[2:]
    assert [line.split()[-1] for line in rows] == ["shared", "refused"]


def test_each_unexpected_outcome_is_a_line() -> None:
    answers = {"clone github.com/acme": REFUSED, "pull ghcr.io/globex": OK, "push quay.io/acme": "no route to host"}

    results = prove([ACME, GLOBEX], fake(**answers), read_value)

    assert format_proof(["acme", "globex"], results).splitlines()[2:] == [
        "acme          FAILED  FAILED  ok    refused               FAILED           refused",
        "globex        ok      ok      ok    refused               refused          refused",
        "acme: clone https://github.com/acme: refused, expected ok",
        "acme: push quay.io/acme: no route to host, expected ok",
        "acme: pull ghcr.io/globex: ok, expected refused",
        "acme: pull ghcr.io/globex: ok, expected refused",
    ]


def test_nothing_to_prove() -> None:
    assert prove([], fake(), read_value) == []


def test_a_result_holds_if_it_is_the_expected_one() -> None:
    attempt = Attempt("CLONE", "clone", OK, lambda: OK)
    assert [Result("acme", attempt, outcome).holds for outcome in (OK, REFUSED, "")] == [True, False, False]


@pytest.mark.parametrize(
    ("code", "text", "outcome"),
    [
        pytest.param(0, "warning: 401", "ok", id="success"),
        pytest.param(128, "fatal: Authentication failed for 'https://git.example/'\n", "refused", id="git, 401"),
        pytest.param(128, "fatal: The requested URL returned error: 403\n", "refused", id="git, 403"),
        pytest.param(1, "Error: UNAUTHORIZED: authentication required\n", "refused", id="crane, no access"),
        pytest.param(1, "Error: DENIED: requested access is denied\n", "refused", id="crane, denied"),
        pytest.param(1, "first\nfatal: Could not resolve proxy\n\n", "fatal: Could not resolve proxy", id="network"),
        pytest.param(1, "Error: unexpected status code 500\n", "Error: unexpected status code 500", id="server"),
        pytest.param(3, "", "exit code 3", id="silence"),
    ],
)
def test_outcome(code: int, text: str, outcome: str) -> None:
    assert classify(code, text) == outcome
