"""Long-running programs that outlive the command that started them, each known by its own pid."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_POLL: Final = 0.05
_STOP: Final = 15.0


class ProcessError(Exception):
    """A program did not come up, with the end of its log."""


@dataclass(frozen=True)
class Process:
    """A program, its pid file and its log, all in one folder."""

    name: str
    folder: Path

    @property
    def log(self) -> Path:
        """What it printed."""
        return self.folder / f"{self.name}.log"

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"

    def pid(self) -> int | None:
        """Its pid while it runs. A pid that another program has got meanwhile does not count."""
        try:
            pid, executable = self._pid_file.read_text().split("\n", 1)
        except (OSError, ValueError):
            return None
        done = subprocess.run(["ps", "-ww", "-p", pid, "-o", "args="], capture_output=True, text=True, check=False)
        # A pid file that a crash left without the program's name fits no program.
        return int(pid) if executable and f"{done.stdout.strip()} ".startswith(f"{executable.strip()} ") else None

    def start(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start it in a process group of its own, so that Ctrl-C in the terminal does not reach it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        null = os.open(os.devnull, os.O_RDONLY)
        pid = os.posix_spawn(
            command[0],
            list(command),
            {**os.environ, **(environment or {})},
            file_actions=[(os.POSIX_SPAWN_DUP2, source, number) for number, source in enumerate((null, log, log))],
            setpgroup=0,
        )
        os.close(log)
        os.close(null)
        self._pid_file.write_text(f"{pid}\n{command[0]}")
        # The kernel lets us go on before the new program's arguments can be read, which is what `pid` knows it by.
        deadline = time.monotonic() + _STOP
        while self.pid() is None and time.monotonic() < deadline and os.waitpid(pid, os.WNOHANG)[0] != pid:
            time.sleep(_POLL)

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Wait until it is ready.

        Raises:
            ProcessError: it ended, or is not ready in time.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if self.pid() is None or time.monotonic() > deadline:
                state = "ended" if self.pid() is None else f"is not ready after {seconds:g} s"
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])
                msg = f"{self.name} {state} (all of its output: {self.log}):\n{tail}"
                raise ProcessError(msg)
            time.sleep(_POLL)

    def stop(self) -> bool:
        """Stop it and wait until it is gone; False if it was not running."""
        pid = self.pid()
        if pid is None:
            self._pid_file.unlink(missing_ok=True)
            return False
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + _STOP
        while self._alive(pid):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
            time.sleep(_POLL)
        self._pid_file.unlink(missing_ok=True)
        return True

    def _alive(self, pid: int) -> bool:
        try:
            # A child of this very process stays a zombie until it is waited for.
            if os.waitpid(pid, os.WNOHANG)[0] == pid:
                return False
        except ChildProcessError:
            pass
        return self.pid() == pid
