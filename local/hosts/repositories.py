"""Repositories of the organizations, and git's own server program, ``git http-backend``."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

REPOSITORY: Final = "app"
"""Name of the repository, and of the image, of each organization."""
FILE: Final = "README.md"
"""The one file in it."""

_ADVICE: Final = "the local platform needs it for its git server; install"
_PATH: Final = re.compile(
    r"/(?P<organization>[a-z0-9][a-z0-9-]*)/(?P<repository>[A-Za-z0-9_][A-Za-z0-9._-]*)\.git/"
    r"(?P<service>info/refs|git-upload-pack)"
)
_TIMEOUT: Final = 60
_COMMIT: Final = """\
commit refs/heads/main
committer openchoreo-secrets <local@openchoreo.invalid> 1767225600 +0000
data 12
First commit
M 100644 inline {file}
data {size}
{text}
"""


class GitError(Exception):
    """git is not installed, or a command of it failed; the message says what is required."""


@dataclass(frozen=True)
class CgiResponse:
    """What ``git http-backend`` answered."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def find_git() -> str:
    """Path of git, which has ``http-backend``.

    Raises:
        GitError: git or its ``http-backend`` is not installed.
    """
    git = shutil.which("git")
    if git is None:
        msg = f"git: is not on PATH; {_ADVICE} git"
        raise GitError(msg)
    folder = Path(_run([git, "--exec-path"]).decode().strip())
    if not (folder / "git-http-backend").exists():
        msg = f"{git}: has no http-backend; {_ADVICE} the package that contains it, such as git-daemon on Alpine"
        raise GitError(msg)
    return git


def create_repository(git: str, root: Path, organization: str) -> None:
    """Create the repository of an organization with one commit, unless it exists."""
    target = root / organization / f"{REPOSITORY}.git"
    if target.exists():
        return
    partial = target.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    _run([git, "init", "--quiet", "--bare", "--initial-branch=main", str(partial)])
    text = f"# {organization}\n"
    commit = _COMMIT.format(file=FILE, size=len(text.encode()), text=text)
    _run([git, "-C", str(partial), "fast-import", "--quiet"], commit.encode())
    partial.replace(target)


def get_organization(path: str) -> str | None:
    """Organization whose repository a request reads. None: the path is not one of a clone."""
    match = _PATH.fullmatch(path)
    return match["organization"] if match else None


def serve(git: str, root: Path, request: Mapping[str, str], body: bytes) -> CgiResponse:
    """Answer of ``git http-backend`` to a request.

    Args:
        git: path of git.
        root: folder of the repositories.
        request: variables of CGI: ``REQUEST_METHOD``, ``PATH_INFO``, ``QUERY_STRING`` and others.
        body: of the request.

    Raises:
        GitError: it failed.
    """
    variables = {"GIT_PROJECT_ROOT": str(root), "GIT_HTTP_EXPORT_ALL": "1", **request}
    answer = _run([git, "http-backend"], body, variables)
    head, _, content = answer.partition(b"\r\n\r\n")
    headers = [(name.strip(), value.strip()) for name, _, value in map(_split, head.decode("latin-1").splitlines())]
    status = next((value for name, value in headers if name.lower() == "status"), "200")
    kept = [(name, value) for name, value in headers if name.lower() != "status"]
    return CgiResponse(int(status.split()[0]), kept, content)


def _split(line: str) -> tuple[str, str, str]:
    return line.partition(":")


def _run(command: list[str], text: bytes = b"", variables: Mapping[str, str] | None = None) -> bytes:
    """Output of a git command, which reads no configuration of the user."""
    fixed = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    environment = {"PATH": os.environ.get("PATH", ""), **fixed, **(variables or {})}
    done = subprocess.run(command, input=text, env=environment, capture_output=True, timeout=_TIMEOUT, check=False)
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip() or f"exit code {done.returncode}"
        msg = f"git: {' '.join(command[1:])} failed: {reason}"
        raise GitError(msg)
    return done.stdout
