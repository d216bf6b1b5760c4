"""Serve forks of a process that has imported the program and the provider: ``python -m tests.platform.warm.server``.

The argument is the path of its socket. It ends, with all forks, at the end of its standard input.
"""

from __future__ import annotations

import ast
import gc
import importlib
import os
import runpy
import selectors
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from .client import HOST

_IMPORTED: Final = (
    "components.program",
    "components.provider.server",
    "local.language_host",
)
_DESCRIPTORS: Final = 3
"""Standard input, standard output and standard error."""
_REQUEST_TIMEOUT: Final = 5.0
"""Seconds in which a client sends its request; a killed one never does."""


class Start(NamedTuple):
    """What a fork runs."""

    arguments: list[str]
    """Of the interpreter: an option, the path of a script or of a folder, and the arguments for it."""
    environment: dict[str, str]
    folder: str
    descriptors: list[int]


class Server:
    """Forks and their connections, which end together."""

    def __init__(self, path: str) -> None:
        self._selector = selectors.DefaultSelector()
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        self._listener.listen(64)
        self._children: dict[int, socket.socket] = {}
        self._woken, wake = os.pipe()
        os.set_blocking(wake, False)
        signal.set_wakeup_fd(wake)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for readable in (self._listener, self._woken, sys.stdin.fileno()):
            self._selector.register(readable, selectors.EVENT_READ)

    def serve(self) -> Start | None:
        """Serve until the end of the input, which returns None; in a fork, return what it runs."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._listener:
                    if start := self._fork():
                        return start
                elif key.fd == self._woken:
                    os.read(self._woken, 4096)
                    self._reap()
                elif key.fd == sys.stdin.fileno():
                    self._end()
                    return None
                elif key.data in self._children:  # the end of a client, which sends nothing after its request
                    os.kill(key.data, signal.SIGKILL)
                    self._selector.unregister(key.fileobj)

    def _fork(self) -> Start | None:
        connection, _ = self._listener.accept()
        connection.settimeout(_REQUEST_TIMEOUT)
        request, descriptors = _receive(connection)
        connection.settimeout(None)
        child = os.fork() if request else None
        if child == 0:
            os.setsid()
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._selector.close()
            for inherited in (connection, self._listener, *self._children.values()):
                inherited.close()
            arguments, environment, folder = ast.literal_eval(request.decode(errors="surrogateescape"))
            return Start(arguments, environment, folder, descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        if child is None:
            connection.close()
            return None
        _send(connection, child.to_bytes(4, "big"))
        self._children[child] = connection
        self._selector.register(connection, selectors.EVENT_READ, child)
        return None

    def _reap(self) -> None:
        while self._children:
            child, status = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            connection = self._children.pop(child)
            code = os.waitstatus_to_exitcode(status)
            if connection in self._selector.get_map():
                self._selector.unregister(connection)
                _send(connection, (code if code >= 0 else 128 - code).to_bytes(1, "big"))
            connection.close()

    def _end(self) -> None:
        for child in self._children:
            os.kill(child, signal.SIGKILL)


def _receive(connection: socket.socket) -> tuple[bytes, list[int]]:
    """The request of a client and its descriptors; an empty one from a client that ends before it is sent."""
    descriptors: list[int] = []
    request = b""
    with suppress(OSError):
        header, descriptors, _, _ = socket.recv_fds(connection, 4, _DESCRIPTORS)
        size = int.from_bytes(header, "big")
        while len(request) < size and (part := connection.recv(1 << 20)):
            request += part
        if len(request) == size:
            return request, descriptors
    return b"", descriptors


def _send(connection: socket.socket, content: bytes) -> None:
    """Answer a client, which may have been killed meanwhile."""
    with suppress(OSError):
        connection.sendall(content)


def run(start: Start) -> None:
    """Become the process that the interpreter would have been with these arguments."""
    for number, descriptor in enumerate(start.descriptors):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.chdir(start.folder)
    os.environ.clear()
    os.environ.update(start.environment)
    _, script, *rest = start.arguments
    if Path(script).name == HOST:
        # The host watches its parent, which is this server; the client watches the engine.
        os.environ["OPENCHOREO_SECRETS_ENGINE"] = str(os.getppid())
    sys.argv = [script, *rest]
    sys.path[0] = str(Path(script).parent)
    runpy.run_path(script, run_name="__main__")


def main() -> None:
    """Import, say so, and serve."""
    for name in _IMPORTED:
        importlib.import_module(name)
    server = Server(sys.argv[1])
    gc.freeze()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    start: Any = server.serve()
    if start is not None:
        run(start)


if __name__ == "__main__":
    main()
