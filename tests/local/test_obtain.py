"""obtain: a complete program from the cache, from PATH or built with Go, or an error."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from local import obtain, programs
from local.obtain import ObtainError
from local.programs import Program

FAKE_GO = """#!/bin/sh
echo "go $*" >> "{calls}"
{behaviour}
"""
WRITES_PROGRAM = 'while [ "$1" != -o ]; do shift; done; echo built > "$2"'


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, with none of the programs; the cache is empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return folder


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The only program of the platform."""
    source = tmp_path / "programs" / "etcd"
    source.mkdir(parents=True)
    (source / "go.mod").write_text("module example.com/etcd\n")
    monkeypatch.setattr(programs, "MODULES", source.parent)
    program = Program(
        name="etcd",
        module="etcd",
        package="example.com/etcd/server",
        version="3.6.16",
        minutes=0.5,
        version_command=("--version",),
        oldest=(3, 5),
        below=(4, 0),
    )
    monkeypatch.setattr(obtain, "PROGRAMS", (program,))
    return program


@pytest.fixture
def go(path: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Install a fake Go on PATH that runs a shell script; returns the file with its calls."""

    def install(behaviour: str) -> Path:
        calls = tmp_path / "calls"
        script(path / "go", FAKE_GO.format(calls=calls, behaviour=behaviour))
        return calls

    return install


def script(file: Path, text: str) -> Path:
    file.write_text(text)
    file.chmod(0o755)
    return file


def get(say: Callable[[str], None] = lambda _: None) -> Path:
    return obtain.obtain_programs(say)["etcd"]


def files_in_cache(tmp_path: Path) -> list[str]:
    return sorted(file.name for file in (tmp_path / "cache").rglob("*") if file.is_file())


@pytest.mark.parametrize(
    ("output", "supported"),
    [
        pytest.param("etcd Version: 3.6.16", True, id="the version that is built"),
        pytest.param("etcd Version: 3.5.0", True, id="the oldest supported version"),
        pytest.param("etcd Version: 3.4.30", False, id="too old"),
        pytest.param("etcd Version: 4.0.0", False, id="the first unsupported version"),
        pytest.param("etcd Version: 10.0.0", False, id="numbers, not text, are compared"),
        pytest.param("v3.6.1-rc.0+build", True, id="text around the version"),
        pytest.param("development", False, id="no version"),
        pytest.param("", False, id="no output"),
    ],
)
def test_program_on_path_is_used_if_its_version_is_supported(
    path: Path, program: Program, output: str, supported: bool
) -> None:
    file = script(path / "etcd", f"#!/bin/sh\necho '{output}'\n")

    assert obtain.find_program(program) == (file if supported else None)


def test_program_on_path_that_cannot_run_is_not_used(path: Path, program: Program) -> None:
    script(path / "etcd", "#!/nonexistent/interpreter\n")

    assert obtain.find_program(program) is None


def test_program_without_a_version_command_is_not_used_from_path(path: Path, program: Program) -> None:
    script(path / "external-secrets", "#!/bin/sh\necho 9.9.9\n")
    silent = Program(name="external-secrets", module="etcd", package="", version="0.16.2", minutes=4)

    assert obtain.find_program(silent) is None


def test_built_program_is_kept(path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path) -> None:
    calls = go(WRITES_PROGRAM)
    lines: list[str] = []

    first, second = get(lines.append), get(lines.append)

    folder = tmp_path / "cache" / "openchoreo-secrets" / f"etcd-3.6.16-{program.digest()}"
    assert first == second == folder / "etcd"
    assert first.read_text() == "built\n"
    assert files_in_cache(tmp_path) == ["build.log", "etcd", "lock"]
    partial = folder / "etcd.partial"
    assert calls.read_text() == (
        f"go build -trimpath -buildvcs=false -ldflags -s -w  -o {partial} example.com/etcd/server\n"
    )
    assert lines[0] == (
        "1 of 1 programs are missing. Building them, once, takes about 1 min on 2 cores and up to 4 GB of Go module "
        "cache. After an interruption, the next run continues."
    )
    assert lines[1:] == ["  etcd 3.6.16: building, about 0.5 min", "  etcd 3.6.16: built in 0 s"]


def test_long_build_reports_progress(
    path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(obtain, "_PROGRESS_INTERVAL", 0.01)
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    go(f'read line < "{gate}"; {WRITES_PROGRAM}')
    lines: list[str] = []

    def say(text: str) -> None:
        if text.endswith("so far") and not lines:
            lines.append(text)
            gate.write_text("go on\n")

    get(say)

    assert lines == ["  etcd 3.6.16: building, 0 s so far"]


def test_interrupted_build_stops_the_compiler(
    path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(obtain, "_PROGRESS_INTERVAL", 0.01)
    pid_file = tmp_path / "pid"
    go(f'echo $$ > "{pid_file}"; exec /bin/sleep 600')

    def say(text: str) -> None:
        if text.endswith("so far") and pid_file.exists() and pid_file.read_text():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        get(say)

    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)
    assert obtain.find_program(program) is None


def test_program_is_built_again_when_its_pin_changes(
    path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path
) -> None:
    calls = go(WRITES_PROGRAM)
    before = get()
    (program.source / "go.mod").write_text("module example.com/etcd\n\nrequire example.com/fixed v1.0.1\n")

    after = get()

    assert before != after
    assert len(calls.read_text().splitlines()) == 2


def test_error_without_go_says_what_to_install(path: Path, program: Program, tmp_path: Path) -> None:
    with pytest.raises(ObtainError) as raised:
        get()

    assert str(raised.value) == ("etcd is not on PATH and cannot be downloaded; install Go 1.26 or later to build it")
    assert files_in_cache(tmp_path) == ["lock"]


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


def test_two_runs_build_once(path: Path, program: Program, go: Callable[[str], Path]) -> None:
    """The second run waits for the first and uses its program from the cache."""
    calls = go(WRITES_PROGRAM)
    together = threading.Barrier(2)
    paths: list[Path] = []

    def say(text: str) -> None:
        # At this line, both have seen that the program is missing.
        if "missing" in text:
            together.wait(30)

    threads = [threading.Thread(target=lambda: paths.append(get(say))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(paths) == 2
    assert paths[0] == paths[1]
    assert len(calls.read_text().splitlines()) == 1


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


@pytest.mark.parametrize(
    ("behaviour", "message"),
    [
        pytest.param(
            "echo 'dial tcp: no route to host' >&2; exit 1",
            "github.com/external-secrets/external-secrets cannot be downloaded: dial tcp: no route to host",
            id="no network",
        ),
        pytest.param(
            None,
            "github.com/external-secrets/external-secrets cannot be downloaded without Go; install Go 1.26 or later",
            id="no Go",
        ),
    ],
)
def test_definitions_that_cannot_be_downloaded(
    path: Path, go: Callable[[str], Path], behaviour: str | None, message: str
) -> None:
    if behaviour is not None:
        go(behaviour)

    with pytest.raises(ObtainError) as raised:
        obtain.list_operator_crds()
    assert str(raised.value) == message


def test_definitions_come_from_the_pinned_module(path: Path, go: Callable[[str], Path], tmp_path: Path) -> None:
    folder = tmp_path / "module" / "config" / "crds" / "bases"
    folder.mkdir(parents=True)
    for name in ("b.yaml", "a.yaml", "kustomization.yaml", "README.md"):
        (folder / name).touch()
    go(f'case "$1" in mod) ;; list) echo "{tmp_path / "module"}" ;; esac')
    assert obtain.list_operator_crds() == (folder / "a.yaml", folder / "b.yaml")
