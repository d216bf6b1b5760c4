"""A new release of OpenChoreo is one module: the recipe of CONTRIBUTING.md, followed in a copy of this project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
RECIPE: Final = (
    (ROOT / "CONTRIBUTING.md").read_text().partition("### Add an OpenChoreo release\n")[2].partition("\n### ")[0]
)
NEW: Final = "v1.3"
COPIED: Final = (
    "components",
    "docs",
    "local",
    "plugin",
    "stacks",
    "tests/golden",
    "tests/mocks",
    "tests/platform",
    "tests/unit",
)
SELECTION: Final = (
    "tests/unit/test_releases.py",
    "tests/unit/test_release_table.py",
    "tests/unit/test_words.py",
    "tests/mocks/test_golden.py::test_resources[local-v1]",
)
PROGRAM: Final = f"""
import yaml
from components import find_release, parse
from tests.unit.built import manifests
from tests.unit.releases import in_words
from tests.unit.samples import raw

for name in ("v1.2", "{NEW}"):
    release = find_release(name)
    settings = parse(in_words(raw(), release), source="test")
    assert settings.release == name
    print(yaml.safe_dump_all(manifests(settings)), end="%")
"""


def _blocks(language: str) -> list[str]:
    blocks = re.findall(rf"^ *```{language}\n(.*?)^ *```$", RECIPE, re.DOTALL | re.MULTILINE)
    return [dedent(block) for block in blocks]


def _copy_project(folder: Path) -> None:
    """The pure packages, their tests and pages, with OpenChoreo's own definitions beside them as they are here."""
    for name in COPIED:
        # With the compiled modules, which are valid for files of the same time.
        shutil.copytree(ROOT / name, folder / name)
    for file in (*ROOT.glob("*.*"), *(ROOT / "tests").glob("*.py")):
        if file.is_file():
            shutil.copy(file, folder / file.relative_to(ROOT))
    shared = ROOT.parent / "shared"
    if shared.exists():
        (folder.parent / "shared").symlink_to(shared)


def _apply(difference: str, folder: Path) -> Path:
    """Make one change of the recipe; every text that it replaces must be in the file once."""
    heading, _, changes = difference.partition("\n")
    file = folder / heading.removeprefix("--- ")
    for change in changes.split("@@\n"):
        lines = change.splitlines(keepends=True)
        before, after = ("".join(line[1:] for line in lines if line[0] in kept) for kept in (" -", " +"))
        text = file.read_text()
        assert text.count(before) == 1, before
        file.write_text(text.replace(before, after))
    return file


def _list_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for file in folder.rglob("*"):
        if file.is_file() and "__pycache__" not in file.parts:
            yield str(file.relative_to(folder)), file.read_bytes()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of this project with the new release."""
    folder = tmp_path / "project"
    _copy_project(folder)
    before = dict(_list_files(folder))
    (module,) = _blocks("python")
    place = module.partition("\n")[0].removeprefix("# ")
    (folder / place).write_text(module.partition("\n")[2])
    edited = [_apply(difference, folder) for difference in _blocks("diff")]
    changed = {name for name, content in _list_files(folder) if before.get(name) != content}
    assert changed == {place, *(str(file.relative_to(folder)) for file in edited)}
    assert {name for name in changed if not name.startswith("docs/")} == {
        "components/openchoreo/__init__.py",
        "components/openchoreo/v1_3.py",
    }
    return folder


def _run(project: Path, *arguments: str) -> str:
    """Output of Python in the copy, without what the coverage of this run sets."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("COV", "PYTEST"))}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_new_release_is_one_module(project: Path) -> None:
    of_the_last, of_the_new, rest = _run(project, "-c", PROGRAM).split("%")
    assert rest == ""
    assert "kind: ExternalSecret\n" in of_the_new
    assert of_the_new == of_the_last

    for file, word in (
        ("stacks/Pulumi.local-v1.yaml", "release: {}\n"),
        ("tests/golden/local-v1.json", '"release": "{}"'),
    ):
        text = (project / file).read_text()
        assert word.format("v1") in text
        (project / file).write_text(text.replace(word.format("v1"), word.format(NEW)))
    printed = _run(project, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", *SELECTION)
    assert re.search(r"^\d+ passed", printed.splitlines()[-1]), printed
