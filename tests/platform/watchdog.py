"""Stops a platform when the process that watches it is gone: a worker that is killed ends no fixture."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.platform import Platform

_ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def stopped_at_the_end(platform: Platform) -> Iterator[Platform]:
    """The platform, which is stopped after the block, or as soon as this process has ended, killed or not."""
    command = [sys.executable, "-m", __name__, str(platform.folder)]
    # The end of its input is the end of this process; a signal to the group of a terminal must not reach it.
    watchdog = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, start_new_session=True)
    try:
        yield platform
    finally:
        # Not by the watchdog: only the parent of the programs can collect them.
        platform.stop()
        watchdog.communicate()


def main() -> None:
    """Wait for the end of the standard input, then stop the platform in the folder."""
    sys.stdin.buffer.read()
    Platform(Path(sys.argv[1]), {}).stop()


if __name__ == "__main__":
    main()
