"""Process: a program that is known by its own pid, and never another program's."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.processes import Process, ProcessError

SLEEP = ("/bin/sleep", "600")


def saying(code: str, *, then: str = "signal.pause()") -> tuple[str, ...]:
    """A program that does something at its start and then does nothing."""
    return (sys.executable, "-ISc", f"import os, signal, sys; {code}; sys.stdout.flush(); {then}")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    made = Process("server", tmp_path / "platform")
    yield made
    made.stop()


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A program of somebody else, which got the pid that a stale file names."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        yield other
        other.terminate()


def test_life_of_a_program(process: Process) -> None:
    assert process.pid() is None

    process.start(SLEEP)
    pid = process.pid()

    assert pid is not None
    assert pid == int((process.folder / "server.pid").read_text().splitlines()[0])
    assert process.stop() is True
    assert process.pid() is None
    assert sorted(path.name for path in process.folder.iterdir()) == ["server.log"]


def test_stopping_what_does_not_run_is_no_error(process: Process) -> None:
    assert process.stop() is False


def test_it_outlives_the_terminal(process: Process) -> None:
    """Ctrl-C goes to the process group in the foreground; the program has one of its own."""
    process.start(SLEEP)

    shown = subprocess.run(
        ["ps", "-o", "pgid=", "-p", str(process.pid())], capture_output=True, text=True, check=True
    ).stdout
    assert int(shown) == process.pid()


def test_log_is_for_the_owner_only(process: Process) -> None:
    process.start(saying("print('out', flush=True); print('err', file=sys.stderr)"))
    process.wait_until(lambda: process.log.read_text() == "out\nerr\n", 10)

    assert process.log.stat().st_mode & 0o777 == 0o600


def test_environment_is_added_to_the_callers(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FROM_CALLER", "kept")

    process.start(saying("print(os.environ['FROM_CALLER'], os.environ['OWN'])"), {"OWN": "added"})

    process.wait_until(lambda: process.log.read_text() == "kept added\n", 10)


def test_pid_of_another_program_is_never_touched(process: Process, bystander: subprocess.Popen[bytes]) -> None:
    process.folder.mkdir()
    stale = process.folder / "server.pid"
    stale.write_text(f"{bystander.pid}\n/bin/sleep")

    assert process.pid() is None
    assert process.stop() is False
    assert bystander.poll() is None
    assert not stale.exists()


@pytest.mark.parametrize(
    "executable",
    [
        pytest.param(sys.executable[:-1], id="its name only begins alike"),
        pytest.param("", id="a crash left the pid alone"),
    ],
)
def test_pid_file_that_could_mean_another_program_does_not_count(
    process: Process, bystander: subprocess.Popen[bytes], executable: str
) -> None:
    process.folder.mkdir()
    (process.folder / "server.pid").write_text(f"{bystander.pid}\n{executable}")

    assert process.pid() is None
    assert process.stop() is False
    assert bystander.poll() is None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="a crash left it empty"),
        pytest.param("123", id="a crash left half of it"),
        pytest.param("many\n/bin/sleep", id="no number"),
        pytest.param("99999999\n/bin/sleep", id="no such process"),
    ],
)
def test_unusable_pid_file_does_not_count(process: Process, text: str) -> None:
    process.folder.mkdir()
    (process.folder / "server.pid").write_text(text)

    assert process.pid() is None
    assert process.stop() is False


def test_a_program_that_ends_is_told_with_the_end_of_its_log(process: Process) -> None:
    process.start(saying("print(*range(1, 21), sep=chr(10))", then="sys.exit(1)"))

    with pytest.raises(ProcessError) as raised:
        process.wait_until(lambda: False, 30)

    tail = "\n".join(str(number) for number in range(13, 21))
    assert str(raised.value) == f"server ended (all of its output: {process.log}):\n{tail}"


def test_a_program_that_does_not_get_ready_is_told(process: Process) -> None:
    process.start(saying("print('thinking')"))
    process.wait_until(lambda: process.log.read_text() == "thinking\n", 10)

    with pytest.raises(ProcessError) as raised:
        process.wait_until(lambda: False, 0)

    assert str(raised.value) == f"server is not ready after 0 s (all of its output: {process.log}):\nthinking"


def test_a_restart_begins_a_new_log(process: Process) -> None:
    process.start(saying("print('first')"))
    process.wait_until(lambda: process.log.read_text() == "first\n", 10)
    process.stop()

    process.start(saying("print('second')"))

    process.wait_until(lambda: process.log.read_text() == "second\n", 10)


def test_a_program_that_ignores_the_request_is_ended(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.processes._STOP", 0.0)
    process.start(
        saying("signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready')", then="[signal.pause() for _ in 'ab']")
    )
    process.wait_until(lambda: process.log.read_text() == "ready\n", 10)

    assert process.stop() is True
    assert process.pid() is None
