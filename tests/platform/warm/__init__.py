"""Python processes of the Pulumi engine as forks of one that has imported everything, which saves most of their time.

A run of Pulumi starts up to seven Python processes: language hosts, the program, and one provider for each cluster. On
a slow core, each of them imports for seconds and works for tenths of a second. A server has imported what they
use; `client` stands for their interpreter and asks the server for a fork.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from local.engine import Engine

from . import client

_ROOT: Final = Path(__file__).resolve().parents[3]
_SEEDS: Final = ("1", "2")
"""Seeds of hashes, one for each server: runs iterate sets in different orders, as separate processes do."""


class Warm:
    """Servers for the engines of one process of pytest."""

    def __init__(self, sockets: Sequence[Path]) -> None:
        self._sockets = sockets

    def use(self, engine: Engine) -> Engine:
        """Let an engine use the servers in its project, which no other engine may use; returns the engine.

        What the servers cannot start, and everything where ``COLD_START`` is set, starts as always.
        """
        venv = engine.project / "venv"
        _replace_interpreter(venv, self._sockets)
        _replace_host(engine.folder / "bin" / "pulumi-language-python", venv / "bin" / "python")
        return engine


@contextmanager
def start_warm() -> Iterator[Warm]:
    """Serve until the block ends."""
    # The path of a socket must be short, which those of the folders of tests are not everywhere.
    with ExitStack() as servers:
        folder = Path(servers.enter_context(tempfile.TemporaryDirectory()))
        yield Warm([servers.enter_context(start_server(folder / seed, seed)) for seed in _SEEDS])


@contextmanager
def start_server(socket: Path, seed: str) -> Iterator[Path]:
    """Serve at a socket until the block ends, with a seed of hashes."""
    command = [sys.executable, "-u", "-m", f"{__name__}.server", str(socket)]
    environment = os.environ | {"PYTHONHASHSEED": seed}
    # The end of its input is the end of this process; a signal to the group of a terminal must not reach it.
    with subprocess.Popen(
        command, cwd=_ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            assert server.stdout.readline() == b"ready\n", "the server of warm processes has not started"
            yield socket
        finally:
            server.stdin.close()


def _replace_interpreter(venv: Path, sockets: Sequence[Path]) -> None:
    """Put the client in the place of the interpreter of a virtual environment."""
    real = venv.resolve()
    venv.unlink()
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").symlink_to(real / "pyvenv.cfg")
    (venv / "lib").symlink_to(real / "lib")
    # Neither `site` nor the environment's variables: the client needs the standard library only.
    start = [os.path.realpath(sys.executable), "-ISE", client.__file__, str(real / "bin" / "python")]
    _write_script(venv / "bin" / "python", shlex.join([*start, ",".join(map(str, sockets))]))


def _replace_host(host: Path, python: Path) -> None:
    """Let the project's own language host start with the client too; Pulumi's official one is a program."""
    if host.exists() and client.HOST.encode() in (content := host.read_bytes()):
        # Engines of several projects may share a folder of programs; the first one has changed it.
        start, served = (f"exec {shlex.quote(str(path))}" for path in (sys.executable, python))
        host.write_text(content.decode().replace(start, served))


def _write_script(path: Path, command: str) -> None:
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    path.chmod(0o755)
