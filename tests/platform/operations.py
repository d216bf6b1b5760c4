"""The commands of docs/operations.md, run as a reader runs them, and the loss of a state."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Final

from tests.platform.harness import ROOT, Stack

_COMMANDS: Final = dict(
    re.findall(
        r"^##+ ([^\n]+)\n(?:(?!##)[^\n]*\n)*?```sh\n(.*?)```",
        (ROOT / "docs" / "operations.md").read_text(),
        re.MULTILINE | re.DOTALL,
    )
)
"""Heading -> the first block of commands below it."""


def run_documented(stack: Stack, heading: str) -> str:
    """Run the commands below a heading, which must succeed, and return their output."""
    engine = stack.engine
    done = subprocess.run(
        ["sh", "-ec", _COMMANDS[heading]],
        cwd=engine.project,
        env=os.environ | engine.variables() | {"STACK": stack.name, "BACKEND": str(engine.folder / "state")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    stack.outputs.append(done.stdout)
    assert done.returncode == 0, done.stdout
    return done.stdout


def lose_resources(stack: Stack) -> None:
    """Remove every resource from the state."""
    exported = json.loads(stack.ok("stack", "export"))
    exported["deployment"] = {"manifest": exported["deployment"]["manifest"]}
    stack.restore(exported)
