"""``make local`` in a checkout of its own: OpenBao, the tables, an unchanged second run, and nothing left behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from local.engine import Engine
from local.openbao import OpenBao
from local.platform import Platform
from tests.platform.checkouts import copy_checkout, run
from tests.platform.harness import Kubernetes

DELIVERED = {
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
PROOF = """\
ORGANIZATION  CLONE  PUSH  PULL  ANOTHER'S REPOSITORY  ANOTHER'S IMAGE  ANOTHER'S VALUE
------------  -----  ----  ----  --------------------  ---------------  ---------------
acme          ok     ok    ok    refused               refused          refused
globex        ok     ok    ok    refused               refused          refused
initech       ok     ok    ok    refused               refused          -

Ready in """


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


CASES = [
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
    ),
    Case(
        "v1",
        other="v0.9",
        stack="local-v1",
        types="""
(all)         service        ${metadata.name}-registry-pull-secret, registry-pull-secret  registry-pull-secret-""",
        git=("workflows-acme", "git-secret", "password"),
    ),
]


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A copy of this project; its platform is removed at the end."""
    with copy_checkout(tmp_path / "checkout") as folder:
        yield folder


def rows(printed: str, columns: tuple[int, ...], count: int) -> set[tuple[str, ...]]:
    """Some columns of the table with `count` columns."""
    tables = printed.partition("\nORGANIZATION  COMPONENTTYPE")[0]
    lines = [line.split() for line in tables.splitlines() if line.startswith(("acme ", "globex ", "initech "))]
    return {tuple(line[column] for column in columns) for line in lines if len(line) == count}


def sign_in(openbao: OpenBao, cluster: Kubernetes, organization: str) -> str:
    """Token of OpenBao for an organization's ServiceAccount."""
    jwt = cluster.token(f"eso-org-{organization}", "openbao")
    answer = openbao.call("PUT", "auth/kubernetes/login", {"role": f"eso-{organization}", "jwt": jwt}, token="")
    assert answer["auth"]["token_policies"] == ["default", f"org-{organization}"]
    return str(answer["auth"]["client_token"])


def value_of(answer: tuple[int, Any]) -> Any:
    status, body = answer
    return body["data"]["data"] if status == 200 else status


@pytest.mark.timeout(600)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.release)
def test_the_local_platform_delivers_from_openbao(checkout: Path, case: Case) -> None:
    folder = checkout / ".local"

    first = run(checkout, "up", "--release", case.release)
    # The release is that of the platform.
    second = run(checkout, "up")

    assert f"Starting a control plane of OpenChoreo {case.release}, " in first
    for printed in (first, second):
        assert rows(printed, (0, 2, 4, 5), 7) == DELIVERED
        assert case.types in printed
        assert PROOF in printed
        assert f"pulumi preview --stack {case.stack}\n" in printed
    assert "Nothing changed: every credential is in place." in second
    preview = Engine(folder, {}, checkout).run("preview", "--expect-no-changes", stack=case.stack)
    assert preview.returncode == 0, preview.stdout
    refused = run(checkout, "up", "--release", case.other, code=1)
    advice = f"the local platform is for OpenChoreo {case.release}; remove it first: make down"
    assert refused == f"RELEASE={case.other}: {advice}\n"

    openbao, cluster = Platform(folder, {}).openbao, Kubernetes(folder / "kubeconfig")
    acme, globex = (sign_in(openbao, cluster, name) for name in ("acme", "globex"))
    stored = value_of(openbao.ask("GET", "secret/data/org/acme/github-pat", token=acme))
    namespace, name, key = case.git
    _, delivered = cluster.secret(namespace, name) or ("", {})
    assert delivered[key] == stored["token"]
    assert value_of(openbao.ask("GET", "secret/data/org/acme/github-pat", token=globex)) == 403
    assert value_of(openbao.ask("GET", "secret/data/org/globex/gitlab-token", token=acme)) == 403
    secret_values = {file.name: file.read_text() for file in (openbao.root_token, openbao.unseal_key)} | stored
    printed = first + second + preview.stdout + "".join(path.read_text() for path in folder.glob("*.log"))
    assert [name for name, value in secret_values.items() if value in printed] == []
    assert f"export BAO_ADDR={openbao.url}\nexport BAO_CACERT={folder}/pki/ca.crt\n" in run(checkout, "env")

    run(checkout, "down")

    assert not folder.exists()
    assert [process.name() for process in psutil.process_iter() if str(folder) in " ".join(_arguments(process))] == []


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
