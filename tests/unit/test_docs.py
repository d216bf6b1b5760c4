"""README, docs and Pulumi.yaml say what the code does: every key, every block, every link, every command."""

from __future__ import annotations

import ast
import importlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from pydantic.alias_generators import to_camel

from components.openchoreo import V1
from components.schema.model import Model
from components.settings.stack import StackSettings
from tests.unit.documented import PAGES, ROOT, blocks, configurations, settings_of


def _list_models(model: type[Model]) -> Iterator[type[Model]]:
    """Every model of the settings, at any depth."""
    for derived in model.__subclasses__():
        if derived.__module__.startswith("components."):
            yield derived
        yield from _list_models(derived)


MODELS = sorted(set(_list_models(Model)), key=lambda model: f"{model.__module__}.{model.__name__}")


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_documented(model: type[Model]) -> None:
    documented = "".join(page.read_text() for page in PAGES)
    keys = [str(field.alias) for field in model.model_fields.values()]
    missing = [key for key in keys if not re.search(rf"\b{key}\b", documented)]
    assert missing == [], f"describe in docs/ these keys of {model.__name__}, on the page of its feature: {missing}"


def test_pulumi_declares_every_key_with_a_description() -> None:
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    words = {word for path, word in V1.words.items() if "." not in path}
    assert set(declared) == {*map(to_camel, StackSettings.model_fields), *words, "manualSecrets"}
    assert [key for key, entry in declared.items() if not entry.get("description")] == []


def test_pulumi_leaves_every_mistake_to_the_program() -> None:
    """Pulumi stops at the first value of another type than the declared one, and at a key without a default."""
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    required = {to_camel(name) for name, field in StackSettings.model_fields.items() if field.is_required()}
    assert [key for key, entry in declared.items() if "default" not in entry or "type" in entry] == []
    assert {key: declared[key]["default"] for key in required} == {"clusters": {}, "organizations": []}
    assert declared["namespaces"]["default"] == []


@pytest.mark.parametrize("block", list(blocks()))
def test_every_block_of_configuration_is_accepted(block: dict[str, Any]) -> None:
    found = list(configurations(block))
    assert [len(settings_of(config).organizations) for config in found] == [
        len(config.get("namespaces") or config["organizations"]) for config in found
    ]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_and_command_exists(page: Path) -> None:
    text = page.read_text()
    links = [link.partition("#")[0] for link in re.findall(r"\]\(((?!https?:)[^)]+)\)", text)]
    assert [link for link in links if link and not (page.parent / link).is_file()] == []
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_to_a_heading_has_one(page: Path) -> None:
    links = re.findall(r"\]\(((?!https?:)[^)#]*)#([^)]+)\)", page.read_text())
    broken = [
        f"{target}#{anchor}"
        for target, anchor in links
        if anchor not in anchors((page.parent / target) if target else page)
    ]
    assert broken == []


@pytest.mark.parametrize(
    ("folder", "index"),
    [("docs", "README.md"), ("docs/decisions", "README.md"), ("docs/stores", "../secret-stores.md")],
)
def test_every_page_is_in_the_index(folder: str, index: str) -> None:
    file = (ROOT / folder / index).resolve()
    linked = {(file.parent / link).resolve() for link in re.findall(r"\]\(([^)#]+\.md)", file.read_text())}
    pages = {page for page in (ROOT / folder).glob("*.md") if page != file}
    assert pages
    missing = [f"[<title>]({os.path.relpath(page, file.parent)})" for page in sorted(pages - linked)]
    assert missing == [], f"add to {file.relative_to(ROOT)}: {missing}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_runs_where_a_reader_is(page: Path) -> None:
    """The package is in the virtual environment of a repository (docs/first-stack.md), not on PATH."""
    text = page.read_text()
    commands = re.findall(r"([\w/]*)openchoreo-secrets (?:access|offboarding|orphans) --stack", text)
    assert [prefix for prefix in commands if prefix != "venv/bin/"] == []
    assert re.findall(r"-m components \w+ --stack .*", text) == [], "a command of a checkout only"
    assert re.findall(r"sed -i (?!\.).*", text) == [], "macOS needs a suffix: sed -i.bak"


def anchors(page: Path) -> set[str]:
    """Anchors of the headings, as GitHub derives them."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


PYTHON = [
    pytest.param(dedent(block), id=f"{page.relative_to(ROOT).as_posix()}-{number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL))
]


@pytest.mark.parametrize("block", PYTHON)
def test_every_program_imports_what_exists(block: str) -> None:
    for statement in ast.walk(ast.parse(block)):
        if isinstance(statement, ast.ImportFrom) and str(statement.module).startswith("openchoreo_secrets"):
            module = importlib.import_module(str(statement.module).replace("openchoreo_secrets", "components"))
            assert [alias.name for alias in statement.names if not hasattr(module, alias.name)] == []
