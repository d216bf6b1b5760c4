"""A lock for each folder of the program cache."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def lock_folder(folder: Path, pause: Callable[[], object]) -> Iterator[None]:
    """Hold the lock of a folder, which is created; the kernel releases it when the process ends, however it ends.

    Args:
        folder: the folder.
        pause: waits a moment; called again and again while another process or thread holds the lock.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        while not _try_lock(lock.fileno()):
            pause()
        yield


def _try_lock(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
