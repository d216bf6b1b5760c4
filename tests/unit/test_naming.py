"""Names in the code: a function does not repeat the name of its module, and no name is vague."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
VAGUE: Final = frozenset(
    {"amiss", "complaint", "each", "found", "given", "heard", "known", "look", "made", "said", "told", "unmade"}
    | {"told_apart_by", "wanted", "InAws", "Managed", "Seen"}
)
"""Participles and pronouns without a meaning of their own: use ``problems``, ``organization``, ``manifests``."""
MODULES: Final = [
    str(file.relative_to(ROOT))
    for folder in ("components", "local")
    for file in sorted(ROOT.joinpath(folder).rglob("*.py"))
]


def bad_names(source: str, module: str) -> Iterator[str]:
    """``<line>: <name>`` of each function or class with the name of its module, and of each vague name."""
    tree = ast.parse(source)
    methods = {id(item) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for item in node.body}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name in VAGUE or (node.name == module and id(node) not in methods):
                yield f"{node.lineno}: {node.name}"
        elif isinstance(node, ast.arg):
            if node.arg in VAGUE:
                yield f"{node.lineno}: {node.arg}"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in VAGUE:
            yield f"{node.lineno}: {node.id}"


@pytest.mark.parametrize("path", MODULES)
def test_names_are_specific(path: str) -> None:
    file = ROOT / path
    module = file.parent.name if file.name == "__init__.py" else file.stem
    assert list(bad_names(file.read_text(), module)) == []


@pytest.mark.parametrize(
    ("source", "names"),
    [
        pytest.param("def patch(): ...", ["1: patch"], id="function-of-the-module"),
        pytest.param("async def patch(): ...", ["1: patch"], id="coroutine-of-the-module"),
        pytest.param("class patch: ...", ["1: patch"], id="class-of-the-module"),
        pytest.param("def f():\n    def patch(): ...", ["2: patch"], id="nested-function"),
        pytest.param("class A:\n    def patch(self): ...", [], id="method"),
        pytest.param("def found(): ...", ["1: found"], id="vague-function"),
        pytest.param("class A:\n    made: int", ["2: made"], id="vague-field"),
        pytest.param("def f(known): ...", ["1: known"], id="vague-argument"),
        pytest.param("x = [each for each in y]", ["1: each"], id="vague-variable"),
        pytest.param("def apply_patch(target):\n    problems = target.found", [], id="specific"),
    ],
)
def test_bad_names_are_detected(source: str, names: list[str]) -> None:
    assert list(bad_names(source, "patch")) == names
