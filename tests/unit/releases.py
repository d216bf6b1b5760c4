"""The releases that tests run with, and configurations in their words."""

from __future__ import annotations

from copy import deepcopy
from typing import Final

import pytest

from components.openchoreo import V0_9, V1, Release
from tests.unit.samples import Raw

on_each_release: Final = pytest.mark.parametrize("release", [V0_9, V1], ids=lambda release: release.name)
"""Runs a test with ``release``, once for every shape of the platform."""

_WORDS: Final[dict[str, dict[str, str]]] = {
    "v0.9": {},
    "v1": {"organizations": "namespaces", "buildPlane": "workflowPlane", "componentWorkflows": "workflows"},
}


def word(release: Release, key: str) -> str:
    """What a release calls a key of the configuration of v0.9."""
    return _WORDS["v0.9" if release is V0_9 else "v1"].get(key, key)


def in_words(config: Raw, release: Release) -> Raw:
    """A configuration of v0.9 as it is written for a release."""
    config = {**deepcopy(config), "release": release.name}
    config["clusters"] = {word(release, key): value for key, value in config["clusters"].items()}
    config["organizations"] = [
        {word(release, key): value for key, value in organization.items()} for organization in config["organizations"]
    ]
    return {word(release, key): value for key, value in config.items()}
