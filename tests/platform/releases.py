"""Tests that run with each release of OpenChoreo: the names of a release, and configurations in its words.

Builds need nothing of OpenChoreo on their cluster, so one platform serves the stacks of every release.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import pytest

from components.openchoreo import V0_9, V1, Release
from tests.unit.releases import word

on_each_release: Final = pytest.mark.parametrize(
    "release", [V0_9, V1], ids=lambda release: str(release.name), indirect=True
)
"""Runs a test once with each release. Without it, a test runs with v0.9."""


@dataclass(frozen=True)
class Builds:
    """What builds of a release find."""

    release: Release

    @property
    def git(self) -> str:
        """Name of the Secret for cloning."""
        return self.release.defaults.git_secret

    def namespace(self, organization: str) -> str:
        """Where the builds of an organization run."""
        return self.release.build_namespace(organization)

    def token(self, value: str) -> tuple[str, dict[str, str]]:
        """Type and data of the Secret with a token of github.com."""
        key = self.release.defaults.git_key
        if key is not None:
            return "Opaque", {key: value}
        return "kubernetes.io/basic-auth", {"username": "x-access-token", "password": value}


def in_words_of(release: Release, config: dict[str, Any]) -> dict[str, Any]:
    """Keys of a configuration, with ``buildPlane`` and so on as the release calls them."""
    return {word(release, key): _translate(release, key, value) for key, value in config.items()}


def _translate(release: Release, key: str, value: Any) -> Any:
    if key == "organizations":
        return [{word(release, inner): item for inner, item in entry.items()} for entry in value]
    if key == "clusters":
        return {word(release, inner): item for inner, item in value.items()}
    return value
