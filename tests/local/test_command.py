"""``python -m local``: help, usage errors and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from components.errors import ClusterError, OpenChoreoSecretsError
from local import __main__ as command
from local.engine import EngineError
from local.hosts.repositories import GitError
from local.obtain import ObtainError
from local.processes import ProcessError

HELP = """\
usage: python -m local [-h] COMMAND ...

A local OpenChoreo control plane with the External Secrets Operator, on free
loopback ports.

positional arguments:
  COMMAND
    up         start the platform and deliver every credential of the stack
               `local`
    down       stop the platform and delete its data and the state of the
               stack `local`
    status     show the credentials on the platform, whether they work, and
               what the platform takes
    env        print shell commands that set the environment of Pulumi for the
               stack `local`
    clean-cache
               delete the built and downloaded programs
    programs   download or build the programs, without starting them

options:
  -h, --help   show this help message and exit
"""
HELP_OF_UP = """\
usage: python -m local up [-h]

Start the platform and deliver every credential of the stack `local`.

options:
  -h, --help  show this help message and exit
"""
SEE = "; see: python -m local --help\n"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs the command line and returns its exit code."""
    monkeypatch.setenv("COLUMNS", "80")

    def run(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["local", *arguments])
        return command.main()

    return run


def replace(monkeypatch: pytest.MonkeyPatch, name: str, outcome: int | BaseException) -> None:
    """A command that returns or raises."""

    def replacement() -> int:
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome

    monkeypatch.setitem(command._COMMANDS, name, (replacement, "replaced"))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        pytest.param(["--help"], HELP, id="all commands"),
        pytest.param(["up", "--help"], HELP_OF_UP, id="one command"),
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


def test_a_stack_file_that_is_not_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "_ROOT", tmp_path)
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
