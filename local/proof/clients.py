"""git and crane as a build step uses them: with the files of a Secret, and no value in an argument or a variable."""

from __future__ import annotations

import os
import re
import subprocess
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..hosts.launch import Hosts
from ..hosts.repositories import FILE, REPOSITORY
from .deliveries import GitLogin, RegistryLogin

OK: Final = "ok"
REFUSED: Final = "refused"
SHARED: Final = "shared"
"""Outcome of reading a value of an organization with which one shares a store."""

_TAG: Final = "proof"
_TIMEOUT: Final = 60
_REFUSAL: Final = re.compile(r"\b40[13]\b|UNAUTHORIZED|DENIED|Authentication failed")
_HELPER: Final = (
    '!f() { if [ -n "$GIT_USER" ]; then echo "username=$GIT_USER"; '
    'else echo "username=$(cat "$GIT_SECRET/username")"; fi; '
    'echo "password=$(cat "$GIT_SECRET/$GIT_PASSWORD_KEY")"; }; f'
)
"""git's credential helper of docs/git-credentials.md, which reads the files of the Secret."""


@dataclass(frozen=True)
class Clients:
    """The programs, and the addresses of the hosts."""

    git: str
    crane: str
    hosts: Hosts
    folder: Path
    """Folder of what the commands write; each command has a subfolder of its own."""

    def clone(self, login: GitLogin, host: str, organization: str) -> str:
        """Clone the repository of an organization and compare its content: `OK`, `REFUSED`, or the reason."""
        work = self._work()
        address = f"https://{host}/{organization}/{REPOSITORY}.git"
        variables = {
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSL_CAINFO": str(self.hosts.ca),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "credential.helper",
            "GIT_CONFIG_VALUE_0": _HELPER,
            "GIT_SECRET": str(login.folder),
            "GIT_PASSWORD_KEY": login.password,
            "GIT_USER": login.username or "",
        }
        outcome = _run(
            [self.git, "clone", "--quiet", address, str(work / "clone")], work, self.hosts.git_proxy, variables
        )
        if outcome == OK and (work / "clone" / FILE).read_text() != f"# {organization}\n":
            return "the clone has other content"
        return outcome

    def push(self, login: RegistryLogin, host: str, organization: str) -> str:
        """Push a new image of one small layer to the path of an organization."""
        work = self._work()
        layer, file = work / "layer.tar", work / "id"
        # crane does not push an image that the registry has, and would succeed without the right to push.
        file.write_bytes(os.urandom(16))
        with tarfile.open(layer, "w") as archive:
            archive.add(file, file.name)
        return self._crane(
            login, work, "append", "--oci-empty-base", "-f", str(layer), "-t", _image(host, organization)
        )

    def pull(self, login: RegistryLogin, host: str, organization: str) -> str:
        """Pull the image of an organization."""
        work = self._work()
        return self._crane(login, work, "pull", _image(host, organization), str(work / "image.tar"))

    def _crane(self, login: RegistryLogin, work: Path, *arguments: str) -> str:
        variables = {"DOCKER_CONFIG": str(login.folder), "SSL_CERT_FILE": str(self.hosts.ca)}
        return _run([self.crane, *arguments], work, self.hosts.registry_proxy, variables)

    def _work(self) -> Path:
        work = self.folder / os.urandom(8).hex()
        work.mkdir(parents=True, mode=0o700)
        return work


def classify(code: int, text: str) -> str:
    """`OK`, `REFUSED`, or the reason of another failure, from an exit code and standard error."""
    if code == 0:
        return OK
    if _REFUSAL.search(text):
        return REFUSED
    return (text.strip().splitlines() or [f"exit code {code}"])[-1]


def _image(host: str, organization: str) -> str:
    return f"{host}/{organization}/{REPOSITORY}:{_TAG}"


def _run(command: Sequence[str], work: Path, proxy: str, variables: Mapping[str, str]) -> str:
    """Outcome of a command that has no settings of the user, and reaches every host through the proxy."""
    fixed = {"HOME": str(work), "PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}
    # curl reads the lower-case name, Go both.
    environment = {**fixed, "HTTPS_PROXY": proxy, "https_proxy": proxy, **variables}
    try:
        done = subprocess.run(
            command, cwd=work, env=environment, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {_TIMEOUT} s"
    return classify(done.returncode, done.stderr)
