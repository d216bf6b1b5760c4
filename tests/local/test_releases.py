"""fetch: a verified program at the target, or no file there and the reason."""

from __future__ import annotations

import hashlib
import io
import os
import platform
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from local.releases import Asset, fetch

PROGRAM = b"#!/bin/sh\necho 1.2.3\n" + b"x" * 5000


def checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def archive(**members: bytes) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(f"release/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return output.getvalue()


class Server:
    """Serves files over HTTP on a free loopback port and records the requested ranges."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ranges: list[str | None] = []
        self.cut_after: int | None = None
        self.supports_ranges = True
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/{name}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                requested = self.headers.get("Range")
                server.ranges.append(requested)
                content = server.files.get(self.path.removeprefix("/"))
                if content is None:
                    self.send_error(404)
                    return
                partly = requested is not None and server.supports_ranges
                start = int(requested.removeprefix("bytes=").removesuffix("-")) if requested and partly else 0
                if start >= len(content) > 0 and partly:
                    self.send_error(416)
                    return
                self.send_response(206 if partly else 200)
                self.send_header("Content-Length", str(len(content) - start))
                self.end_headers()
                self.wfile.write(content[start : server.cut_after])

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Nothing on the terminal."""

        return Handler


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same platform on every machine that runs the tests."""
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


class Outcome:
    """Result of one fetch: its return value, its output and the files that it left."""

    def __init__(self, folder: Path, asset: Asset, key: str = "Linux-x86_64") -> None:
        lines: list[str] = []
        self.target = folder / "etcd"
        self.done = fetch({key: asset}, self.target, lines.append)
        self.output = "\n".join(lines)
        self.left = sorted(path.name for path in folder.iterdir())


def test_verified_program_is_executable(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.output, outcome.left) == (True, "  etcd: official release downloaded", ["etcd"])
    assert outcome.target.read_bytes() == PROGRAM
    assert os.access(outcome.target, os.X_OK)


def test_only_the_program_is_extracted_from_an_archive(server: Server, tmp_path: Path) -> None:
    server.files["etcd.tar.gz"] = archive(README=b"read me", etcd=PROGRAM)

    outcome = Outcome(
        tmp_path, Asset(server.url("etcd.tar.gz"), checksum(server.files["etcd.tar.gz"]), member="release/etcd")
    )

    assert (outcome.done, outcome.output, outcome.left) == (True, "  etcd: official release downloaded", ["etcd"])
    assert outcome.target.read_bytes() == PROGRAM
    assert os.access(outcome.target, os.X_OK)


def test_wrong_checksum_leaves_no_file(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM + b"tampered"

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left) == (False, [])
    assert (
        outcome.output == "  etcd: the download did not match the pinned checksum and was deleted; building it instead"
    )


def test_archive_without_the_program_leaves_no_file(server: Server, tmp_path: Path) -> None:
    """The checksum is right, so the pinned member is wrong; the program is built instead."""
    server.files["etcd.tar.gz"] = archive(README=b"read me")

    outcome = Outcome(
        tmp_path, Asset(server.url("etcd.tar.gz"), checksum(server.files["etcd.tar.gz"]), member="release/etcd")
    )

    assert (outcome.done, outcome.left) == (False, [])
    assert outcome.output == "  etcd: the archive does not contain release/etcd; building it instead"


def test_missing_release_is_built(server: Server, tmp_path: Path) -> None:
    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left) == (False, [])
    assert outcome.output == (
        "  etcd: cannot download the official release (HTTP Error 404: Not Found); building it instead"
    )


def test_unreachable_server_is_not_an_error(tmp_path: Path) -> None:
    closed = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    closed.server_close()

    outcome = Outcome(tmp_path, Asset(f"http://127.0.0.1:{closed.server_port}/etcd", checksum(PROGRAM)))

    assert (outcome.done, outcome.left) == (False, [])
    assert outcome.output.startswith("  etcd: cannot download the official release (<urlopen error ")
    assert outcome.output.endswith("); building it instead")


def test_interrupted_download_continues_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM
    (tmp_path / "etcd.download").write_bytes(PROGRAM[:1000])

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left, server.ranges) == (True, ["etcd"], ["bytes=1000-"])
    assert outcome.target.read_bytes() == PROGRAM


def test_download_starts_again_without_support_for_ranges(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM
    server.supports_ranges = False
    (tmp_path / "etcd.download").write_bytes(b"something else")

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left) == (True, ["etcd"])
    assert outcome.target.read_bytes() == PROGRAM


def test_incomplete_download_is_kept_for_the_next_run(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM
    server.cut_after = 1000
    asset = Asset(server.url("etcd"), checksum(PROGRAM))

    broken = Outcome(tmp_path, asset)
    server.cut_after = None
    resumed = Outcome(tmp_path, asset)

    assert (broken.done, broken.left) == (False, ["etcd.download"])
    assert (resumed.done, resumed.left, server.ranges) == (True, ["etcd"], [None, "bytes=1000-"])
    assert resumed.target.read_bytes() == PROGRAM


def test_complete_download_is_used(server: Server, tmp_path: Path) -> None:
    """Interrupted between the last byte and the check: a server answers 416 when nothing is left to send."""
    server.files["etcd"] = PROGRAM
    (tmp_path / "etcd.download").write_bytes(PROGRAM)

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left) == (True, ["etcd"])


def test_no_request_without_a_release_for_the_platform(server: Server, tmp_path: Path) -> None:
    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)), key="Darwin-arm64")

    assert (outcome.done, outcome.output, outcome.left, server.ranges) == (False, "", [], [])
