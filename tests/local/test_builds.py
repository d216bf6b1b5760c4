"""build_programs: two builds at a time, and no incomplete program after an error or an interruption."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local import builds, obtain
from local.builds import build_programs, count_cores, estimate_minutes
from local.locks import lock_folder
from local.programs import Program
from local.sources import ObtainError
from tests.local.scripts import WRITES_PROGRAM


def wait_for(condition: Callable[[], bool]) -> None:
    """Poll until the condition is true."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def get(say: Callable[[str], None] = lambda _: None) -> Path:
    return obtain.obtain_programs(say)["etcd"]


def test_long_build_reports_progress(
    path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds, "_PROGRESS_INTERVAL", 0.01)
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    go(f'test "$1" = list || read line < "{gate}"; {WRITES_PROGRAM}')
    lines: list[str] = []

    def say(text: str) -> None:
        if text.startswith("  building") and not lines:
            lines.append(text)
            gate.write_text("go on\n")

    get(say)

    assert lines == ["  building etcd: 0 s so far"]


def test_long_download_of_modules_reports_progress(
    path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds, "_PROGRESS_INTERVAL", 0.01)
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    go(f'test "$2" != -deps || read line < "{gate}"; {WRITES_PROGRAM}')
    lines: list[str] = []

    def say(text: str) -> None:
        if text.endswith("so far") and not lines:
            lines.append(text)
            gate.write_text("go on\n")

    get(say)

    assert lines == ["  downloading Go modules: 0 s so far"]


def test_interrupted_build_stops_the_compiler(
    path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds, "_PROGRESS_INTERVAL", 0.01)
    pid_file = tmp_path / "pid"
    go(f'test "$1" = list || {{ echo $$ > "{pid_file}"; exec /bin/sleep 600; }}')

    def say(text: str) -> None:
        if text.endswith("so far") and pid_file.exists() and pid_file.read_text():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(say)

    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
    assert obtain.find_program(program) is None


def test_failed_build_leaves_no_program(
    path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path
) -> None:
    printed = "; ".join(f"echo line {number}" for number in range(1, 21))
    go(f"{printed}; echo 'no network' >&2; exit 1")

    with pytest.raises(ObtainError) as raised:
        get()

    log = tmp_path / "cache" / "openchoreo-secrets" / f"etcd-3.6.16-{program.digest()}" / "build.log"
    tail = "\n".join([*(f"line {number}" for number in range(12, 21)), "no network"])
    assert str(raised.value) == f"building etcd failed (full log: {log}):\n{tail}"
    assert obtain.find_program(program) is None


def test_incomplete_program_is_not_used(path: Path, program: Program, go: Callable[[str], Path]) -> None:
    """The compiler may fail after it began to write; the next run starts again."""
    go(f"{WRITES_PROGRAM}; exit 1")
    with pytest.raises(ObtainError):
        get()
    assert obtain.find_program(program) is None

    go(WRITES_PROGRAM)

    assert get().read_text() == "built\n"


def test_files_beside_the_main_package_come_from_its_module(
    path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = tmp_path / "module"
    (module / "cmd").mkdir(parents=True)
    (module / "cmd" / "schema.json").write_text("{}")
    with_file = Program(
        name="etcd",
        module="etcd",
        package=".",
        version="3.6.16",
        minutes=0.5,
        beside=("example.com/provider:cmd/schema.json",),
    )
    monkeypatch.setattr(obtain, "PROGRAMS", (with_file,))
    cat = shutil.which("cat", path="/usr/bin:/bin")
    go(
        f'case "$1" in mod) ;; list) echo "{module}" ;; '
        f'build) while [ "$1" != -o ]; do shift; done; {cat} schema.json > "$2" ;; esac'
    )

    assert get().read_text() == "{}"


def make_program(name: str, module: str, minutes: float = 1) -> Program:
    """A program whose module pins nothing."""
    program = Program(name=name, module=module, package=f"example.com/{name}", version="1.0.0", minutes=minutes)
    program.source.mkdir(parents=True, exist_ok=True)
    (program.source / "go.mod").touch()
    return program


def targets(folder: Path, *made: Program) -> dict[Program, Path]:
    return {program: folder / program.name / program.name for program in made}


NAMED = 'for last; do :; done; name="${last##*/}"'
"""The end of the last argument, the package, is the name of the program."""
WAITS = 'test "$1" = list || read line < "{gates}/$name"'
"""A build waits at its gate."""


@pytest.fixture
def gates(tmp_path: Path) -> Callable[[str], Path]:
    """Creates the gate of a program, at which its build waits."""
    (tmp_path / "gates").mkdir()

    def create(name: str) -> Path:
        gate = tmp_path / "gates" / name
        os.mkfifo(gate)
        return gate

    return create


def open_gate(gate: Path) -> None:
    """Let a build go on; waits until the build waits."""
    gate.write_text("go on\n")


def test_two_builds_at_a_time_with_modules_ahead(
    path: Path, program: Program, go: Callable[[str], Path], gates: Callable[[str], Path], tmp_path: Path
) -> None:
    """The fastest first; the modules of the third arrive while two are built, and then it takes the free place."""
    log = tmp_path / "log"
    go(f'{NAMED}; echo "$1 $2 $name" >> "{log}"; {WAITS.format(gates=tmp_path / "gates")}; {WRITES_PROGRAM}')
    programs = [make_program(name, name, minutes) for name, minutes in (("slow", 3), ("fast", 1), ("medium", 2))]
    gate = {program.name: gates(program.name) for program in programs}
    lines: list[str] = []
    order: list[list[str]] = []
    two = {"list -deps slow", "build -trimpath fast", "build -trimpath medium"}

    def say(text: str) -> None:
        lines.append(text)
        if [line.endswith("building") for line in lines].count(True) == 2 and not order:
            wait_for(lambda: two <= set(log.read_text().splitlines()))
            order.append(log.read_text().splitlines())
            for name in ("fast", "medium", "slow"):
                threading.Thread(target=open_gate, args=(gate[name],), daemon=True).start()

    build_programs(targets(tmp_path / "built", *programs), say)

    fetched = [line for line in order[0] if "-deps" in line]
    assert sorted(fetched) == ["list -deps fast", "list -deps medium", "list -deps slow"]
    assert fetched[0] != "list -deps slow"
    assert sorted(set(order[0]) - {*fetched}) == [
        *("build -trimpath fast", "build -trimpath medium"),
        *("list -export fast", "list -export medium"),
    ]
    assert lines[-1] in {f"  {name} 1.0.0: built in 0 s" for name in gate}
    assert [line for line in lines if "slow" in line] == ["  slow 1.0.0: building", "  slow 1.0.0: built in 0 s"]


def test_programs_of_one_module_are_built_one_after_the_other(
    path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path
) -> None:
    """The second one uses the packages of the first, which two builds at once would compile twice."""
    calls = go(WRITES_PROGRAM)
    lines: list[str] = []

    build_programs(targets(tmp_path / "built", make_program("a", "both"), make_program("b", "both")), lines.append)

    assert lines == [f"  {name} 1.0.0: {what}" for name in "ab" for what in ("building", "built in 0 s")]
    assert calls.read_text().splitlines()[0] == "go list -deps -e example.com/a example.com/b"


def test_failed_build_stops_the_others(
    path: Path, program: Program, go: Callable[[str], Path], gates: Callable[[str], Path], tmp_path: Path
) -> None:
    pid_file = tmp_path / "pid"
    gate = gates("bad")
    go(
        f'test "$1" = list && exit; case "$*" in *bad) read line < "{gate}"; echo broken; exit 1;; '
        f'*) echo $$ > "{pid_file}"; exec /bin/sleep 600;; esac'
    )

    def say(text: str) -> None:
        if text == "  good 1.0.0: building":
            wait_for(lambda: pid_file.exists() and bool(pid_file.read_text()))
            threading.Thread(target=open_gate, args=(gate,), daemon=True).start()

    built = targets(
        tmp_path / "built", make_program("bad", "bad"), make_program("good", "good"), make_program("x", "x", 9)
    )
    with pytest.raises(ObtainError) as raised:
        build_programs(built, say)

    assert str(raised.value) == (f"building bad failed (full log: {tmp_path / 'built' / 'bad' / 'build.log'}):\nbroken")
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
    assert [file.exists() for file in built.values()] == [False] * 3


def test_build_waits_for_another_run_until_it_is_stopped(
    path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builds, "_PROGRESS_INTERVAL", 0.01)
    go(WRITES_PROGRAM)
    ((_, target),) = built = tuple(targets(tmp_path / "built", make_program("a", "a")).items())

    def say(text: str) -> None:
        raise KeyboardInterrupt(text)

    with lock_folder(target.parent, lambda: None), pytest.raises(KeyboardInterrupt):
        build_programs(dict(built), say)

    assert not target.exists()


@pytest.mark.parametrize(
    ("minutes", "cores", "estimate"),
    [
        pytest.param((6.5, 5, 0.5), 2, 12, id="as measured"),
        pytest.param((6.5, 5, 0.5), 1, 24, id="one core"),
        pytest.param((6.5, 5, 0.5), 4, 6, id="four cores"),
        pytest.param((10,), 64, 2, id="the longest chain of packages"),
    ],
)
def test_estimate(minutes: tuple[float, ...], cores: int, estimate: float) -> None:
    listed = [Program(name="a", module="a", package="", version="1.0.0", minutes=each) for each in minutes]
    assert estimate_minutes(listed, cores) == estimate


def test_cores_that_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5}, raising=False)
    assert count_cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert count_cores() == 8
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert count_cores() == 1
