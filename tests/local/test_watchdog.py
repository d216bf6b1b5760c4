"""The platform of a killed test run is stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from local.platform import Platform
from tests.platform.harness import eventually
from tests.platform.watchdog import stopped_at_the_end

ROOT: Final = Path(__file__).resolve().parents[2]
RUN: Final = """
import sys
from pathlib import Path
from local.platform import Platform
from tests.platform.watchdog import stopped_at_the_end

with stopped_at_the_end(Platform(Path(sys.argv[1]), {})) as platform:
    platform.process("etcd").start([sys.argv[2], "600"])
    print("started", flush=True)
    sys.stdin.read()
"""


def test_a_killed_run(tmp_path: Path) -> None:
    etcd = Platform(tmp_path, {}).process("etcd")
    command = [sys.executable, "-c", RUN, str(tmp_path), "/bin/sleep"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"started\n"
        assert etcd.pid() is not None
        run.kill()
    eventually(lambda: etcd.pid() is None, "the program to end")


def test_a_run_that_ends(tmp_path: Path) -> None:
    """Only the run itself can collect its child processes."""
    platform = Platform(tmp_path, {})
    with stopped_at_the_end(platform):
        platform.process("etcd").start(["/bin/sleep", "600"])
        pid = platform.process("etcd").pid()
        assert pid is not None
    assert platform.process("etcd").pid() is None
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
