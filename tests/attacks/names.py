"""Names of the attacked platform: organizations, namespaces, labels and keys."""

from __future__ import annotations

import os
import sys
from typing import Final

from components.openchoreo import Release, find_release
from local.seed import get_data_plane_namespace
from local.stacks import STACKS

ORGANIZATIONS: Final = ("acme", "acme2", "acme-corp")
"""Names that are the beginning of one another."""
MANAGER: Final = "manager"
"""Namespace of the stores' identities, and of the Secrets that the store ``kube`` reads."""
OUTSIDE: Final = "outside"
"""A namespace of nobody, in which the suite checks that a layer is gone or back."""


def _select_release(name: str) -> Release:
    if name not in STACKS:
        sys.exit(f"RELEASE={name}: is not a release that the attacks run with; use {' or '.join(STACKS)}")
    return find_release(name)


RELEASE: Final = _select_release(os.environ.get("RELEASE") or "v0.9")
"""OpenChoreo release of the platform: ``make attack RELEASE=v1``."""
LABELS: Final = tuple(label for labels in RELEASE.data_plane_selectors("acme") for label in labels)
"""Labels with the organization of a namespace of workloads; the release writes the first one."""
LABEL: Final = LABELS[0]


MAXIMUM: Final = 60
"""ExternalSecrets that a build namespace may have."""
PLATFORM_KEY: Final = "platform/backstage"
"""A key in AWS that the operator's own identity can read, and no organization."""
MANUAL: Final = "refused"
"""An entry of ``manualSecrets``."""
NAMED_ALIKE: Final = f"{RELEASE.build_namespace('acme2')}-evil"
"""A namespace of acme whose name begins with the name of acme2's."""
AMBIGUOUS: Final = get_data_plane_namespace("acme", "corp")
"""Namespace of acme's project "corp": its name begins like those of the organization acme-corp."""
SPOOFED: Final = tuple(get_data_plane_namespace("acme", f"spoof{number}") for number in range(4))
"""Namespaces of acme whose label an attack changes."""
COMPONENT_TYPES: Final = "clusterComponentTypes" if RELEASE.words else "componentTypes"
"""Key of a pull secret for the ComponentType of the platform."""
BUILD_PLANE: Final = RELEASE.words.get("organizations.*.buildPlane", "buildPlane")
"""Key of an organization's plane for builds."""
VICTIM_WORKLOADS: Final = get_data_plane_namespace("acme2")
"""Namespace of the workloads of acme2."""
OWN_NAMESPACES: Final = (AMBIGUOUS, *SPOOFED)
