"""A cache, a PATH and a Go of each test."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from local import obtain, programs
from local.downloads import MIRROR
from local.programs import Program
from tests.local.downloads import Server, serve
from tests.local.scripts import FAKE_GO, write_script


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder on PATH, with none of the programs; the cache is empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(obtain, "count_cores", lambda: 2)
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
    monkeypatch.setattr(obtain, "find_asset", lambda _: None)
    return program


@pytest.fixture
def go(path: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Install a fake Go on PATH that runs a shell script; returns the file with its calls."""

    def install(behaviour: str) -> Path:
        calls = tmp_path / "calls"
        write_script(path / "go", FAKE_GO.format(calls=calls, behaviour=behaviour))
        return calls

    return install


@pytest.fixture
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy and no mirror of the machine that runs the tests."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.delenv(MIRROR, raising=False)


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Server()) as server:
        yield server


@pytest.fixture
def secure(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server with a certificate that this process trusts."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "release.example").configure_cert(context)
    bundle = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    with serve(Server(context)) as server:
        yield server
