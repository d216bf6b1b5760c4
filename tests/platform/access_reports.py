"""The command ``access`` about a stack and its live clusters."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any, Final

from tests.platform.harness import Stack

CANARY: Final = "canary-of-the-access-report"
"""Value in secret managers that no report may contain."""


def run_access(stack: Stack, *arguments: str) -> tuple[int, str]:
    """Exit code and standard output."""
    done = subprocess.run(
        [sys.executable, "-m", "components", "access", "--stack", stack.name, "--live", *arguments],
        cwd=stack.engine.project,
        env=os.environ | stack.engine.variables(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    assert CANARY not in done.stdout
    return done.returncode, done.stdout


def read_report(stack: Stack) -> dict[str, Any]:
    """The report as JSON; its exit code must fit."""
    code, text = run_access(stack, "--json")
    report: dict[str, Any] = json.loads(text)
    assert code == (1 if report["crossings"] else 0)
    return report
