"""A proxy to one server, for the tests of proxies."""

from __future__ import annotations

import contextlib
import socket
import threading


class Proxy:
    """SOCKS5 if the first byte of a connection says so, else HTTP CONNECT; every target is the same server."""

    def __init__(self, target: int) -> None:
        """Listen at once.

        Args:
            target: port of the server on this machine.
        """
        self.requests: list[bytes] = []
        """What the clients asked for: logins of SOCKS, addresses of servers, headers of HTTP."""
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._clients: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Stop listening, and end the connections of clients."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._threads[0].join()
        self._listening.close()
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self._clients.append(client)
                thread = threading.Thread(target=self._serve, args=(client,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target)) as server, contextlib.suppress(OSError):
            first = client.recv(4096)
            if first[:1] == b"\x05":
                with_login = b"\x02" in first[2:]
                client.sendall(b"\x05\x02" if with_login else b"\x05\x00")
                if with_login:
                    self.requests.append(client.recv(4096))
                    client.sendall(b"\x01\x00")
                self.requests.append(client.recv(4096))
                client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            else:
                self.requests.append(first)
                client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            back = threading.Thread(target=_copy, args=(server, client))
            back.start()
            _copy(client, server)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
