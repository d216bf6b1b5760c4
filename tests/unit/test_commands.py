"""The command line: help, usage errors, exit codes and output."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components import commands
from components.cluster import orphans as cluster_orphans
from components.cluster.connection import Cluster
from components.commands import main, orphans
from components.managers.manager import Plane
from components.plan.orphans import LiveObject
from components.settings.clusters import ClusterSettings
from tests.unit.api import Api
from tests.unit.command_samples import configure, lock, record, run_orphans, store

TABLE = """\
CLUSTER     KIND                NAMESPACE  NAME      STATUS
----------  ------------------  ---------  --------  ----------------
kind-build  ClusterSecretStore             org-acme  not in the state
"""

GONE = """\
CLUSTER     KIND                NAMESPACE  NAME      STATUS
----------  ------------------  ---------  --------  -------
kind-build  ClusterSecretStore             org-acme  deleted
"""


def test_orphans_are_a_table(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_orphans() == 1
    assert capsys.readouterr() == (TABLE, "")
    assert api.settings == ClusterSettings(context="kind-build", kubeconfig=str(project / "build.yaml"))
    assert api.deletions == []


@pytest.mark.parametrize("release", ["v1", ["v0.9", "v1"], '["v0.9", "v1"]'])
@pytest.mark.parametrize("as_json", [False, True])
@pytest.mark.parametrize("plane", ["buildPlane", "workflowPlane"])
def test_clusters_in_both_forms(project: Path, api: Api, release: object, as_json: bool, plane: str) -> None:
    """As mappings, and as the JSON text that ``pulumi config set`` writes."""
    clusters = {plane: {"context": "kind-build", "kubeconfig": "build.yaml"}}
    value = json.dumps(clusters) if as_json else clusters
    configure(project, {"openchoreo-secrets:release": release, "openchoreo-secrets:clusters": value})
    assert run_orphans() == 1
    assert api.settings == ClusterSettings(context="kind-build", kubeconfig=str(project / "build.yaml"))


def test_orphans_are_json(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_orphans("--json") == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "cluster": "kind-build",
            "kind": "ClusterSecretStore",
            "namespace": "",
            "name": "org-acme",
            "status": "not in the state",
        }
    ]


@pytest.mark.parametrize(
    ("plane", "code"), [pytest.param("build", 0, id="here"), pytest.param("data", 1, id="on-another-cluster")]
)
def test_what_the_state_has_is_no_orphan(project: Path, api: Api, plane: Plane, code: int) -> None:
    provider = f"urn:pulumi:dev::openchoreo-secrets::pulumi:providers:kubernetes::{plane}-plane::1"
    kind = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
    record(project, {"deployment": {"resources": [{"type": kind, "id": "org-acme", "provider": provider, "urn": "x"}]}})
    assert run_orphans() == code


def test_delete(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_orphans("--delete") == 0
    assert capsys.readouterr() == (GONE, "")
    assert api.deletions == [("/apis/external-secrets.io/v1/clustersecretstores/org-acme", "2")]


def test_nothing_to_delete(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    api.lists.clear()
    assert run_orphans("--delete") == 0
    assert capsys.readouterr() == ("No orphans.\n", "")


@pytest.mark.parametrize(
    ("options", "code", "status"),
    [
        pytest.param(["--stores"], 1, "--delete would delete it, used by: 1 ExternalSecret (team/git)", id="preview"),
        pytest.param(
            ["--namespaces"], 1, "not deleted without --stores; used by: 1 ExternalSecret (team/git)", id="another word"
        ),
        pytest.param(["--stores", "--delete"], 0, "deleted, used by: 1 ExternalSecret (team/git)", id="deletion"),
    ],
)
def test_what_others_lose_is_listed(
    project: Path, api: Api, capsys: pytest.CaptureFixture[str], options: list[str], code: int, status: str
) -> None:
    reference = {"kind": "ClusterSecretStore", "name": "org-acme"}
    api.lists["externalsecrets"] = [
        {"metadata": {"name": "git", "namespace": "team", "uid": "9"}, "spec": {"secretStoreRef": reference}}
    ]
    assert run_orphans(*options) == code
    assert capsys.readouterr().out.splitlines()[2].endswith(f"org-acme  {status}")
    assert len(api.deletions) == 1 - code


def test_what_is_left_has_a_reason(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    path = "/apis/external-secrets.io/v1/clustersecretstores/org-acme"
    api.objects[path]["metadata"]["finalizers"] = ["f/x"]
    api.stuck = {path}
    assert run_orphans("--delete", "--timeout", "1e-9") == 1
    row = capsys.readouterr().out.splitlines()[2]
    assert row.endswith("org-acme  still there after 1e-09 s; its deletion waits for its finalizers: f/x")


def test_a_requested_deletion_in_the_state_is_shown(
    project: Path, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    provider = "urn:pulumi:dev::openchoreo-secrets::pulumi:providers:kubernetes::build-plane::1"
    kind = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
    record(project, {"deployment": {"resources": [{"type": kind, "id": "org-acme", "provider": provider, "urn": "x"}]}})
    item = store()
    item["metadata"] |= {"finalizers": ["f/x"], "deletionTimestamp": "2026-01-01T00:00:00Z"}
    api.lists["clustersecretstores"] = [item]
    assert run_orphans() == 1
    row = capsys.readouterr().out.splitlines()[2]
    assert row.endswith("org-acme  in the state; its deletion waits for its finalizers: f/x")


def test_a_copy_is_listed_and_stays(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    copy = store()
    copy["metadata"]["managedFields"] = [{"manager": "kubectl-client-side-apply", "operation": "Update"}]
    api.lists["clustersecretstores"] = [copy]
    reason = "org-acme  carries this stack's annotations, but the stack did not apply it, so it is never deleted"
    for options in ([], ["--delete", "--stores"]):
        assert run_orphans(*options) == 1
        assert capsys.readouterr().out.splitlines()[2].endswith(reason)
    assert api.deletions == []


def _after_the_lists(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """What others do while the command has listed the objects and has deleted none."""

    def list_owned(cluster: Cluster, stack: str, *, control_plane: bool) -> list[LiveObject]:
        owned = list_really(cluster, stack, control_plane=control_plane)
        act()
        return owned

    list_really = cluster_orphans.list_owned
    monkeypatch.setattr(orphans, "list_owned", list_owned)


def test_what_an_update_has_recorded_meanwhile_stays(project: Path, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state is read again after the cluster, because an update may have created objects in between."""
    provider = "urn:pulumi:dev::openchoreo-secrets::pulumi:providers:kubernetes::build-plane::1"
    kind = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
    recorded = {"deployment": {"resources": [{"type": kind, "id": "org-acme", "provider": provider, "urn": "x"}]}}
    _after_the_lists(monkeypatch, lambda: record(project, recorded))
    assert run_orphans("--delete") == 0
    assert api.deletions == []


def test_an_update_that_has_started_meanwhile_is_not_disturbed(
    project: Path, api: Api, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _after_the_lists(monkeypatch, lambda: lock(project))
    assert run_orphans("--delete") == 2
    assert capsys.readouterr().err.startswith("stack dev: the stack is locked (1.json), so an update may be running; ")
    assert api.deletions == []


def test_a_list_during_an_update_says_so(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    lock(project)
    note = "so an update may be running; the list may contain objects that it creates"
    assert run_orphans() == 1
    assert capsys.readouterr() == (TABLE, f"stack dev: the stack is locked (1.json), {note}\n")
    assert run_orphans("--force") == 1
    assert capsys.readouterr() == (TABLE, "")


@pytest.mark.parametrize("release", ["v1.2", ["v0.9", "v1"], '["v0.9", "v1"]'])
def test_the_cluster_of_a_release_with_other_words(project: Path, api: Api, release: Any) -> None:
    clusters = {"workflowPlane": {"context": "flow"}}
    configure(project, {"openchoreo-secrets:release": release, "openchoreo-secrets:clusters": clusters})
    assert run_orphans() == 1
    assert api.settings == ClusterSettings(context="flow")


def test_one_cluster_by_its_context(project: Path, api: Api) -> None:
    assert run_orphans("--context", "other", "--kubeconfig", "file") == 1
    assert api.settings == ClusterSettings(context="other", kubeconfig="file")


def test_the_objects_of_an_organization_of_pulumi(project: Path, api: Api) -> None:
    (project / "whoami").write_text(json.dumps({"url": "https://app.pulumi.com/me"}))
    api.lists["clustersecretstores"] = [store("acme-corp/openchoreo-secrets/dev")]
    assert main(["orphans", "--stack", "acme-corp/dev"]) == 1
    assert main(["orphans", "--stack", "acme-corp/openchoreo-secrets/dev"]) == 1
    assert main(["orphans", "--stack", "other/dev"]) == 0


@pytest.mark.parametrize(
    "change", [lock, lambda project: record(project, {"deployment": {"pending_operations": [{}]}})]
)
def test_force(project: Path, api: Api, change: Any) -> None:
    change(project)
    assert run_orphans("--delete", "--force") == 0


def test_another_cluster_than_the_state_is_about(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    urn = "urn:pulumi:dev::openchoreo-secrets::pulumi:providers:openchoreo::build-plane"
    provider = {"type": "pulumi:providers:openchoreo", "urn": urn, "inputs": {"clusterIdentity": "uid-0"}}
    record(project, {"deployment": {"resources": [provider]}})
    assert run_orphans("--delete") == 2
    assert "the state is about another cluster (UID of kube-system: uid-0, here uid-1)" in capsys.readouterr().err
    assert api.deletions == []


def test_the_reader_of_the_output_may_end_first(project: Path, api: Api) -> None:
    """As ``| head`` does; a stack trace or a message about the pipe would follow."""
    program = (
        "import sys; from components.commands.command_line import run_command; "
        "sys.exit(run_command(lambda: 0 * sys.stdout.write('x' * 1000), print))"
    )
    reading, writing = os.pipe()
    os.close(reading)
    root = Path(commands.__file__).parents[2]
    with os.fdopen(writing, "w") as output:
        done = subprocess.run(
            [sys.executable, "-c", program], cwd=root, stdout=output, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, done.stderr) == (141, "")


def test_interrupted(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", interrupt)
    assert run_orphans() == 130
    assert capsys.readouterr() == ("", "Interrupted. Run the command again to continue.\n")


def test_the_module_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["openchoreo-secrets", "--help"])
    with pytest.raises(SystemExit) as raised:
        main()
    assert raised.value.code == 0
    assert "list objects that carry the stack's annotations and are not in" in capsys.readouterr().out
