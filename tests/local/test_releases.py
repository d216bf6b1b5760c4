"""fetch: a verified program at the target, or nothing there and a word about why."""

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
    """Files over HTTP on a free loopback port, and what was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.ranges: list[str | None] = []
        self.cut_after: int | None = None
        self.knows_ranges = True
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/{name}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.headers.get("Range")
                server.ranges.append(asked)
                content = server.files.get(self.path.removeprefix("/"))
                if content is None:
                    self.send_error(404)
                    return
                partly = asked is not None and server.knows_ranges
                start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked and partly else 0
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
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.http.shutdown()
    thread.join()
    made.http.server_close()


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own machine must not matter."""
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


class Outcome:
    """One fetch, and everything that can be seen of it."""

    def __init__(self, folder: Path, asset: Asset, key: str = "Linux-x86_64") -> None:
        said: list[str] = []
        self.target = folder / "etcd"
        self.done = fetch({key: asset}, self.target, said.append)
        self.said = "\n".join(said)
        self.left = sorted(path.name for path in folder.iterdir())


def test_a_verified_program_is_ready_to_run(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.said, outcome.left) == (True, "  etcd: official release downloaded", ["etcd"])
    assert outcome.target.read_bytes() == PROGRAM
    assert os.access(outcome.target, os.X_OK)


def test_only_the_program_is_taken_out_of_an_archive(server: Server, tmp_path: Path) -> None:
    server.files["etcd.tar.gz"] = archive(README=b"read me", etcd=PROGRAM)

    outcome = Outcome(
        tmp_path, Asset(server.url("etcd.tar.gz"), checksum(server.files["etcd.tar.gz"]), member="release/etcd")
    )

    assert (outcome.done, outcome.said, outcome.left) == (True, "  etcd: official release downloaded", ["etcd"])
    assert outcome.target.read_bytes() == PROGRAM
    assert os.access(outcome.target, os.X_OK)


def test_a_wrong_checksum_leaves_nothing(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM + b"tampered"

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left) == (False, [])
    assert outcome.said == "  etcd: the download has not the pinned checksum and was thrown away, so it is built"


def test_an_archive_without_the_program_leaves_nothing(server: Server, tmp_path: Path) -> None:
    """The checksum was right, so it is the pin that is wrong; a build still serves."""
    server.files["etcd.tar.gz"] = archive(README=b"read me")

    outcome = Outcome(
        tmp_path, Asset(server.url("etcd.tar.gz"), checksum(server.files["etcd.tar.gz"]), member="release/etcd")
    )

    assert (outcome.done, outcome.left) == (False, [])
    assert outcome.said == "  etcd: the archive has no release/etcd, so it is built"


def test_what_the_server_does_not_have_is_built(server: Server, tmp_path: Path) -> None:
    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left) == (False, [])
    assert outcome.said == (
        "  etcd: the official release cannot be downloaded (HTTP Error 404: Not Found), so it is built"
    )


def test_an_unreachable_server_is_no_failure(tmp_path: Path) -> None:
    closed = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    closed.server_close()

    outcome = Outcome(tmp_path, Asset(f"http://127.0.0.1:{closed.server_port}/etcd", checksum(PROGRAM)))

    assert (outcome.done, outcome.left) == (False, [])
    assert outcome.said.startswith("  etcd: the official release cannot be downloaded (<urlopen error ")
    assert outcome.said.endswith("), so it is built")


def test_an_interrupted_download_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM
    (tmp_path / "etcd.download").write_bytes(PROGRAM[:1000])

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left, server.ranges) == (True, ["etcd"], ["bytes=1000-"])
    assert outcome.target.read_bytes() == PROGRAM


def test_a_server_that_knows_no_ranges_sends_everything_again(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM
    server.knows_ranges = False
    (tmp_path / "etcd.download").write_bytes(b"something else")

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left) == (True, ["etcd"])
    assert outcome.target.read_bytes() == PROGRAM


def test_a_download_that_breaks_off_is_kept_for_the_next_run(server: Server, tmp_path: Path) -> None:
    server.files["etcd"] = PROGRAM
    server.cut_after = 1000
    asset = Asset(server.url("etcd"), checksum(PROGRAM))

    broken = Outcome(tmp_path, asset)
    server.cut_after = None
    resumed = Outcome(tmp_path, asset)

    assert (broken.done, broken.left) == (False, ["etcd.download"])
    assert (resumed.done, resumed.left, server.ranges) == (True, ["etcd"], [None, "bytes=1000-"])
    assert resumed.target.read_bytes() == PROGRAM


def test_a_download_that_was_complete_already_is_used(server: Server, tmp_path: Path) -> None:
    """Interrupted between the last byte and the check: a server answers 416 when nothing is left to send."""
    server.files["etcd"] = PROGRAM
    (tmp_path / "etcd.download").write_bytes(PROGRAM)

    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)))

    assert (outcome.done, outcome.left) == (True, ["etcd"])


def test_a_platform_without_a_release_asks_nobody(server: Server, tmp_path: Path) -> None:
    outcome = Outcome(tmp_path, Asset(server.url("etcd"), checksum(PROGRAM)), key="Darwin-arm64")

    assert (outcome.done, outcome.said, outcome.left, server.ranges) == (False, "", [], [])
