"""Process: start, wait and stop, and never another program's pid."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from local.processes import Process, ProcessError

SLEEP = ("/bin/sleep", "600")


def python(code: str, *, then: str = "signal.pause()") -> tuple[str, ...]:
    """Command of a program that runs a statement, then waits."""
    return (sys.executable, "-ISc", f"import os, signal, sys; {code}; sys.stdout.flush(); {then}")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process("server", tmp_path / "platform")
    yield process
    process.stop()


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """Another program, which now has the pid that a stale pid file names."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        yield other
        other.terminate()


def test_start_and_stop(process: Process) -> None:
    assert process.pid() is None

    process.start(SLEEP)
    pid = process.pid()

    assert pid is not None
    assert pid == int((process.folder / "server.pid").read_text().splitlines()[0])
    assert process.stop() is True
    assert process.pid() is None
    assert sorted(path.name for path in process.folder.iterdir()) == ["server.log"]


def test_stop_of_a_program_that_does_not_run(process: Process) -> None:
    assert process.stop() is False


def test_program_has_its_own_process_group(process: Process) -> None:
    """The terminal sends Ctrl-C to the process group in the foreground."""
    process.start(SLEEP)

    pid = process.pid()
    assert pid is not None
    assert os.getpgid(pid) == pid


def test_log_is_readable_by_its_owner_only(process: Process) -> None:
    process.start(python("print('out', flush=True); print('err', file=sys.stderr)"))
    process.wait_until(lambda: process.log.read_text() == "out\nerr\n", 10)

    assert process.log.stat().st_mode & 0o777 == 0o600


def test_environment_is_added_to_that_of_the_caller(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FROM_CALLER", "kept")

    process.start(python("print(os.environ['FROM_CALLER'], os.environ['OWN'])"), {"OWN": "added"})

    process.wait_until(lambda: process.log.read_text() == "kept added\n", 10)


def test_program_that_has_a_stale_pid_is_not_stopped(process: Process, bystander: subprocess.Popen[bytes]) -> None:
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
        pytest.param(sys.executable[:-1], id="a prefix of its executable"),
        pytest.param("", id="no executable, after a crash"),
        pytest.param(json.dumps([sys.executable, "-m", "local.hosts"]), id="another command of its executable"),
        pytest.param(json.dumps([sys.executable])[:-1], id="half of a command, after a crash"),
        pytest.param("[]", id="an empty command"),
    ],
)
def test_pid_file_without_the_exact_executable_is_ignored(
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
        pytest.param("", id="empty, after a crash"),
        pytest.param("123", id="half of it, after a crash"),
        pytest.param("many\n/bin/sleep", id="not a number"),
        pytest.param("99999999\n/bin/sleep", id="no such process"),
    ],
)
def test_unusable_pid_file_is_ignored(process: Process, text: str) -> None:
    process.folder.mkdir()
    (process.folder / "server.pid").write_text(text)

    assert process.pid() is None
    assert process.stop() is False


def test_program_that_ends_is_reported_with_the_end_of_its_log(process: Process) -> None:
    process.start(python("print(*range(1, 21), sep=chr(10))", then="sys.exit(1)"))

    with pytest.raises(ProcessError) as raised:
        process.wait_until(lambda: False, 30)

    tail = "\n".join(str(number) for number in range(13, 21))
    assert str(raised.value) == f"server ended (full log: {process.log}):\n{tail}"


def test_program_that_is_not_ready_in_time_is_reported(process: Process) -> None:
    process.start(python("print('thinking')"))
    process.wait_until(lambda: process.log.read_text() == "thinking\n", 10)

    with pytest.raises(ProcessError) as raised:
        process.wait_until(lambda: False, 0)

    assert str(raised.value) == f"server is not ready after 0 s (full log: {process.log}):\nthinking"


def test_restart_begins_a_new_log(process: Process) -> None:
    process.start(python("print('first')"))
    process.wait_until(lambda: process.log.read_text() == "first\n", 10)
    process.stop()

    process.start(python("print('second')"))

    process.wait_until(lambda: process.log.read_text() == "second\n", 10)


def test_program_that_ignores_sigterm_is_killed(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.processes._GRACE", 0.2)
    process.start(
        python("signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready')", then="[signal.pause() for _ in 'ab']")
    )
    process.wait_until(lambda: process.log.read_text() == "ready\n", 10)

    assert process.stop() is True
    assert process.pid() is None


def test_zombie_counts_as_ended(process: Process) -> None:
    """A container without an init process never reaps it."""
    start = f"Process('server', Path({str(process.folder)!r})).start({SLEEP!r})"
    code = f"from pathlib import Path; from local.processes import Process; {start}; print(flush=True); input()"
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        pid = process.pid()
        assert pid is not None

        assert process.stop() is True

        assert psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
        parent.communicate(b"\n")


def test_program_that_was_killed_is_not_running(process: Process) -> None:
    """It stays a zombie until its parent, which is this process, waits for it."""
    process.start(SLEEP)
    pid = process.pid()
    assert pid is not None

    os.kill(pid, signal.SIGKILL)

    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert process.pid() is None
    assert process.stop() is False


def test_no_program_but_its_own_is_needed(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small container images have no `ps`."""
    monkeypatch.setenv("PATH", "/nonexistent")

    process.start(SLEEP)

    assert process.stop() is True
