"""A server of releases on loopback, over http or https."""

from __future__ import annotations

import hashlib
import io
import ssl
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from local.downloads import download_release
from local.releases import Asset


class Server:
    """Serves files on a free loopback port and records what is requested."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.files: dict[str, bytes] = {}
        """Path without the leading slash -> content."""
        self.redirects: dict[str, str] = {}
        """Path -> address that it leads to."""
        self.requests: list[tuple[str, str | None]] = []
        """Path and range of each file that was requested."""
        self.cut_after: int | None = None
        self.supports_ranges = True
        self.status = 404
        """Answer to the question whether the server can be reached."""
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.address = f"{'https' if tls else 'http'}://127.0.0.1:{self.http.server_port}"
        if tls:
            self.http.socket = tls.wrap_socket(self.http.socket, server_side=True)

    def url(self, name: str) -> str:
        return f"{self.address}/{name}"

    @property
    def ranges(self) -> list[str | None]:
        return [requested for _, requested in self.requests]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                self.send_response(server.status)
                self.send_header("Location", server.url("elsewhere"))
                self.end_headers()

            def do_GET(self) -> None:
                name, requested = self.path.removeprefix("/"), self.headers.get("Range")
                server.requests.append((name, requested))
                if name in server.redirects:
                    self.send_response(302)
                    self.send_header("Location", server.redirects[name])
                    self.end_headers()
                    return
                content = server.files.get(name)
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


@contextmanager
def serve(server: Server) -> Iterator[Server]:
    """Answer requests."""
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.http.shutdown()
        thread.join()
        server.http.server_close()


def archive(**members: bytes) -> bytes:
    """A tar archive with files in the folder ``release``."""
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w:gz") as tar:
        for name, content in members.items():
            entry = tarfile.TarInfo(f"release/{name}")
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return output.getvalue()


def checksum(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


PROGRAM: Final = b"#!/bin/sh\necho 1.2.3\n" + b"x" * 5000


class Outcome:
    """Result of one download: its return value, its output and the files that it left."""

    def __init__(self, folder: Path, asset: Asset) -> None:
        lines: list[str] = []
        self.target = folder / "etcd"
        self.done = download_release(asset, self.target, lines.append)
        self.output = "\n".join(lines)
        self.left = sorted(path.name for path in folder.iterdir())
