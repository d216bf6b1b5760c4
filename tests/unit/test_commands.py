"""The command line: help, usage errors, exit codes and output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.commands import main, orphans
from components.managers.manager import Plane
from components.settings.stack import ClusterSettings
from tests.unit.api import Api, Object

OWNER = "organization/openchoreo-secrets/dev"
EMPTY: Object = {"deployment": {}}
CLUSTERS: dict[str, Any] = {
    "buildPlane": {"context": "kind-build", "kubeconfig": "build.yaml"},
    "controlPlane": {"context": "kind-build", "kubeconfig": "build.yaml"},
}
TABLE = """\
CLUSTER     KIND                NAMESPACE  NAME      STATUS
----------  ------------------  ---------  --------  ----------------
kind-build  ClusterSecretStore             org-acme  not in the state
"""


def _store(owner: str = OWNER) -> Object:
    annotations = {"pulumi.com/patchFieldManager": owner}
    return {"metadata": {"name": "org-acme", "uid": "2", "annotations": annotations}}


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Api:
    """The only cluster, with one store."""
    objects = {
        "/api/v1/namespaces/kube-system": {"metadata": {"uid": "uid-1"}},
        "/apis/external-secrets.io/v1/clustersecretstores/org-acme": _store(),
    }
    api = Api(objects, clustersecretstores=[_store()])

    def connect(plane: str, settings: ClusterSettings) -> Api:
        api.plane, api.settings = plane, settings
        return api

    monkeypatch.setattr(orphans, "Cluster", connect)
    return api


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a stack file, the current folder; its ``pulumi`` prints a state from a file."""
    (tmp_path / "Pulumi.yaml").write_text("name: openchoreo-secrets\nstackConfigDir: stacks\n")
    (tmp_path / "stacks").mkdir()
    _configure(tmp_path, {"openchoreo-secrets:clusters": CLUSTERS})
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nif [ "$1" = whoami ]; then cat "{tmp_path}/whoami"; else cat "{tmp_path}/state"; fi\n'
    )
    program.chmod(0o755)
    (tmp_path / "whoami").write_text(json.dumps({"url": f"file://{tmp_path}"}))
    _record(tmp_path, EMPTY)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _configure(project: Path, config: object) -> None:
    (project / "stacks" / "Pulumi.dev.yaml").write_text(yaml.safe_dump({"config": config}))


def _record(project: Path, state: Object) -> None:
    (project / "state").write_text(json.dumps(state))


def _run(*arguments: str) -> int:
    return main(["orphans", "--stack", "dev", *arguments])


def test_orphans_are_a_table(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run() == 1
    assert capsys.readouterr() == (TABLE, "")
    assert api.settings == ClusterSettings(context="kind-build", kubeconfig=str(project / "build.yaml"))
    assert api.deletions == []


def test_orphans_are_json(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--json") == 1
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
    _record(
        project, {"deployment": {"resources": [{"type": kind, "id": "org-acme", "provider": provider, "urn": "x"}]}}
    )
    assert _run() == code


def test_delete(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--delete") == 0
    assert capsys.readouterr() == ("No orphans.\n", "")
    assert api.deletions == [("/apis/external-secrets.io/v1/clustersecretstores/org-acme", "2")]


def test_what_is_left_has_a_reason(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    path = "/apis/external-secrets.io/v1/clustersecretstores/org-acme"
    api.objects[path]["metadata"]["finalizers"] = ["f/x"]
    api.stuck = {path}
    assert _run("--delete", "--timeout", "0") == 1
    row = capsys.readouterr().out.splitlines()[2]
    assert row.endswith("org-acme  still there after 0 s; its deletion waits for its finalizers: f/x")


def test_a_requested_deletion_in_the_state_is_shown(
    project: Path, api: Api, capsys: pytest.CaptureFixture[str]
) -> None:
    provider = "urn:pulumi:dev::openchoreo-secrets::pulumi:providers:kubernetes::build-plane::1"
    kind = "kubernetes:external-secrets.io/v1:ClusterSecretStore"
    _record(
        project, {"deployment": {"resources": [{"type": kind, "id": "org-acme", "provider": provider, "urn": "x"}]}}
    )
    item = _store()
    item["metadata"] |= {"finalizers": ["f/x"], "deletionTimestamp": "2026-01-01T00:00:00Z"}
    api.lists["clustersecretstores"] = [item]
    assert _run() == 1
    row = capsys.readouterr().out.splitlines()[2]
    assert row.endswith("org-acme  in the state; its deletion waits for its finalizers: f/x")


def test_one_cluster_by_its_context(project: Path, api: Api) -> None:
    assert _run("--context", "other", "--kubeconfig", "file") == 1
    assert api.settings == ClusterSettings(context="other", kubeconfig="file")


def test_the_objects_of_an_organization_of_pulumi(project: Path, api: Api) -> None:
    (project / "whoami").write_text(json.dumps({"url": "https://app.pulumi.com/me"}))
    api.lists["clustersecretstores"] = [_store("acme-corp/openchoreo-secrets/dev")]
    assert main(["orphans", "--stack", "acme-corp/dev"]) == 1
    assert main(["orphans", "--stack", "acme-corp/openchoreo-secrets/dev"]) == 1
    assert main(["orphans", "--stack", "other/dev"]) == 0


def _lock(project: Path) -> None:
    folder = project / ".pulumi" / "locks" / OWNER
    folder.mkdir(parents=True)
    (folder / "1.json").touch()


def _without(name: str) -> Any:
    return lambda project: (project / name).unlink()


@pytest.mark.parametrize(
    ("change", "arguments", "message"),
    [
        pytest.param(
            _lock,
            ["--delete"],
            "stack dev: the stack is locked (1.json), so an update may be running; wait for its end. If there is none, "
            "run: pulumi cancel --stack dev, then pulumi refresh --stack dev; or use --force",
            id="locked",
        ),
        pytest.param(
            lambda project: _record(project, {"deployment": {"pending_operations": [{}, {}]}}),
            ["--delete"],
            "stack dev: its state has 2 pending operations, so an update may be running; wait for its end. If there is "
            "none, run: pulumi cancel --stack dev, then pulumi refresh --stack dev; or use --force",
            id="pending-operations",
        ),
        pytest.param(
            lambda project: (project / "whoami").write_text(json.dumps({"url": "https://app.pulumi.com/me"})),
            [],
            "--stack: dev has no organization; use --stack <organization>/dev",
            id="no-organization",
        ),
        pytest.param(
            _without("Pulumi.yaml"),
            [],
            "{project}/Pulumi.yaml: no such file; run the command in the folder of the Pulumi project",
            id="no-project",
        ),
        pytest.param(
            _without("stacks/Pulumi.dev.yaml"),
            [],
            "{project}/stacks/Pulumi.dev.yaml: no such file; use the name of a stack of this project, or --context",
            id="no-stack-file",
        ),
        pytest.param(
            lambda project: _configure(project, {}),
            [],
            "{project}/stacks/Pulumi.dev.yaml: openchoreo-secrets:clusters: is missing; set it, or use --context",
            id="no-clusters",
        ),
        pytest.param(
            lambda project: _configure(project, {"openchoreo-secrets:clusters": {"buildPlane": {}}}),
            [],
            "{project}/stacks/Pulumi.dev.yaml: openchoreo-secrets:clusters: buildPlane.context: is missing; "
            "expected a value such as openchoreo-build",
            id="wrong-clusters",
        ),
        pytest.param(
            lambda project: project,
            ["--kubeconfig", "file"],
            "--kubeconfig: needs --context, so that no current context is used by accident",
            id="a-kubeconfig-without-a-context",
        ),
        pytest.param(
            _without("bin/pulumi"),
            [],
            "pulumi: not found on PATH; install the Pulumi CLI, which reads the state",
            id="no-pulumi",
        ),
        pytest.param(
            lambda project: (project / "bin" / "pulumi").write_text(
                "#!/bin/sh\necho 'error: no stack' >&2; exit 255\n"
            ),
            [],
            "pulumi whoami --json failed: error: no stack",
            id="pulumi-fails",
        ),
    ],
)
def test_errors(
    project: Path,
    api: Api,
    capsys: pytest.CaptureFixture[str],
    change: Any,
    arguments: list[str],
    message: str,
) -> None:
    change(project)
    assert _run(*arguments) == 2
    assert capsys.readouterr() == ("", f"{message.replace('{project}', str(project))}\n")
    assert api.deletions == []


@pytest.mark.parametrize(
    "change", [_lock, lambda project: _record(project, {"deployment": {"pending_operations": [{}]}})]
)
def test_force(project: Path, api: Api, change: Any) -> None:
    change(project)
    assert _run("--delete", "--force") == 0


def test_another_cluster_than_the_state_is_about(project: Path, api: Api, capsys: pytest.CaptureFixture[str]) -> None:
    urn = "urn:pulumi:dev::openchoreo-secrets::pulumi:providers:openchoreo::build-plane"
    provider = {"type": "pulumi:providers:openchoreo", "urn": urn, "inputs": {"clusterIdentity": "uid-0"}}
    _record(project, {"deployment": {"resources": [provider]}})
    assert _run("--delete") == 2
    assert "the state is about another cluster (UID of kube-system: uid-0, here uid-1)" in capsys.readouterr().err
    assert api.deletions == []


@pytest.mark.parametrize("arguments", [[], ["orphans"], ["orphans", "--stack"], ["nonsense"]])
def test_usage_errors(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert capsys.readouterr().err.startswith("usage: openchoreo-secrets")


def test_interrupted(project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess, "run", interrupt)
    assert _run() == 130
    assert capsys.readouterr() == ("", "Interrupted. Run the command again to continue.\n")


def test_the_module_is_the_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["openchoreo-secrets", "--help"])
    with pytest.raises(SystemExit) as raised:
        main()
    assert raised.value.code == 0
    assert "list objects that carry the stack's annotation and are not in" in capsys.readouterr().out
