"""A server on this machine that answers each request with the bytes that a test chooses."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import yaml

from components.cluster.connection import Cluster
from components.settings.clusters import ClusterSettings

Respond = Callable[[str, str], bytes]
"""Method and path -> the answer, from the status line on. The connection ends after it."""


def connect(folder: Path, address: str) -> Cluster:
    """A connection to a server, as the build plane."""
    kubeconfig = folder / "kubeconfig"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "dev",
        "clusters": [{"name": "dev", "cluster": {"server": address}}],
        "users": [{"name": "dev", "user": {"token": "t"}}],
        "contexts": [{"name": "dev", "context": {"cluster": "dev", "user": "dev"}}],
    }
    kubeconfig.write_text(yaml.safe_dump(config))
    return Cluster("build plane", ClusterSettings(context="dev", kubeconfig=str(kubeconfig)))


@contextmanager
def serve(respond: Respond) -> Iterator[str]:
    """The address of a running server."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_accept, args=(listening, respond))
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            thread.join()


def _accept(listening: socket.socket, respond: Respond) -> None:
    with suppress(OSError):  # the end of the test
        while True:
            connection, _ = listening.accept()
            # Another protocol, such as TLS, or a client that has gone.
            with connection, suppress(ConnectionError, ValueError):
                method, path = _read_request(connection)
                connection.sendall(respond(method, path))


def _read_request(connection: socket.socket) -> tuple[str, str]:
    """Method and path of a request that is read to its end."""
    with connection.makefile("rb") as stream:
        method, target, _ = stream.readline().decode().split(" ")
        length = 0
        while (line := stream.readline().decode().strip()) != "":
            name, _, value = line.partition(":")
            length = int(value) if name.lower() == "content-length" else length
        stream.read(length)
    return method, target.partition("?")[0]


def http(body: str | bytes, status: str = "200 OK", content_type: str | None = "application/json", *more: str) -> bytes:
    """An answer of HTTP."""
    content = body.encode() if isinstance(body, str) else body
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close", *more]
    lines += [] if content_type is None else [f"Content-Type: {content_type}"]
    return "\r\n".join([*lines, "", ""]).encode() + content
