"""Every secret manager has a snapshot of its manifests, a page, and a row in the table of managers."""

from __future__ import annotations

import re

import pytest

from components.managers.manager import Manager
from components.managers.registry import list_managers
from tests.golden import snapshots
from tests.unit.documented import ROOT
from tests.unit.managers import list_additions, operator

DOCS = ROOT / "docs"

each_manager = pytest.mark.parametrize("manager", list_managers(), ids=lambda manager: manager.settings_key)


def test_no_other_snapshot() -> None:
    files = {snapshots.get_store_file(manager) for manager in list_managers()}
    assert set((snapshots.FOLDER / "stores").iterdir()) - files == set(), "remove the snapshots of no manager"


@each_manager
def test_snapshot(manager: type[Manager]) -> None:
    """Settings of one entry of ``secretStores`` become exactly these manifests, which ESO accepts as they are."""
    built = snapshots.build_store_documents(manager)
    file = snapshots.get_store_file(manager)
    assert snapshots.read_documents(file) == built, f"run `python -m tests.golden` and review {file.name}"
    stores = [document["manifests"][-1] for document in built]
    assert [problem for store in stores for problem in operator().problems(store)] == []
    assert [addition for store in stores for addition in list_additions(store)] == []


@each_manager
def test_example_key(manager: type[Manager]) -> None:
    example = manager.model_validate(dict(manager.example))
    assert example.key_problem(manager.example_key, "acme") is None, f"{manager.__name__} needs another example_key"


@each_manager
def test_documentation(manager: type[Manager]) -> None:
    page, _, anchor = manager.docs_page.partition("#")
    assert (DOCS / page).is_file(), f"write docs/{page}, which {manager.__name__}.docs_page names"
    text = (DOCS / page).read_text()
    assert not anchor or f"\n## {anchor}\n" in text, f"add to docs/{page}: ## {anchor}"
    assert re.search(rf"\b{manager.settings_key}:", text), f"docs/{page} has no block {manager.settings_key}"


def test_table_of_managers() -> None:
    """The first two columns name every manager once, with its page."""
    rows = re.findall(r"^\| (\[`\w+`\]\([^)]+\)) \|", (DOCS / "secret-stores.md").read_text(), re.MULTILINE)
    links = [
        f"[`{manager.settings_key}`]({manager.docs_page.removeprefix('secret-stores.md')})"
        for manager in list_managers()
    ]
    missing = [f"| {link} | <secret manager> | ... |" for link in links if link not in rows]
    assert missing == [], f"add to the table in docs/secret-stores.md: {missing}"
    assert sorted(rows) == sorted(links)
