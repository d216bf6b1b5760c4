"""README, docs and Pulumi.yaml say what the code does: every key, every block, every link, every command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, RootModel
from pydantic.alias_generators import to_camel

from components import settings
from components.settings import StackSettings, parse

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
MODELS = [
    each
    for each in vars(settings).values()
    if isinstance(each, type) and issubclass(each, BaseModel) and not issubclass(each, RootModel)
]
PREFIX = "openchoreo-secrets:"
MANUAL = frozenset(
    {"acmeGitToken", "acmeGhcrPassword", "acmeSonarToken", "acmeRegistryPassword", "acmeQuayPassword", "demoToken"}
)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_documented(model: type[BaseModel]) -> None:
    documented = "".join(page.read_text() for page in PAGES)
    keys = [str(field.alias) for field in model.model_fields.values()]
    missing = [key for key in keys if not re.search(rf"\b{key}\b", documented)]
    assert missing == []


def test_pulumi_declares_every_key_with_a_description() -> None:
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    assert set(declared) == {*map(to_camel, StackSettings.model_fields), "manualSecrets"}
    assert [key for key, entry in declared.items() if not entry.get("description")] == []


def test_pulumi_asks_for_what_is_required_only() -> None:
    """It refuses a stack that lacks a declared key without a default, before the program runs."""
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())["config"]
    required = {to_camel(name) for name, field in StackSettings.model_fields.items() if field.is_required()}
    assert {key for key, entry in declared.items() if "default" not in entry} == required


def blocks() -> Iterator[Any]:
    for page in PAGES:
        for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)):
            found = yaml.safe_load(block)
            # A block with a kind is an object for kubectl, and has tests of its own.
            if "kind" not in found:
                yield pytest.param(found, id=f"{page.stem}-{number}")


@pytest.mark.parametrize("block", list(blocks()))
def test_every_block_of_configuration_is_accepted(block: dict[str, Any]) -> None:
    config: dict[str, Any] = {
        "clusters": {plane: {"context": "dev"} for plane in ("buildPlane", "controlPlane", "dataPlane")},
        "secretStores": {
            name: {"fake": {"data": [{"key": key, "manual": "demoToken"} for key in sorted(keys_in(block))]}}
            for name in ("default", "org")
        },
        "organizations": [{"name": "acme", "git": {"manual": "acmeGitToken"}}],
    }
    for key, value in block.items():
        name = key.removeprefix(PREFIX)
        # "aws" alone is a store of that name.
        if name in {"organizations", "clusters"} or key == f"{PREFIX}aws":
            config[name] = value
        elif name in {"git", "external", "pullSecret", "dataPlane", "buildPlane"}:
            config["organizations"][0][name] = value
        elif name == "registries":
            # The three sources are shown side by side; one Secret takes either kind.
            for manual in (False, True):
                chosen = [each for each in value if ("manual" in each) == manual]
                accepted(config | {"organizations": [{"name": "acme", "registries": chosen}]})
            return
        else:
            stores = value if name == "secretStores" else {name: value}
            config["secretStores"] |= stores
            for store, settings_of_store in stores.items():
                accepted(config | {"organizations": [user(store, settings_of_store)]})
    for organization in config["organizations"]:
        organization["secretStore"] = "default"
    accepted(config)


def user(store: str, block: dict[str, Any]) -> dict[str, Any]:
    """An organization that reads from a store, so that its name is filled in and its key is checked."""
    key = block["fake"]["data"][0]["key"] if "fake" in block else "acme-git"
    return {"name": "acme", "secretStore": store, "git": {"remoteKey": key}}


def accepted(config: dict[str, Any]) -> None:
    organizations = len(parse(config, source="docs", manual_names=MANUAL).organizations)
    assert organizations == len(config["organizations"])


def keys_in(block: Any) -> set[str]:
    """Every remote key that a block names, and one more."""
    if isinstance(block, dict):
        own = {block["remoteKey"]} if "remoteKey" in block else set()
        return own.union(*map(keys_in, block.values()), {"unused"})
    return set().union(*map(keys_in, block)) if isinstance(block, list) else set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_and_command_exists(page: Path) -> None:
    text = page.read_text()
    links = [link.partition("#")[0] for link in re.findall(r"\]\(((?!https?:)[^)]+)\)", text)]
    assert [link for link in links if link and not (page.parent / link).is_file()] == []
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE)) <= targets
