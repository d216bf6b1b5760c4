"""``make local CONTEXT=...``: the trial on a cluster of one's own, which is as before after ``make down``.

The first test needs the cluster without ESO, so it is the first one of the module.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.documents import read_documents
from local.engine import Engine
from local.own_cluster.configuration import NAMESPACE
from local.platform import Platform
from local.seed import Seeder, list_openchoreo_crds
from tests.platform.checkouts import copy_checkout, run
from tests.platform.harness import Kubernetes, eventually
from tests.platform.operators import obtain_programs
from tests.platform.own_clusters import CONTEXT, UserCluster, write_kubeconfig
from tests.platform.watchdog import stopped_at_the_end

PROOF = """\
Used on this machine, as builds and workloads use them, with a git server, a registry and the cluster:
ORGANIZATION  CLONE  PUSH  PULL  ANOTHER'S REPOSITORY  ANOTHER'S IMAGE  ANOTHER'S VALUE
------------  -----  ----  ----  --------------------  ---------------  ---------------
acme          ok     ok    ok    refused               refused          refused
globex        ok     ok    ok    refused               refused          refused
initech       ok     ok    ok    refused               refused          -
"""
ON = ("--context", CONTEXT)
INSTALL = (
    "install version 0.16 or later: helm install external-secrets external-secrets "
    "--repo https://charts.external-secrets.io --version 0.20.4 "
    f"--namespace external-secrets --create-namespace --kube-context {CONTEXT} --wait"
)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UserCluster]:
    """A cluster without ESO and without OpenChoreo."""
    folder = tmp_path_factory.mktemp("own")
    with stopped_at_the_end(Platform(folder / "cluster", obtain_programs())) as platform:
        platform.start_control_plane()
        cluster = UserCluster(platform, write_kubeconfig(platform, folder / "config"))
        cluster.settle()
        yield cluster


@pytest.fixture(scope="module")
def own(bare: UserCluster) -> Iterator[UserCluster]:
    """The same with ESO."""
    with bare.operator():
        yield bare


@pytest.fixture
def checkout(tmp_path: Path, bare: UserCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of this project, with the kubeconfig of the cluster; its trial is removed at the end."""
    monkeypatch.setenv("KUBECONFIG", str(bare.kubeconfig))
    with copy_checkout(tmp_path / "checkout") as folder:
        yield folder
        run(folder, "down", *ON)


def first_line(cluster: UserCluster) -> str:
    return f"Context {CONTEXT}: {cluster.platform.server}\n"


def check_that_nothing_changes(cluster: UserCluster, before: dict[str, str]) -> None:
    """The API server itself removes its APIService of a group a moment after the group."""
    eventually(lambda: cluster.snapshot() == before, "the objects of before")


def test_a_cluster_without_eso(checkout: Path, bare: UserCluster) -> None:
    before = bare.snapshot()

    printed = run(checkout, "up", *ON, code=1)

    missing = "the External Secrets Operator is missing (no API external-secrets.io/v1)"
    assert printed == f'{first_line(bare)}cluster (context "{CONTEXT}"): {missing}; {INSTALL}\n'
    assert bare.snapshot() == before


def test_eso_does_not_run(checkout: Path, own: UserCluster) -> None:
    own.set_available(0)
    before = own.snapshot()

    printed = run(checkout, "up", *ON, code=1)

    label = "no Deployment with the label app.kubernetes.io/name=external-secrets is available"
    problem = f"{label}, so no External Secrets Operator runs; start it, or {INSTALL}"
    assert printed == f'{first_line(own)}cluster (context "{CONTEXT}"): {problem}\n'
    assert own.snapshot() == before
    own.set_available(1)


def test_a_context_that_does_not_exist(checkout: Path) -> None:
    printed = run(checkout, "up", "--context", "kind-other", code=1)

    assert printed == (
        'cluster (context "kind-other"): no such context in the kubeconfig ($KUBECONFIG, else ~/.kube/config); '
        f"it has: {CONTEXT}\n"
    )


@pytest.mark.parametrize("name", [NAMESPACE, "acme", "openchoreo-ci-globex"])
def test_a_namespace_of_somebody_else(checkout: Path, own: UserCluster, name: str) -> None:
    own.objects.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    own.settle()
    before = own.snapshot()

    printed = run(checkout, "up", *ON, code=1)

    problem = f"the namespace {name} exists, and the trial has not created it; use another cluster, or delete it"
    assert printed == f'{first_line(own)}cluster (context "{CONTEXT}"): {problem}\n'
    assert run(checkout, "down", *ON) == (
        f"{first_line(own)}There is no trial of this checkout on {CONTEXT}: nothing to remove.\n"
    )
    assert own.snapshot() == before
    own.objects.delete("v1", "Namespace", name)
    eventually(lambda: own.objects.get("v1", "Namespace", name) is None, f"{name} to go")


def test_an_openchoreo_that_exists(checkout: Path, own: UserCluster) -> None:
    definition = next(read_documents(list_openchoreo_crds()[:1]))
    Seeder(own.platform.kubeconfig).apply(definition)
    name = definition["metadata"]["name"]

    printed = run(checkout, "up", *ON, code=1)

    problem = (
        f"OpenChoreo is installed ({name}), which the trial does not touch; "
        "use a cluster without OpenChoreo, or deploy a stack of your own: docs/first-stack.md"
    )
    assert printed == f'{first_line(own)}cluster (context "{CONTEXT}"): {problem}\n'
    crd = ("apiextensions.k8s.io/v1", "CustomResourceDefinition", name)
    own.objects.delete(*crd)
    eventually(lambda: own.objects.get(*crd) is None, f"{name} to go")


@pytest.mark.timeout(900)
@pytest.mark.parametrize(("release", "other"), [("v0.9", "v1"), ("v1", "v0.9")])
def test_a_trial_and_its_end(checkout: Path, own: UserCluster, release: str, other: str) -> None:
    before, folder = own.snapshot(), checkout / ".local-contexts" / CONTEXT

    first = run(checkout, "up", *ON, "--release", release)
    second = run(checkout, "up", *ON)
    shown = run(checkout, "status", *ON)

    for printed in (first, second, shown):
        assert printed.startswith(first_line(own))
        assert PROOF in printed
    assert "Nothing changed: every credential is in place." in second
    assert shown.partition(PROOF)[2].startswith("\nPROGRAM")
    preview = Engine(folder, {}, checkout).run("preview", "--expect-no-changes", stack=f"context-{CONTEXT}")
    assert preview.returncode == 0, preview.stdout
    refused = run(checkout, "up", *ON, "--release", other, code=1)
    advice = f"the trial is for OpenChoreo {release}; remove it first: make down CONTEXT={CONTEXT}"
    assert refused == f"{first_line(own)}RELEASE={other}: {advice}\n"
    assert values_in(own.objects, first + second + shown + preview.stdout, folder) == []
    unchanged = own.snapshot()
    assert {path: version for path, version in before.items() if unchanged.get(path) != version} == {}

    ended = run(checkout, "down", *ON)

    assert ended == f"{first_line(own)}The trial is removed. The programs stay in the cache.\n"
    check_that_nothing_changes(own, before)
    assert not folder.exists()
    assert sorted(path.name for path in (checkout / "stacks").glob("Pulumi.context-*")) == []
    assert [process for process in psutil.process_iter() if str(folder) in " ".join(_arguments(process))] == []


def values_in(cluster: Kubernetes, printed: str, folder: Path) -> list[str]:
    """Names of the secret values in the output, the logs or the state."""
    texts = [printed, *(path.read_text() for path in (*folder.glob("*.log"), *folder.glob("state/**/*.json")))]
    names = sorted(cluster.names("v1", "Secret", NAMESPACE))
    assert len(names) == 8
    return [
        f"{name}.{key}"
        for name in names
        for key, value in (cluster.secret(NAMESPACE, name) or ("", {}))[1].items()
        # The user name of a registry is no secret: it is the name of the organization.
        if key != "username" and any(value in text for text in texts)
    ]


def _arguments(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
