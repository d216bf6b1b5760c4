"""Stands for a Python interpreter: asks a server for a fork, and lives exactly as long as it.

Arguments: the real interpreter, sockets of servers separated by commas, and the arguments of the interpreter. What no
server can start, the real interpreter starts. This file imports no package and little of the standard library.
"""

import os
import select
import signal
import socket
import sys

COLD = "COLD_START"
"""Environment variable with which every process starts with an interpreter of its own."""
PROGRAM = "pulumi-language-python-exec"
HOST = "language_host.py"
PLUGIN = "plugin"
_PARENT_CHECK = 0.5
"""Seconds between two checks that the parent lives."""


def is_served(arguments: list[str]) -> bool:
    """Whether these are arguments with which the engine or its language host starts a Python process."""
    return arguments[:1] in (["-u"], ["-P"]) and os.path.basename(arguments[1]) in (PROGRAM, HOST, PLUGIN)


def main() -> int:
    """Start a process like the interpreter's and return its exit code."""
    parent = os.getppid()
    real, sockets, *arguments = sys.argv[1:]
    if COLD in os.environ or not is_served(arguments):
        os.execv(real, [real, *arguments])
    places = sockets.split(",")
    with socket.socket(socket.AF_UNIX) as connection:
        request = repr((arguments, dict(os.environ), os.getcwd())).encode(errors="surrogateescape")
        try:
            connection.connect(places[os.getpid() % len(places)])
            socket.send_fds(connection, [len(request).to_bytes(4, "big")], [0, 1, 2])
            connection.sendall(request)
            child = int.from_bytes(connection.recv(4), "big")
        except OSError:
            child = 0
        if not child:
            os.execv(real, [real, *arguments])
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda received, _: os.kill(child, received))
        # When this process is killed, the server kills the child; when the parent is, this process has to end.
        while not select.select([connection], [], [], _PARENT_CHECK)[0]:
            if os.getppid() != parent:
                return 1
        return int.from_bytes(connection.recv(1) or b"\1", "big")


if __name__ == "__main__":
    sys.exit(main())
