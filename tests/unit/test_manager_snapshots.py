"""Every secret manager has a snapshot of its manifests, a page, and a row in the table of managers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.managers.cluster_secret_store import render_identity, render_store
from components.managers.manager import Endpoint, Manager
from components.managers.registry import list_managers
from components.settings.parsing import parse
from tests.unit.managers import operator
from tests.unit.samples import FAKE_VALUES, MANUAL, SOURCE, planned, raw

SNAPSHOTS = Path(__file__).parent / "snapshots" / "stores"
DOCS = Path(__file__).resolve().parents[2] / "docs"
ENDPOINT = Endpoint("https://127.0.0.1:6443", "Q0E=")

each_manager = pytest.mark.parametrize("manager", list_managers(), ids=lambda manager: manager.settings_key)


def test_a_snapshot_for_every_manager_and_no_other() -> None:
    assert sorted(path.stem for path in SNAPSHOTS.iterdir()) == [manager.settings_key for manager in list_managers()]


@each_manager
def test_snapshot(manager: type[Manager]) -> None:
    """Settings of one entry of ``secretStores`` become exactly these manifests, which ESO accepts as they are."""
    snapshot: dict[str, Any] = yaml.safe_load((SNAPSHOTS / f"{manager.settings_key}.yaml").read_text())
    entry = {manager.settings_key: snapshot["settings"]}
    parse(raw({"secretStores.default": entry}), source=SOURCE, manual_names=MANUAL)
    store = planned(entry)
    manifests = [*render_identity(store), render_store(store, FAKE_VALUES, ENDPOINT)]
    assert manifests == snapshot["manifests"]
    assert list(operator().problems(manifests[-1])) == []


@each_manager
def test_documentation(manager: type[Manager]) -> None:
    page, _, anchor = manager.docs_page.partition("#")
    text = (DOCS / page).read_text()
    assert not anchor or f"\n## {anchor}\n" in text
    assert re.search(rf"\b{manager.settings_key}:", text)


def test_table_of_managers() -> None:
    """The first two columns name every manager once, with its page."""
    rows = re.findall(r"^\| \[`(\w+)`\]\(([^)]+)\) \|", (DOCS / "secret-stores.md").read_text(), re.MULTILINE)
    pages = {manager.settings_key: manager.docs_page.removeprefix("secret-stores.md") for manager in list_managers()}
    assert sorted(rows) == sorted(pages.items())
