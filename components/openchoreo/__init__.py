"""OpenChoreo releases. Only this package contains namespaces, kinds, expressions and names of a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .kinds import Kind, Workload
from .labels import DOMAIN, ORGANIZATION_LABEL, build_organization_labels
from .release import Charts, Defaults, Environments, Expressions, Release, RunLabels, Snapshots
from .v0_9 import V0_9
from .v1 import V1_0, V1_1, V1_2

__all__ = [
    "DEFAULT_RELEASE",
    "DOMAIN",
    "ORGANIZATION_LABEL",
    "RELEASES",
    "V0_9",
    "V1",
    "V1_0",
    "V1_1",
    "V1_2",
    "Charts",
    "Defaults",
    "Environments",
    "Expressions",
    "Kind",
    "Release",
    "RunLabels",
    "Snapshots",
    "Workload",
    "build_organization_labels",
    "find_release",
]

_MINOR_VERSIONS: Final = (V1_0, V1_1, V1_2)
V1: Final = replace(_MINOR_VERSIONS[-1], name="v1")
"""The newest of them, for a configuration that leaves the minor version open."""
DEFAULT_RELEASE: Final = V0_9
"""Release of a platform whose configuration names none."""
RELEASES: Final[dict[str, Release]] = {release.name: release for release in (V0_9, V1, *_MINOR_VERSIONS)}
"""Name -> every release that can be configured."""


def find_release(names: str | Sequence[str]) -> Release:
    """The release of a name, or the combination of the two releases that a platform moves between.

    Args:
        names: ``release`` of a configuration without mistakes. A combination has both names in its own, with a comma.

    Raises:
        KeyError: there is no such release.
    """
    older, *others = names.split(",") if isinstance(names, str) else names
    return _combine(RELEASES[older], RELEASES[others[0]]) if others else RELEASES[older]


def _combine(older: Release, newer: Release) -> Release:
    """Both releases at once: the kinds of both, in the version of the newer one where both have a kind."""
    kinds = newer.kinds
    only_older = tuple(kind for name, kind in older.kinds.items() if name not in kinds)
    name = f"{older.name},{newer.name}"
    return replace(
        newer,
        name=name,
        other_kinds=(*newer.other_kinds, *only_older),
        workload_namespaces=tuple(dict.fromkeys((*newer.workload_namespaces, *older.workload_namespaces))),
        combined=(older, newer),
    )
