"""``make local`` in a copy of this project."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.platform.harness import ROOT, make_project


@contextmanager
def copy_checkout(folder: Path) -> Iterator[Path]:
    """A copy of this project with its stacks and the local platform, which is removed at the end."""
    make_project(folder)
    shutil.rmtree(folder / "stacks")
    for name in ("local", "stacks"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    yield folder
    run(folder, "down")


def run(folder: Path, *command: str, code: int = 0) -> str:
    """Output of ``python -m local <command>``, which must end with an exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "local", *command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout
