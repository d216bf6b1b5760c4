"""OpenChoreo releases. Only this package contains namespaces, kinds, expressions and names of a release."""

from __future__ import annotations

from typing import Final

from .kinds import Kind, Workload
from .labels import DOMAIN, ORGANIZATION_LABEL, build_organization_labels
from .release import Charts, Defaults, Environments, Expressions, Release, RunLabels, Snapshots
from .v0_9 import V0_9
from .v1 import V1, V1_0, V1_1, V1_2

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
]

DEFAULT_RELEASE: Final = V0_9
"""Release of a platform whose configuration names none."""
RELEASES: Final[dict[str, Release]] = {release.name: release for release in (V0_9, V1, V1_0, V1_1, V1_2)}
"""Name -> every release that can be configured."""
