"""Repositories of the organizations, and what happens without git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from local.hosts.repositories import GitError, create_repository, find_git, get_organization, serve


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True).stdout


def test_a_machine_without_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError) as missing:
        find_git()
    assert str(missing.value) == "git: is not on PATH; the local platform needs it for its git server; install git"


def test_a_git_without_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "git"
    program.write_text(f"#!/bin/sh\necho {tmp_path}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(GitError) as missing:
        find_git()
    assert str(missing.value) == (
        f"{program}: has no http-backend; the local platform needs it for its git server; install the package that "
        "contains it, such as git-daemon on Alpine"
    )
    (tmp_path / "git-http-backend").touch()
    assert find_git() == str(program)


def test_a_repository_is_created_once(tmp_path: Path) -> None:
    program, repository = find_git(), tmp_path / "acme" / "app.git"
    (tmp_path / "acme" / "app.partial" / "rest-of-an-interrupted-run").mkdir(parents=True)

    create_repository(program, tmp_path, "acme")
    first = git(repository, "log", "--format=%H %s")
    create_repository(program, tmp_path, "acme")

    assert git(repository, "log", "--format=%H %s") == first
    assert first.endswith(" First commit\n")
    assert git(repository, "show", "main:README.md") == "# acme\n"
    assert [path.name for path in tmp_path.glob("acme/*")] == ["app.git"]


@pytest.mark.parametrize(
    ("output", "reason"),
    [pytest.param("echo disk is full >&2", "disk is full", id="reason"), pytest.param(":", "exit code 3", id="none")],
)
def test_a_failed_command(tmp_path: Path, output: str, reason: str) -> None:
    program = tmp_path / "git"
    program.write_text(f"#!/bin/sh\n{output}\nexit 3\n")
    program.chmod(0o755)

    with pytest.raises(GitError) as failed:
        create_repository(str(program), tmp_path, "acme")
    partial = tmp_path / "acme" / "app.partial"
    assert str(failed.value) == f"git: init --quiet --bare --initial-branch=main {partial} failed: {reason}"


def test_status_of_the_server(tmp_path: Path) -> None:
    request = {"REQUEST_METHOD": "GET", "PATH_INFO": "/acme/app.git/info/refs", "QUERY_STRING": ""}

    response = serve(find_git(), tmp_path, request, b"")

    assert (response.status, [name for name, _ in response.headers if name == "Status"]) == (404, [])


@pytest.mark.parametrize(
    ("path", "organization"),
    [
        pytest.param("/acme/app.git/info/refs", "acme", id="list of branches"),
        pytest.param("/acme/app.git/git-upload-pack", "acme", id="clone"),
        pytest.param("/acme/app.git/git-receive-pack", None, id="push"),
        pytest.param("/acme/app.git/objects/info/packs", None, id="dumb protocol"),
        pytest.param("/acme/../globex/app.git/info/refs", None, id="parent folder"),
        pytest.param("/acme/..git/info/refs", None, id="hidden name"),
        pytest.param("/acme/%2e%2e/app.git/info/refs", None, id="encoded parent folder"),
        pytest.param("//acme/app.git/info/refs", None, id="two slashes"),
        pytest.param("/acme/app/info/refs", None, id="no repository"),
        pytest.param("/token", None, id="another path"),
    ],
)
def test_organization_of_a_path(path: str, organization: str | None) -> None:
    assert get_organization(path) == organization
