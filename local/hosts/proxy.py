"""A proxy that leads every host name to one server on loopback, so that clients use the names of the stack."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from collections.abc import Mapping
from typing import Final

_LONGEST_HEAD: Final = 1 << 16
_CHUNK: Final = 1 << 16
_TIMEOUT: Final = 60
"""Seconds without a byte from either side."""


class Proxy(socketserver.ThreadingTCPServer):
    """Answers ``CONNECT`` with a connection to its server; the TLS between client and server passes unchanged."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, target: int, others: Mapping[str, int]) -> None:
        """Listen on loopback.

        Args:
            port: port of the proxy.
            target: port of the server.
            others: host names that lead to other ports.
        """
        super().__init__(("127.0.0.1", port), _Tunnel)
        self._target = target
        self._others = others

    def find_port(self, authority: str) -> int:
        """Port of loopback for ``name:port`` of a request."""
        return self._others.get(authority.rpartition(":")[0], self._target)


class _Tunnel(socketserver.BaseRequestHandler):
    server: Proxy

    def handle(self) -> None:
        client: socket.socket = self.request
        client.settimeout(_TIMEOUT)
        # Whoever goes away first ends the tunnel.
        with contextlib.suppress(OSError):
            method, _, rest = _read_head(client).decode("latin-1").partition(" ")
            if method != "CONNECT":
                client.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nAllow: CONNECT\r\nContent-Length: 0\r\n\r\n")
                return
            port = self.server.find_port(rest.partition(" ")[0])
            with socket.create_connection(("127.0.0.1", port), _TIMEOUT) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=_copy, args=(server, client), daemon=True)
                back.start()
                _copy(client, server)
                back.join()


def _read_head(client: socket.socket) -> bytes:
    """Everything up to the empty line; a client of ``CONNECT`` sends no more before it has an answer."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD and (data := client.recv(_CHUNK)):
        head += data
    return head


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Copy until the source ends, then end the target."""
    with contextlib.suppress(OSError):
        while data := source.recv(_CHUNK):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
