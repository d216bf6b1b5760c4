"""obtain: a complete program from the cache, from PATH, from a release or built with Go, or an error."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from local import obtain
from local.downloads import MIRROR
from local.programs import OLDEST_OPERATOR, OPERATOR, PROGRAMS, Program, get_program, list_programs
from local.releases import Asset
from local.sources import ObtainError
from tests.local.downloads import Server, checksum
from tests.local.scripts import WRITES_PROGRAM, write_script

FLAGS = "-trimpath -buildvcs=false -gcflags=all=-dwarf=false -l -gcflags=std=-dwarf=false"
REFUSED = str(ConnectionRefusedError(errno.ECONNREFUSED, os.strerror(errno.ECONNREFUSED)))
TAKES = (
    ", once, which takes about {minutes} min on 2 cores and up to 7 GB in Go's caches; after an interruption, the "
    "next run continues."
)


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
    file = write_script(path / "etcd", f"#!/bin/sh\necho '{output}'\n")

    assert obtain.find_program(program) == (file if supported else None)


def test_program_on_path_that_cannot_run_is_not_used(path: Path, program: Program) -> None:
    write_script(path / "etcd", "#!/nonexistent/interpreter\n")

    assert obtain.find_program(program) is None


def test_program_without_a_version_command_is_not_used_from_path(path: Path, program: Program) -> None:
    write_script(path / "external-secrets", "#!/bin/sh\necho 9.9.9\n")
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
    assert calls.read_text().splitlines() == [
        "go list -deps -e example.com/etcd/server",
        f"go list -export -deps -f  {FLAGS} example.com/etcd/server",
        f"go build {FLAGS} -ldflags -s -w  -o {partial} example.com/etcd/server",
    ]
    assert lines == [
        f"1 of 1 programs are missing: building them from source (etcd){TAKES.format(minutes=1)}",
        "  etcd 3.6.16: building",
        "  etcd 3.6.16: built in 0 s",
    ]


def test_program_is_built_again_when_its_pin_changes(
    path: Path, program: Program, go: Callable[[str], Path], tmp_path: Path
) -> None:
    calls = go(WRITES_PROGRAM)
    before = get()
    (program.source / "go.mod").write_text("module example.com/etcd\n\nrequire example.com/fixed v1.0.1\n")

    after = get()

    assert before != after
    assert [line.split()[1] for line in calls.read_text().splitlines()] == ["list", "list", "build"] * 2


def test_error_without_go_says_what_to_install(path: Path, program: Program, tmp_path: Path) -> None:
    with pytest.raises(ObtainError) as raised:
        get()

    assert str(raised.value) == (
        "etcd: not on PATH, and not downloaded; install Go 1.26 or later to build what is missing"
    )
    assert files_in_cache(tmp_path) == []


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
    assert [line.split()[1] for line in calls.read_text().splitlines()].count("build") == 1


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


@pytest.fixture
def release(program: Program, server: Server, direct: None, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server with the release of the program, whose checksum is pinned."""
    server.files["etcd"] = b"official"
    asset = Asset(server.url("etcd"), checksum(b"official"))
    monkeypatch.setattr(obtain, "find_asset", lambda missing: asset if missing is program else None)
    return server


def test_release_is_downloaded_without_go(path: Path, release: Server, tmp_path: Path) -> None:
    lines: list[str] = []

    first, second = get(lines.append), get(lines.append)

    assert first == second
    assert first.read_text() == "official"
    assert os.access(first, os.X_OK)
    assert files_in_cache(tmp_path) == ["etcd", "lock"]
    assert lines == ["1 of 1 programs are missing: downloading etcd.", "  etcd: official release downloaded"]


def test_only_programs_without_a_release_are_built(
    path: Path, program: Program, release: Server, go: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(program, name="operator", minutes=5)
    go(WRITES_PROGRAM)
    lines: list[str] = []

    paths = obtain.obtain_programs(lines.append, [program, other])

    assert {name: file.read_text() for name, file in paths.items()} == {"etcd": "official", "operator": "built\n"}
    assert lines == [
        f"2 of 2 programs are missing: downloading etcd and building operator from source{TAKES.format(minutes=5)}",
        "  etcd: official release downloaded",
        "  operator 3.6.16: building",
        "  operator 3.6.16: built in 0 s",
    ]


def test_release_with_a_wrong_checksum_is_built(path: Path, release: Server, go: Callable[[str], Path]) -> None:
    release.files["etcd"] = b"tampered"
    go(WRITES_PROGRAM)
    lines: list[str] = []

    assert get(lines.append).read_text() == "built\n"
    assert lines == [
        "1 of 1 programs are missing: downloading etcd.",
        "  etcd: the download did not match the pinned checksum and was deleted; building it instead",
        "  etcd 3.6.16: building",
        "  etcd 3.6.16: built in 0 s",
    ]


@pytest.mark.usefixtures("direct")
def test_without_a_network_one_line_says_so(
    path: Path, program: Program, go: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two programs of two servers: each server is asked once, and nothing is downloaded from it."""
    closed, silent = Server(), Server()
    for server in (closed, silent):
        server.http.server_close()
    assets = {"etcd": Asset(closed.url("etcd"), checksum(b"")), "operator": Asset(silent.url("a"), checksum(b""))}
    monkeypatch.setattr(obtain, "find_asset", lambda missing: assets[missing.name])
    go(WRITES_PROGRAM)
    lines: list[str] = []

    obtain.obtain_programs(lines.append, [program, replace(program, name="operator")])

    refused = [f"{server.address.removeprefix('http://')}: {REFUSED}" for server in (closed, silent)]
    assert lines[0] == f"Official releases cannot be downloaded ({'; '.join(refused)}), so they are built instead."
    assert lines[1].startswith("2 of 2 programs are missing: building them from source (etcd, operator), once, ")
    assert [line for line in lines if "release" in line] == lines[:1]


def test_mirror_that_is_not_an_address(path: Path, release: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MIRROR, "mirror")
    with pytest.raises(ObtainError, match=f"^{MIRROR}: is not an address"):
        get()


def test_another_version_of_the_operator() -> None:
    """It replaces the one that the platform runs, so that both have the same name."""
    listed = {program.name: program for program in list_programs(OLDEST_OPERATOR)}
    usual = {program.name: program for program in PROGRAMS}
    assert listed == {**usual, "external-secrets": OLDEST_OPERATOR}
    assert list_programs() == PROGRAMS
    assert get_program("external-secrets") is OPERATOR
