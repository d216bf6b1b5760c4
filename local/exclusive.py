"""One command at a time changes a platform, and what a machine lacks ends a command as a message."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .locks import lock_file

Say = Callable[[str], None]

_POLL: Final = 0.2
"""Seconds between two attempts to become the only command."""
_PROGRESS_INTERVAL: Final = 20.0
"""Seconds between two lines of a command that waits."""
_LEAST: Final = 500_000_000
"""Bytes that must be free before a platform starts: it takes half of that, and etcd ends when the disk is full."""
_OF_THE_MACHINE: Final = frozenset({errno.EACCES, errno.EDQUOT, errno.ENOSPC, errno.EPERM, errno.EROFS})


class MachineError(Exception):
    """The machine does not have what a platform needs; the message says what and where."""


@contextmanager
def only_command(folder: Path, say: Say) -> Iterator[None]:
    """Run after all other commands that use the same folder have ended; no file is left.

    Args:
        folder: exists as long as the commands do.
        say: receives the reason of a wait.

    Raises:
        MachineError: the folder or the disk refuses what the command writes.
    """
    started = reported = time.monotonic()
    announced = False

    def pause() -> None:
        nonlocal announced, reported
        if not announced:
            say("Another `make local` or `make down` of this checkout runs; waiting until it ends.")
            announced = True
        elif time.monotonic() - reported >= _PROGRESS_INTERVAL:
            reported = time.monotonic()
            say(f"  still waiting: {reported - started:.0f} s so far")
        time.sleep(_POLL)

    file = os.open(folder, os.O_RDONLY)
    try:
        with lock_file(file, pause):
            yield
    except OSError as error:
        if error.errno not in _OF_THE_MACHINE:
            raise
        msg = f"{error.filename or folder}: {os.strerror(error.errno).lower()}; the platform has to write there"
        raise MachineError(msg) from None
    finally:
        os.close(file)


def check_disk(folder: Path) -> None:
    """Return if a platform fits on the disk of a folder.

    Raises:
        MachineError: too little is free.
    """
    free = shutil.disk_usage(folder).free
    if free < _LEAST:
        text = f"{free // 1_000_000} MB of free disk space, expected at least {_LEAST // 1_000_000} MB"
        msg = f"{folder}: {text}; free some space, because etcd ends when the disk is full"
        raise MachineError(msg)
