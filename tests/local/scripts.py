"""Programs of tests, as shell scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FAKE_GO: Final = """#!/bin/sh
echo "go $*" >> "{calls}"
{behaviour}
"""
WRITES_PROGRAM: Final = 'while [ "$1" != -o ]; do shift; done; echo built > "$2"'


def write_script(file: Path, text: str) -> Path:
    """Write an executable script."""
    file.write_text(text)
    file.chmod(0o755)
    return file
