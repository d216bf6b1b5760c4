"""``python -m local``: help, usage errors and exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from components.errors import ClusterError, OpenChoreoSecretsError
from local import __main__ as command
from local.engine import EngineError
from local.hosts.repositories import GitError
from local.processes import ProcessError
from local.sources import ObtainError
from local.stacks import STACKS, ReleaseError, record_stack

HELP = """\
usage: python -m local [-h] COMMAND ...

A local OpenChoreo control plane with the External Secrets Operator, on free
loopback ports.

positional arguments:
  COMMAND
    up         start the platform and deliver every credential of its stack
    down       stop the platform and delete its data and the state of its
               stack
    status     show the credentials on the platform, whether they work, and
               what the platform takes
    env        print shell commands that set the environment of Pulumi for the
               stack of the platform
    clean-cache
               delete the built and downloaded programs
    programs   download or build the programs, without starting them

options:
  -h, --help   show this help message and exit
"""
HELP_OF_PROGRAMS = """\
usage: python -m local programs [-h] [--oldest-operator]

Download or build the programs, without starting them.

options:
  -h, --help         show this help message and exit
  --oldest-operator  ESO in the oldest supported version, for tests
"""
HELP_OF_UP = """\
usage: python -m local up [-h] [--context NAME] [--release {v0.9,v1}]

Start the platform and deliver every credential of its stack.

options:
  -h, --help           show this help message and exit
  --context NAME       a cluster of yours, by its context in the kubeconfig
  --release {v0.9,v1}  OpenChoreo release of a new platform (default: v0.9)
"""
SEE = "; see: python -m local --help\n"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Runs the command line and returns its exit code. Other runs, and a platform of this checkout, do not matter."""
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "locked" / "own_cluster").mkdir(parents=True)
    monkeypatch.setattr(command, "_LOCKED", tmp_path / "locked")
    monkeypatch.setattr(command, "_FOLDER", tmp_path / ".local")

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["local", *arguments])
        return command.main()

    return run


def replace(monkeypatch: pytest.MonkeyPatch, name: str, outcome: int | BaseException) -> None:
    """A command that returns or raises."""

    def replacement(**_: object) -> int:
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setitem(command._COMMANDS, name, (replacement, "replaced"))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        pytest.param(["--help"], HELP, id="all commands"),
        pytest.param(["up", "--help"], HELP_OF_UP, id="one command"),
        pytest.param(["programs", "--help"], HELP_OF_PROGRAMS, id="another command"),
    ],
)
def test_help(run: Callable[..., int], capsys: pytest.CaptureFixture[str], arguments: list[str], text: str) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)

    printed = capsys.readouterr()
    assert (ended.value.code, printed.out, printed.err) == (0, text, "")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param([], f"the following arguments are required: COMMAND{SEE}", id="no command"),
        pytest.param(["up", "now"], f"unrecognized arguments: now{SEE}", id="an argument too many"),
        pytest.param(
            ["up", "--release", "v1.1"],
            "--release: 'v1.1' is not a release of the local platform; use v0.9 or v1, which is the newest v1.x; see: "
            "python -m local up --help\n",
            id="a release that it does not run",
        ),
    ],
)
def test_usage_error(
    run: Callable[..., int], capsys: pytest.CaptureFixture[str], arguments: list[str], error: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)

    printed = capsys.readouterr()
    assert (ended.value.code, printed.out, printed.err) == (2, "", error)


def test_unknown_command_is_named(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """The rest of the line differs between versions of Python."""
    with pytest.raises(SystemExit) as ended:
        run("start")

    assert ended.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("COMMAND: invalid choice: 'start' (choose from ")
    assert error.endswith(SEE)
    assert error.count("\n") == 1


@pytest.mark.parametrize("name", ["up", "down", "status", "env", "clean-cache", "programs"])
def test_exit_code_is_that_of_the_command(
    run: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    replace(monkeypatch, name, 7)

    assert (run(name), capsys.readouterr().out) == (7, "")


@pytest.mark.parametrize(
    ("arguments", "release"),
    [
        pytest.param(["up"], None, id="that of the platform"),
        pytest.param(["up", "--release", "v1"], "v1", id="another one"),
    ],
)
def test_release_of_up(
    run: Callable[..., int], monkeypatch: pytest.MonkeyPatch, arguments: list[str], release: str | None
) -> None:
    received: list[object] = []

    def replacement(**options: object) -> int:
        received.append(options)
        return 0

    monkeypatch.setitem(command._COMMANDS, "up", (replacement, "replaced"))

    assert run(*arguments) == 0
    assert received == [{"release": release}]


@pytest.mark.parametrize("name", ["up", "down", "status", "env"])
def test_a_context_is_another_command(
    run: Callable[..., int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    replace(monkeypatch, name, AssertionError("the local platform is not meant"))
    monkeypatch.setattr(command, "_ROOT", tmp_path)
    received: list[object] = []

    def replacement(*arguments: object, **options: object) -> int:
        received.append((arguments, options))
        return 7

    monkeypatch.setitem(command._ON_CONTEXT, name, replacement)

    assert run(name, "--context", "kind-x") == 7
    assert received == [((tmp_path, "kind-x", command.say), {"release": None} if name == "up" else {})]


def test_another_release_than_that_of_the_platform(
    run: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_FOLDER", tmp_path)
    record_stack(tmp_path, STACKS["v1"])

    assert run("up", "--release", "v0.9") == 1
    assert capsys.readouterr().out == (
        "RELEASE=v0.9: the local platform is for OpenChoreo v1; remove it first: make down\n"
    )


@pytest.mark.parametrize("release", STACKS)
def test_settings_are_those_of_the_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str) -> None:
    monkeypatch.setattr(command, "_FOLDER", tmp_path)
    record_stack(tmp_path, STACKS[release])

    assert command.read_local_settings().release == release


def test_a_stack_file_that_is_not_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_ROOT", tmp_path)
    monkeypatch.setattr(command, "_FOLDER", tmp_path / ".local")
    file = tmp_path / "stacks" / "Pulumi.local.yaml"
    with pytest.raises(OpenChoreoSecretsError) as missing:
        command.read_local_settings()
    assert str(missing.value) == f"{file}: cannot be read: No such file or directory; correct the file"
    file.parent.mkdir()
    file.write_text("config: {\n")
    with pytest.raises(OpenChoreoSecretsError) as invalid:
        command.read_local_settings()
    assert str(invalid.value) == f"{file}: cannot be read: it is not valid YAML (line 2); correct the file"


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        pytest.param(ClusterError("the cluster does not answer"), 1, "the cluster does not answer\n", id="cluster"),
        pytest.param(ObtainError("etcd is missing"), 1, "etcd is missing\n", id="program"),
        pytest.param(GitError("git: is not on PATH"), 1, "git: is not on PATH\n", id="git"),
        pytest.param(EngineError("cannot be decrypted"), 1, "cannot be decrypted\n", id="engine"),
        pytest.param(ProcessError("etcd ended"), 1, "etcd ended\n", id="process"),
        pytest.param(ReleaseError("RELEASE=v1: no"), 1, "RELEASE=v1: no\n", id="release"),
        pytest.param(
            OSError(errno.EROFS, "", "/checkout/.local"),
            1,
            "/checkout/.local: read-only file system; the platform has to write there\n",
            id="folder",
        ),
        pytest.param(KeyboardInterrupt(), 130, "\nInterrupted. Run the command again to continue.\n", id="Ctrl-C"),
    ],
)
def test_error_is_its_message_alone(
    run: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    code: int,
    text: str,
) -> None:
    replace(monkeypatch, "up", error)

    assert (run("up"), capsys.readouterr()) == (code, (text, ""))


def test_ctrl_c_says_what_runs_on(
    run: Callable[..., int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("local.processes.Process.pid", lambda process: os.getpid() if process.name == "etcd" else None)
    replace(monkeypatch, "up", KeyboardInterrupt())

    assert run("up") == 130
    assert capsys.readouterr().out == (
        "\nPrograms of the local platform run on; `make down` stops and removes them.\n"
        "\nInterrupted. Run the command again to continue.\n"
    )


def test_the_environment_without_a_platform(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("env") == 0
    output = capsys.readouterr()
    assert all(line.startswith("export ") for line in output.out.splitlines())
    assert output.err == "The local platform is not running. Start it with: make local\n"


def test_down_without_a_platform(
    run: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / ".local"
    monkeypatch.setattr(command, "_FOLDER", folder)
    folder.mkdir()

    assert [run("down"), run("down")] == [0, 0]
    assert capsys.readouterr().out == (
        "The local platform is stopped and removed. The programs stay in the cache.\n"
        "There is no local platform in this folder: nothing to remove.\n"
    )
    assert not folder.exists()
