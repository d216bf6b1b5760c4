"""``make local`` for each release: its tables and proof, a second run, rotated tokens, and attacks on its servers."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.engine import PREVIEW_WARNINGS, Engine
from local.hosts.folder import HostsFolder
from local.platform import NAMES
from local.proof.deliveries import RegistryLogin
from tests.platform.checkouts import copy_checkout, run
from tests.platform.local_platforms import (
    AFTER_ROTATION,
    CASES,
    DELIVERED,
    HEADING,
    TABLE,
    Running,
    encode,
    list_rows,
)

once = pytest.mark.parametrize("running", CASES[:1], indirect=True, ids=lambda case: str(case.release))
"""Runs a test with v0.9 only, because it is about servers that both releases share."""


@pytest.fixture(scope="module", params=CASES, ids=lambda case: str(case.release))
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One platform for the tests with a release."""
    with copy_checkout(tmp_path_factory.mktemp("proof") / "checkout") as checkout:
        yield Running(request.param, checkout, run(checkout, "up", "--release", request.param.release))


@pytest.mark.timeout(600)
def test_make_local_ends_with_the_proof(running: Running) -> None:
    case, folder = running.case, running.folder
    # The release is that of the platform.
    again = run(running.checkout, "up")

    assert f"Starting a control plane of OpenChoreo {case.release}, " in running.printed
    for printed in (running.printed, again):
        assert list_rows(printed, (0, 2, 4, 5), 7) == DELIVERED
        assert case.types in printed
        assert printed.partition(HEADING)[2].partition("\nReady in ")[0] == TABLE
        assert f"pulumi preview --stack {case.stack}\n{PREVIEW_WARNINGS}\n" in printed
        assert "Expected calls to secret managers" not in printed, "only the heading of a table would be printed"
    assert "Nothing changed: every credential is in place." in again
    preview = Engine(folder, {}, running.checkout).run("preview", "--expect-no-changes", stack=case.stack)
    assert preview.returncode == 0, preview.stdout
    refused = run(running.checkout, "up", "--release", case.other, code=1)
    advice = f"the local platform is for OpenChoreo {case.release}; remove it first: make down"
    assert refused == f"RELEASE={case.other}: {advice}\n"

    openbao = running.openbao
    acme, globex = (running.sign_in(name) for name in ("acme", "globex"))
    stored = running.read("org/acme/github-pat", acme)
    namespace, name, key = case.git
    _, delivered = running.cluster.secret(namespace, name) or ("", {})
    assert delivered[key] == stored["token"]
    assert running.read("org/acme/github-pat", globex) == 403
    assert running.read("org/globex/gitlab-token", acme) == 403
    secret_values = {file.name: file.read_text() for file in (openbao.root_token, openbao.unseal_key)} | stored
    printed = running.printed + again + preview.stdout + "".join(path.read_text() for path in folder.glob("*.log"))
    assert [name for name, value in secret_values.items() if value in printed] == []
    assert f"export BAO_ADDR={openbao.url}\nexport BAO_CACERT={folder}/pki/ca.crt\n" in run(running.checkout, "env")


@once
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
    running.refresh(*running.case.git, "rotated-canary")
    assert run(running.checkout, "status").partition(HEADING)[2].startswith(TABLE)
    logs = "".join(path.read_text() for path in running.platform.folder.glob("*.log"))
    assert "rotated-canary" not in logs + shown


def test_a_rotated_registry_password_fails_until_it_is_delivered(running: Running, tmp_path: Path) -> None:
    host, key = "registry.gitlab.com", "org/globex/registry-credentials"
    clients, (old,) = running.clients(tmp_path), running.deliveries(tmp_path / "old")["globex"].push
    assert clients.push(old, host, "globex") == "ok"

    running.rotate(key, "dockerconfigjson", json.dumps({"auths": {host: {"auth": encode("globex:rotated")}}}))

    assert clients.push(old, host, "globex") == "refused"
    running.refresh(*running.case.push, ".dockerconfigjson", encode("globex:rotated"))
    (new,) = running.deliveries(tmp_path / "new")["globex"].push
    assert clients.push(new, host, "globex") == "ok"
    assert clients.push(old, host, "globex") == "refused"


@once
def test_a_pull_secret_cannot_push(running: Running, tmp_path: Path) -> None:
    (pull,) = running.deliveries(tmp_path)["acme"].pull

    assert running.clients(tmp_path).pull(pull, "registry.example", "acme") == "ok"
    assert running.clients(tmp_path).push(pull, "registry.example", "acme") == "refused"


@once
@pytest.mark.parametrize(
    "login",
    [
        pytest.param(None, id="anonymous"),
        pytest.param("acme:wrong", id="a wrong password"),
        pytest.param("acme:", id="no password"),
    ],
)
def test_the_registry_refuses_other_logins(running: Running, tmp_path: Path, login: str | None) -> None:
    auths = {"ghcr.io": {"auth": encode(login)}} if login else {}
    (tmp_path / "config.json").write_text(json.dumps({"auths": auths}))
    stranger = RegistryLogin(tmp_path, ("ghcr.io",))

    outcomes = [
        command(stranger, "ghcr.io", "acme")
        for command in (running.clients(tmp_path).push, running.clients(tmp_path).pull)
    ]

    assert outcomes == ["refused", "refused"]


@once
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


def test_nothing_is_left_after_it(running: Running) -> None:
    assert "kube-apiserver" in running.list_processes()

    run(running.checkout, "down")

    assert not running.folder.exists()
    assert running.list_processes() == []
