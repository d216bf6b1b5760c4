"""What `make local` starts for each release of OpenChoreo, and how tests change and read it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psutil

from components.openchoreo import RELEASES
from components.settings.parsing import parse
from components.settings.stack import StackSettings
from local.hosts.launch import Hosts, locate_hosts
from local.hosts.repositories import find_git
from local.obtain import find_program
from local.openbao import OpenBao
from local.platform import Platform
from local.programs import get_program
from local.proof.clients import Clients
from local.proof.deliveries import Delivery, build_deliveries
from tests.platform.harness import Kubernetes, eventually
from tests.unit.releases import in_words

DELIVERED: Final = {
    ("acme", "external", "org-acme", "True"),
    ("acme", "git", "org-acme", "True"),
    ("acme", "registry-pull", "org-pull-acme", "True"),
    ("acme", "registry-push", "org-acme", "True"),
    ("globex", "registry-pull", "org-pull-globex", "True"),
    ("globex", "git", "org-globex", "True"),
    ("globex", "registry-push", "org-globex", "True"),
    ("initech", "registry-pull", "(manual)", "True"),
    ("initech", "git", "(manual)", "True"),
    ("initech", "registry-push", "(manual)", "True"),
}
HEADING: Final = "Used on this machine, as builds and workloads use them, with a git server, a registry and OpenBao:\n"
TABLE: Final = """\
ORGANIZATION  CLONE  PUSH  PULL  ANOTHER'S REPOSITORY  ANOTHER'S IMAGE  ANOTHER'S VALUE
------------  -----  ----  ----  --------------------  ---------------  ---------------
acme          ok     ok    ok    refused               refused          refused
globex        ok     ok    ok    refused               refused          refused
initech       ok     ok    ok    refused               refused          -
"""
AFTER_ROTATION: Final = """\
acme          FAILED  ok    ok    refused               refused          refused
globex        ok      ok    ok    refused               refused          refused
initech       ok      ok    ok    refused               refused          -
acme: clone https://github.com/acme: refused, expected ok
"""
_ES: Final = ("external-secrets.io/v1", "ExternalSecret")


@dataclass(frozen=True)
class Case:
    """What `make local` does for a release of OpenChoreo."""

    release: str
    other: str
    stack: str
    types: str
    """The table of component types; an id of a shared entry ends in a hash."""
    git: tuple[str, str, str]
    """Namespace and name of the Secret with which acme clones, and the key of its token."""
    push: tuple[str, str]
    """Namespace and name of the Secret with which globex pushes; in v1.x, each of its runs has one."""


CASES: Final = (
    Case(
        "v0.9",
        other="v1",
        stack="local",
        types="""
acme          service        ${metadata.name}-registry-pull-secret  registry-pull-secret
globex        service        registry-pull-secret                   -
initech       service        registry-pull-secret                   -
""",
        git=("openchoreo-ci-acme", "git-clone-secret", "clone-secret"),
        push=("openchoreo-ci-globex", "registry-push-secret"),
    ),
    Case(
        "v1",
        other="v0.9",
        stack="local-v1",
        types="""
(all)         service        ${metadata.name}-registry-pull-secret, registry-pull-secret  registry-pull-secret-""",
        git=("workflows-acme", "git-secret", "password"),
        push=("workflows-globex", "app-run-registry-push-secret"),
    ),
)


@dataclass(frozen=True)
class Running:
    """A platform that `make local` has started, and what it printed."""

    case: Case
    checkout: Path
    printed: str

    @property
    def folder(self) -> Path:
        return self.checkout / ".local"

    @property
    def platform(self) -> Platform:
        return Platform(self.folder, {})

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
        settings = parse_names(self.case.release)
        return {item.organization: item for item in build_deliveries(secrets, settings, folder / "secrets")}

    def rotate(self, key: str, property_: str, value: str) -> None:
        """Write a new value into OpenBao."""
        self.openbao.call("PUT", f"secret/data/{key}", {"data": {property_: value}})

    def refresh(self, namespace: str, name: str, key: str, value: str) -> None:
        """Let ESO deliver a new value now, as the documentation does."""
        annotation = {"metadata": {"annotations": {"force-sync": datetime.now(UTC).isoformat()}}}
        self.cluster.patch(*_ES, name, annotation, namespace)
        eventually(lambda: self._has(namespace, name, key, value), f"{namespace}/{name} to have the new value")

    def _has(self, namespace: str, name: str, key: str, value: str) -> bool:
        secret = self.cluster.secret(namespace, name)
        return secret is not None and value in secret[1][key]

    def sign_in(self, organization: str) -> str:
        """Token of OpenBao for an organization's ServiceAccount."""
        jwt = self.cluster.token(f"eso-org-{organization}", "openbao")
        body = {"role": f"eso-{organization}", "jwt": jwt}
        answer = self.openbao.call("PUT", "auth/kubernetes/login", body, token="")
        assert answer["auth"]["token_policies"] == ["default", f"org-{organization}"]
        return str(answer["auth"]["client_token"])

    def read(self, key: str, token: str) -> Any:
        """The value of a key as the holder of a token reads it, else the status of the answer."""
        status, body = self.openbao.ask("GET", f"secret/data/{key}", token=token)
        return body["data"]["data"] if status == 200 else status

    def list_processes(self) -> list[str]:
        """Names of the processes with the folder of the platform in their arguments."""
        return [process.name() for process in psutil.process_iter() if str(self.folder) in " ".join(_read(process))]


def _read(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def parse_names(release: str) -> StackSettings:
    """Settings with only the names of the organizations and the tokens of git."""
    hosts = {"acme": "github.com", "globex": "gitlab.com", "initech": "bitbucket.org"}
    store = {"scope": "organization", "kubernetes": {"remoteNamespace": "manager", "server": {"fromKubeconfig": True}}}
    raw: dict[str, Any] = {
        "secretStores": {"default": store},
        "clusters": {"buildPlane": {"context": "kind"}},
        "organizations": [
            {"name": name, "git": {"host": host, "remoteKey": f"{name}-git"}} for name, host in hosts.items()
        ],
    }
    return parse(in_words(raw, RELEASES[release]), source="stack")


def list_rows(printed: str, columns: tuple[int, ...], count: int) -> set[tuple[str, ...]]:
    """Some columns of the tables with `count` columns."""
    return {tuple(line[column] for column in columns) for line in _list_lines(printed) if len(line) == count}


def _list_lines(printed: str) -> Iterator[list[str]]:
    tables = printed.partition("\nORGANIZATION  COMPONENTTYPE")[0]
    names = ("acme ", "globex ", "initech ")
    yield from (line.split() for line in tables.splitlines() if line.startswith(names))


def encode(login: str) -> str:
    """``auth`` of a docker config."""
    return base64.b64encode(login.encode()).decode()
