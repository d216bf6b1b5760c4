"""No file is longer than a reader can keep in mind."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 300
FILES = sorted(
    str(path.relative_to(ROOT))
    for folder in ("components", "local", "plugin", "tests", "docs")
    for path in (ROOT / folder).rglob("*.py")
)


@pytest.mark.parametrize("file", FILES)
def test_length(file: str) -> None:
    assert len((ROOT / file).read_text().splitlines()) <= LONGEST
