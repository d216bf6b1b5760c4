"""The command line of this package, run for a stack of the platform."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.platform.harness import Stack


def run_command(stack: Stack, *arguments: str) -> tuple[int, str]:
    """Exit code, and everything that the command prints."""
    command = [sys.executable, "-m", "components", *arguments]
    done = subprocess.run(
        command,
        cwd=stack.engine.project,
        env=os.environ | stack.engine.variables(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    stack.outputs.append(done.stdout)
    return done.returncode, done.stdout
