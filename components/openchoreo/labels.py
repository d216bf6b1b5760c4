"""Labels of OpenChoreo, the same in every release: an upgrade of the platform must not relabel what exists."""

from __future__ import annotations

from typing import Final

DOMAIN: Final = "openchoreo.dev"
"""Prefix of OpenChoreo's labels and annotations."""
ORGANIZATION_LABEL: Final = f"{DOMAIN}/organization"
"""Organization that an object belongs to (labels of openchoreo/openchoreo v0.9.0)."""


def build_organization_labels(organization: str) -> dict[str, str]:
    """Labels of an object that belongs to one organization."""
    return {ORGANIZATION_LABEL: organization}
