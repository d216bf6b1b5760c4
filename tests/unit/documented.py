"""The blocks of configuration in README and docs, completed to whole configurations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.managers.registry import list_managers
from components.settings.parsing import parse
from components.settings.stack import StackSettings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
PREFIX = "openchoreo-secrets:"
MANUAL = frozenset(
    {"acmeGitToken", "acmeGhcrPassword", "acmeSonarToken", "acmeRegistryPassword", "acmeQuayPassword", "demoToken"}
)

Raw = dict[str, Any]


def blocks() -> Iterator[Any]:
    """Every block of configuration, as a parameter of a test."""
    for page in PAGES:
        for number, block in enumerate(re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL)):
            found = yaml.safe_load(block)
            # A block with a kind is an object for kubectl, and has tests of its own.
            if "kind" not in found:
                yield pytest.param(found, id=f"{page.stem}-{number}")


def configurations(block: Raw) -> Iterator[Raw]:
    """Whole configurations that together use everything in a block. One with a release is whole as it is."""
    if f"{PREFIX}release" in block:
        yield {key.removeprefix(PREFIX): value for key, value in block.items()}
        return
    config: Raw = {
        "clusters": {plane: {"context": "dev"} for plane in ("buildPlane", "controlPlane", "dataPlane")},
        "secretStores": {
            name: {"fake": {"data": [{"key": key, "manual": "demoToken"} for key in sorted(_keys_in(block))]}}
            for name in ("default", "org")
        },
        "organizations": [{"name": "acme", "git": {"manual": "acmeGitToken"}}],
    }
    for key, value in block.items():
        name = key.removeprefix(PREFIX)
        # "aws" alone is a store of that name.
        if key == f"{PREFIX}aws" or name in {
            "organizations",
            "clusters",
            "load",
            "budget",
            "offboarding",
            "isolation",
            "admission",
            "notSecrets",
            "releasePromoted",
        }:
            config[name] = value
        elif name in {"git", "external", "pullSecret", "dataPlane", "buildPlane"}:
            config["organizations"][0][name] = value
        elif name == "registries":
            # The sources are shown side by side; one Secret takes either kind.
            for manual in (False, True):
                if chosen := [each for each in value if ("manual" in each) == manual]:
                    yield config | {"organizations": [{"name": "acme", "registries": chosen}]}
            return
        else:
            stores = value if name == "secretStores" else {name: value}
            config["secretStores"] |= stores
            for store, settings_of_store in stores.items():
                yield config | {"organizations": [_user(store, settings_of_store)]}
    for organization in config["organizations"]:
        organization["secretStore"] = "default"
    yield config


def settings_of(config: Raw) -> StackSettings:
    """The settings of one of them.

    Raises:
        SettingsError: it is refused.
    """
    return parse(config, source="docs", manual_names=MANUAL)


def _user(store: str, block: Raw) -> Raw:
    """An organization that reads from a store, so that its name is filled in and its key is checked."""
    (manager,) = [manager for manager in list_managers() if manager.settings_key in block]
    key = block["fake"]["data"][0]["key"] if "fake" in block else manager.example_key
    return {"name": "acme", "secretStore": store, "git": {"remoteKey": key}}


def _keys_in(block: Any) -> set[str]:
    """Every remote key that a block names, and one more."""
    if isinstance(block, dict):
        own = {block["remoteKey"]} if "remoteKey" in block else set()
        return own.union(*map(_keys_in, block.values()), {"unused"})
    return set().union(*map(_keys_in, block)) if isinstance(block, list) else set()
