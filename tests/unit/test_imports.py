"""Test modules share through fixture modules: no module imports from a test module."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]


def modules_imported_by(source: str) -> Iterator[str]:
    """Dotted names of everything that Python source imports, relative imports too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def imported_test_modules(source: str) -> list[str]:
    """The test modules among them; the last part of a name may be a function."""
    return [
        name
        for name in modules_imported_by(source)
        if name.lstrip(".").startswith("tests.") or name.startswith(".")
        if any(part.startswith("test_") for part in name.split("."))
    ]


def test_nothing_imports_from_a_test_module() -> None:
    problems = {
        str(file.relative_to(TESTS)): imported
        for file in sorted(TESTS.rglob("*.py"))
        if (imported := imported_test_modules(file.read_text()))
    }
    assert problems == {}, "move what is shared into a fixture module, such as tests/unit/samples.py"


@pytest.mark.parametrize(
    "source",
    [
        "from tests.unit.test_crds import FULL",
        "from tests.unit import test_crds",
        "import tests.unit.test_crds",
        "from .test_crds import FULL",
        "from . import test_crds",
        "from ..unit.test_crds import FULL",
        "def function():\n    from tests.unit.test_crds import FULL",
    ],
)
def test_every_form_of_import_is_recognized(source: str) -> None:
    assert imported_test_modules(source)


def test_fixture_modules_may_be_imported() -> None:
    assert imported_test_modules("from tests.unit.samples import raw\nfrom hypothesis import strategies\n") == []
