"""What differs between OpenChoreo releases, behind one small interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Release:
    """Names, kinds and limits of one OpenChoreo release."""

    name: str
    """As configured: ``v0.9``."""
    build_namespace: Callable[[str], str]
    """Organization -> namespace of its builds on the build plane."""
    reserved: frozenset[str]
    """Organization names that would take over a namespace of the platform."""
    reserved_prefixes: tuple[str, ...]
    """Beginnings of such names."""
    control_plane_kinds: frozenset[str]
    """Plural names under ``openchoreo.dev/v1alpha1`` that the control plane must serve."""
    control_plane_chart: str
    """Helm chart that installs them."""

    def is_reserved(self, organization: str) -> bool:
        """Whether an organization of this name would take over a namespace of the platform."""
        return organization in self.reserved or organization.startswith(self.reserved_prefixes)
