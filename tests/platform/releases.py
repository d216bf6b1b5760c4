"""Tests that run with each release of OpenChoreo: the names of a release, and configurations in its words.

Builds need nothing of OpenChoreo on their cluster, so one platform serves the stacks of every release.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from components.openchoreo import V0_9, V1, V1_0, V1_1, Release
from tests.unit.releases import word

BASIC: Final = "kubernetes.io/basic-auth"
_SHARED: Final = Path(__file__).resolve().parents[3] / "shared"
V1_DEFINITIONS: Final = sorted((_SHARED / "crds" / "openchoreo-v1.2.3").glob("*.yaml"))
"""OpenChoreo's own definitions of v1.x; empty if they are not beside the checkout."""
_ONLY_V1: Final = frozenset(
    {"clustercomponenttypes", "clusterdataplanes", "clusterworkflowplanes", "clusterworkflows", "workflowplanes"}
)

NOT_BEFORE_V1_2: Final = frozenset({"clusterprojecttypes", "projectreleasebindings", "projectreleases", "projecttypes"})
"""Plural names of the kinds that v1.0 and v1.1 do not have."""

needs_newer: Final = pytest.mark.skipif(
    not V1_DEFINITIONS, reason="OpenChoreo's definitions are not beside this checkout"
)


def _with_releases(*releases: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("release", releases, ids=lambda release: str(release.name), indirect=True)


on_each_release: Final = _with_releases(V0_9, V1)
"""Runs a test once with each release. Without it, a test runs with v0.9."""
on_v1: Final = _with_releases(V1)
"""Runs a test with v1 only, because other tests show the same with v0.9."""
on_each_control_plane: Final = _with_releases(V0_9, pytest.param(V1, marks=needs_newer))
"""`on_each_release` for stacks with a control plane, which has to serve the kinds of the release."""
on_v1_control_plane: Final = _with_releases(pytest.param(V1, marks=needs_newer))
"""The same as `on_v1`."""
on_older_minor_versions: Final = _with_releases(*(pytest.param(minor, marks=needs_newer) for minor in (V1_0, V1_1)))
"""Runs a test with each minor version of v1.x that lacks kinds of the newest one."""


def list_v1_definitions() -> list[Path]:
    """Definitions of the kinds that v1.x has and v0.9 has not, so that one platform serves stacks of both.

    Kinds of both are those of v0.9 there. What v1.x has in them is tested on the platform of `tests.platform.newer`.
    """
    return [file for file in V1_DEFINITIONS if file.stem.rpartition("_")[2] in _ONLY_V1]


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
        return self.password("x-access-token", value) if key is None else ("Opaque", {key: value})

    def password(self, username: str, password: str) -> tuple[str, dict[str, str]]:
        """Type and data of the Secret with a user name and a password."""
        key = self.release.defaults.git_key
        token = {} if key is None else {key: password}
        return BASIC, {"username": username, "password": password, **token}


def in_words_of(release: Release, config: dict[str, Any]) -> dict[str, Any]:
    """Keys of a configuration, with ``buildPlane`` and so on as the release calls them."""
    return {word(release, key): _translate(release, key, value) for key, value in config.items()}


def _translate(release: Release, key: str, value: Any) -> Any:
    if key == "organizations":
        return [{word(release, inner): item for inner, item in entry.items()} for entry in value]
    if key == "clusters":
        return {word(release, inner): item for inner, item in value.items()}
    return value
