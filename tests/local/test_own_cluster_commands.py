"""Commands about a trial on a cluster of the user, without programs, and reads of values as a ServiceAccount."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import urllib3

from components.cluster.access.fields import Server, User
from components.cluster.access.kubeconfig import Access
from components.errors import ClusterError
from local.own_cluster import commands, values
from local.own_cluster.configuration import derive_stack
from local.own_cluster.objects import TrialObjects
from local.own_cluster.trial import Record, Trial, TrialError
from local.own_cluster.values import SecretValueReader
from local.stacks import read_settings
from tests.local.clusters import SYSTEM, MemoryCluster, create_ready_cluster

ROOT = Path(__file__).resolve().parents[2]
FIRST = "Context kind-x: https://127.0.0.1:6443"
ABSENT = "There is no trial of this checkout on kind-x"


@dataclass
class StubEngine:
    """In place of Pulumi: exit codes by command, and the commands."""

    codes: dict[str, int] = field(default_factory=dict)
    changed: bool | None = True
    calls: list[str] = field(default_factory=list)

    def prepare(self) -> None:
        self.calls.append("prepare")

    def run(self, command: str, *_: str, **__: object) -> subprocess.CompletedProcess[str]:
        self.calls.append(command)
        return subprocess.CompletedProcess([], self.codes.get(command, 0), f"output of {command}")

    def up(self, stack: str, _: object) -> bool | None:
        self.calls.append(f"up {stack}")
        return self.changed

    def read_manual_values(self, stack: str) -> dict[str, str]:
        return {stack: "value"}


@dataclass
class Session:
    """A checkout, its cluster, and what was printed."""

    root: Path
    cluster: MemoryCluster
    engine: StubEngine
    lines: list[str] = field(default_factory=list)

    @property
    def trial(self) -> Trial:
        return Trial(self.root, "kind-x")

    def up(self, release: str | None = None) -> int:
        return commands.up(self.root, "kind-x", self.lines.append, release=release)

    def down(self) -> int:
        return commands.down(self.root, "kind-x", self.lines.append)

    def show(self) -> int:
        return commands.show(self.root, "kind-x", self.lines.append)

    def deployed(self) -> None:
        """As if the engine had a state."""
        self.trial.state.parent.mkdir(parents=True)
        self.trial.state.touch()


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks")
    session = Session(tmp_path, create_ready_cluster(), StubEngine())
    monkeypatch.setattr(Trial, "connect", lambda _: session.cluster)
    monkeypatch.setattr(commands, "Engine", lambda *_: session.engine)
    monkeypatch.setattr(commands, "obtain_programs", lambda *_: {})
    monkeypatch.setattr(commands, "start_hosts", lambda *arguments: arguments[-1]())
    monkeypatch.setattr(commands.Connected, "deploy", lambda _: None)
    monkeypatch.setattr(commands.Connected, "show_tables", lambda _: session.lines.append("tables"))
    return session


def prove(monkeypatch: pytest.MonkeyPatch, *, proven: bool) -> None:
    """The outcome of the proof."""
    monkeypatch.setattr("local.own_cluster.commands.LocalProof.show", lambda *_: proven)


@pytest.mark.parametrize("proven", [True, False])
def test_up(session: Session, monkeypatch: pytest.MonkeyPatch, proven: bool) -> None:
    prove(monkeypatch, proven=proven)

    assert session.up("v1") == (0 if proven else 1)
    assert session.lines[:5] == [FIRST, "pulumi up, stack context-kind-x", "", "tables", session.lines[4]]
    assert session.lines[4].startswith("\nReady in " if proven else "Some credentials do not work as they should.")
    session.engine.changed = False
    assert session.up() == (0 if proven else 1)
    assert "Nothing changed: every credential is in place." in session.lines
    assert session.engine.calls == ["prepare", "stack", "up context-kind-x"] * 2
    assert (session.trial.read() or Record("", "", "")).release == "v1"


def test_an_update_that_fails(session: Session) -> None:
    session.engine.changed = None

    assert session.up() == 1
    assert session.lines[-1] == (
        "\nThe update failed. Fix the cause and run `make local CONTEXT=kind-x` again, or: make down CONTEXT=kind-x"
    )
    session.engine.codes["stack"] = 255
    assert session.up() == 255
    assert session.lines[-1] == "output of stack"


def test_nothing_is_written_before_the_checks(session: Session) -> None:
    session.cluster.put("/api/v1/namespaces/acme")
    before = dict(session.cluster.objects)

    with pytest.raises(TrialError, match="the namespace acme exists"):
        session.up()

    assert session.cluster.objects == before
    assert session.trial.read() is None
    assert not session.trial.stack_file.exists()


def test_down_without_a_trial(session: Session) -> None:
    assert (session.down(), session.lines) == (0, [FIRST, f"{ABSENT}: nothing to remove."])


def test_down(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    prove(monkeypatch, proven=True)
    before = dict(session.cluster.objects)
    session.up()
    session.deployed()
    monkeypatch.setattr(TrialObjects, "remove", stay(TrialObjects.remove))

    assert session.down() == 0

    assert session.lines[-2:] == [
        "The CRD a.openchoreo.dev stays, because it has objects that the trial has not created.",
        "The trial is removed. The programs stay in the cache.",
    ]
    assert session.engine.calls[-1] == "destroy"
    assert session.cluster.objects == before
    assert (session.trial.folder.exists(), session.trial.stack_file.exists()) == (False, False)


def stay(remove: Any) -> Any:
    """The same, with a CRD that stays."""
    return lambda objects: [*remove(objects), "a.openchoreo.dev"]


def test_a_stack_that_is_not_destroyed_keeps_everything(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    prove(monkeypatch, proven=True)
    session.up()
    session.deployed()
    before, session.engine.codes["destroy"] = dict(session.cluster.objects), 255

    assert session.down() == 255

    failed = "The stack was not destroyed, so nothing else was removed"
    advice = "Fix the cause and run again: make down CONTEXT=kind-x"
    assert session.lines[-2:] == ["output of destroy", f"{failed}. {advice}"]
    assert session.cluster.objects == before
    assert session.trial.stack_file.exists()


def test_down_on_a_new_cluster_touches_no_object(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    prove(monkeypatch, proven=True)
    session.up()
    session.cluster.objects[SYSTEM]["metadata"]["uid"] = "new"
    before = dict(session.cluster.objects)

    assert session.down() == 0

    assert session.lines[-2:] == [
        "It is not the cluster that the trial was started on, so only the files on this machine are removed.",
        "The trial is removed. The programs stay in the cache.",
    ]
    assert session.cluster.objects == before
    assert not session.trial.folder.exists()


def test_status(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (session.show(), session.lines[1:]) == (1, [f"{ABSENT}. Start it with: make local CONTEXT=kind-x"])
    prove(monkeypatch, proven=True)
    session.up()
    stopped = "The git server and the registry do not run. Start them with: make local CONTEXT=kind-x"
    assert (session.show(), session.lines[-1]) == (1, stopped)
    monkeypatch.setattr("local.own_cluster.commands.Platform.running", lambda _: True)
    assert session.show() == 0
    assert session.lines[-1].startswith("\nPROGRAM ")
    assert "/ (make down CONTEXT=kind-x frees it), " in session.lines[-1]
    prove(monkeypatch, proven=False)
    assert session.show() == 1


def test_the_environment(tmp_path: Path) -> None:
    lines: list[str] = []

    assert commands.env(tmp_path, "kind-x", lines.append) == 0

    backend = f"file://{tmp_path}/.local-contexts/kind-x/state?metadata=skip"
    assert f"export PULUMI_BACKEND_URL='{backend}'" in lines


@dataclass(frozen=True)
class StubTransport:
    """An API server that answers by the Secret, and records who asks."""

    access: Access
    answers: Mapping[str, int]
    users: list[str]

    def send(self, _: str, path: str, **_options: Any) -> urllib3.HTTPResponse:
        self.users.append(self.access.user.token)
        name = path.rpartition("/")[2]
        content = json.dumps({"status": {"token": "jwt"}}).encode() if name == "token" else b""
        return urllib3.HTTPResponse(content, status=self.answers[name])

    def close(self) -> None:
        self.users.append("closed")


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SecretValueReader:
    file = tmp_path / "Pulumi.context.yaml"
    file.write_text(derive_stack((ROOT / "stacks" / "Pulumi.local.yaml").read_text(), "kind-x"))
    access = Access("", "c", Server(), "u", User(token="administrator"), lambda: access)
    monkeypatch.setattr(values, "read_access", lambda *_: access)
    return SecretValueReader(MemoryCluster(), read_settings(file))


OWN, OTHER = "org-acme-ghcr", "org-globex-gitlab-token"


@pytest.mark.parametrize(
    ("answers", "outcome"),
    [
        pytest.param({OWN: 200, OTHER: 403}, "refused", id="refused"),
        pytest.param({OWN: 200, OTHER: 200}, "ok", id="a value of another organization"),
        pytest.param({OWN: 200, OTHER: 404}, "the API server answers 404", id="no value"),
        pytest.param({OWN: 403}, f"the API server answers 403 for its own {OWN}", id="nothing is readable"),
    ],
)
def test_reads_as_the_identity_of_a_store(
    reader: SecretValueReader, monkeypatch: pytest.MonkeyPatch, answers: dict[str, int], outcome: str
) -> None:
    users: list[str] = []
    monkeypatch.setattr(values, "Transport", lambda access: StubTransport(access, {"token": 201, **answers}, users))

    assert reader.read("acme", "globex") == outcome
    assert users == ["administrator", "closed", *["jwt", "closed"] * len(answers)]


def test_an_organization_without_a_store_has_no_value(reader: SecretValueReader) -> None:
    assert [reader.read("initech", "acme"), reader.read("acme", "initech")] == [None, None]


def test_a_user_who_may_not_create_tokens(reader: SecretValueReader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "Transport", lambda access: StubTransport(access, {"token": 403}, []))

    with pytest.raises(ClusterError) as error:
        reader.read("acme", "globex")

    assert str(error.value) == (
        'cluster (context "kind-x"): the API server answers 403 to a request for a token of eso-org-acme; '
        "use a context whose user is an administrator"
    )
