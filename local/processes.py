"""Programs that run after the command that started them has ended, each identified by its pid and its command."""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

_POLL: Final = 0.05
"""Seconds between two checks of a program that starts."""
_GRACE: Final = 15.0
"""Seconds that a program has to appear in the process table, or to end after SIGTERM."""
_LOG_LINES: Final = 8


class ProcessError(Exception):
    """A program cannot be started, or did not become ready; then the message ends with the last lines of its log."""


@dataclass(frozen=True)
class Process:
    """A program, its pid file and its log, all in one folder."""

    name: str
    folder: Path

    @property
    def log(self) -> Path:
        """File with its standard output and standard error, of the last start only."""
        return self.folder / f"{self.name}.log"

    @property
    def _pid_file(self) -> Path:
        return self.folder / f"{self.name}.pid"

    def pid(self) -> int | None:
        """Its pid. None: it does not run, or the system has given its pid to another program."""
        running = self._running()
        return running.pid if running else None

    def start(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        """Start it in its own process group, so that Ctrl-C in the terminal does not reach it.

        Args:
            command: absolute path of the executable, then its arguments.
            environment: variables added to those of this process.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        log = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        null = os.open(os.devnull, os.O_RDONLY)
        # Not Popen, which warns about a program that still runs when its object is collected.
        pid = os.posix_spawn(
            command[0],
            list(command),
            {**os.environ, **(environment or {})},
            file_actions=[(os.POSIX_SPAWN_DUP2, source, number) for number, source in enumerate((null, log, log))],
            setpgroup=0,
        )
        os.close(log)
        os.close(null)
        self._pid_file.write_text(f"{pid}\n{json.dumps(list(command))}")
        # posix_spawn returns before the kernel shows the new program's arguments, by which `pid` identifies it.
        deadline = time.monotonic() + _GRACE
        while self.pid() is None and time.monotonic() < deadline and os.waitpid(pid, os.WNOHANG)[0] != pid:
            time.sleep(_POLL)

    def wait_until(self, ready: Callable[[], bool], seconds: float) -> None:
        """Poll until the program is ready.

        Raises:
            ProcessError: it has ended, or is not ready within `seconds`.
        """
        deadline = time.monotonic() + seconds
        while not ready():
            if self.pid() is None or time.monotonic() > deadline:
                state = "ended" if self.pid() is None else f"is not ready after {seconds:g} s"
                tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-_LOG_LINES:])
                msg = f"{self.name} {state} (full log: {self.log}):\n{tail}"
                raise ProcessError(msg)
            time.sleep(_POLL)

    def stop(self) -> bool:
        """Stop it and wait until it has ended: SIGTERM, then SIGKILL after 15 s. False if it was not running."""
        running = self._running()
        if running is not None:
            with contextlib.suppress(psutil.NoSuchProcess):
                running.terminate()
                if not _ends(running, _GRACE):
                    running.kill()
                    _ends(running, _GRACE)
        self._pid_file.unlink(missing_ok=True)
        return running is not None

    def _running(self) -> psutil.Process | None:
        try:
            pid, text = self._pid_file.read_text().split("\n", 1)
            process = psutil.Process(int(pid))
            # The whole command, because several programs may share an executable, such as Python's. An earlier version
            # wrote the executable alone. A crash while the file was written may have left less, which matches nothing.
            command = json.loads(text) if text.startswith("[") else [text.strip()]
            matches = bool(command) and process.cmdline()[: len(command)] == command
        except (OSError, ValueError, psutil.Error):
            return None
        return process if matches else None


def _ends(process: psutil.Process, seconds: float) -> bool:
    """Wait until a program has ended; False if it runs on.

    A zombie counts as ended: its parent reaps it seconds later, or never, as in a container without an init process.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            process.wait(_POLL)
        except psutil.TimeoutExpired:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        else:
            return True
    return False
