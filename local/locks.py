"""Locks that the kernel releases when a process ends, however it ends."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def lock_folder(folder: Path, pause: Callable[[], object]) -> Iterator[None]:
    """Hold the lock of a folder of the program cache, which is created.

    Args:
        folder: the folder.
        pause: waits a moment; called again and again while another process or thread holds the lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock, lock_file(lock.fileno(), pause):
        yield


@contextmanager
def lock_file(file: int, pause: Callable[[], object]) -> Iterator[None]:
    """Hold the lock of an open file or folder until it is closed.

    Args:
        file: its descriptor.
        pause: as for `lock_folder`.
    """
    while not _try_lock(file):
        pause()
    yield


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
