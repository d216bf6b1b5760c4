"""What the local platform takes: memory of each program, and disk space of its data and of the program cache."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import psutil

from components.table import format_table

from .obtain import get_cache_folder
from .platform import Platform
from .sources import ObtainError

_MEGABYTE: Final = 1 << 20
_GIGABYTE: Final = 1 << 30
_BLOCK: Final = 512
"""Bytes of one block of ``st_blocks``."""


def format_footprint(platform: Platform, context: str | None = None) -> str:
    """A table of resident memory, and a line about disk space.

    Args:
        platform: the programs and their folder.
        context: of the cluster, for a trial on a cluster of the user.
    """
    down = "make down" if context is None else f"make down CONTEXT={context}"
    sizes = {name: _measure_memory(platform, name) for name in platform.names}
    rows = [(name, f"{size / _MEGABYTE:.0f} MB") for name, size in {**sizes, "total": sum(sizes.values())}.items()]
    cache, data = measure_folders(get_cache_folder(), platform.folder)
    return (
        f"{format_table(('PROGRAM', 'RESIDENT'), rows)}\n"
        f"Disk: {data / _GIGABYTE:.1f} GB in {platform.folder.name}/ ({down} frees it), "
        f"{cache / _GIGABYTE:.1f} GB in the program cache (make clean-cache)"
    )


def measure_folders(*folders: Path) -> list[int]:
    """Bytes that folders take on the disk; a file with several names counts once, in the first folder."""
    seen: set[tuple[int, int]] = set()
    return [sum(_walk(str(folder), seen)) for folder in folders]


def clean_cache() -> int:
    """Delete the program cache and return how many bytes are free then.

    Raises:
        ObtainError: a program is being downloaded or built; nothing is deleted.
    """
    folder = get_cache_folder()
    (before,) = measure_folders(folder)
    with ExitStack() as locks:
        for lock in sorted(folder.glob("*/lock")):
            file = locks.enter_context(lock.open("w"))
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                msg = (
                    f"{lock.parent}: is in use by a download or a build; wait until it ends, then run make clean-cache"
                )
                raise ObtainError(msg) from None
        shutil.rmtree(folder, ignore_errors=True)
    return before - sum(measure_folders(folder))


def _measure_memory(platform: Platform, name: str) -> int:
    """Resident bytes of a program. 0: it does not run."""
    pid = platform.process(name).pid()
    with contextlib.suppress(psutil.Error):
        return int(psutil.Process(pid).memory_info().rss) if pid is not None else 0
    return 0


def _walk(folder: str, seen: set[tuple[int, int]]) -> Iterator[int]:
    """Sizes of the files below a folder; one that goes away meanwhile counts nothing."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                status = entry.stat(follow_symlinks=False)
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    yield status.st_blocks * _BLOCK
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path, seen)
