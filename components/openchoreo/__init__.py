"""What differs per OpenChoreo release. Everything else in the package asks a `Release` and names no release itself."""

from __future__ import annotations

from typing import Final

from .kinds import API, KINDS, Kind
from .release import Release
from .v0_9 import V0_9

__all__ = ["API", "KINDS", "RELEASES", "V0_9", "Kind", "Release"]

RELEASES: Final = {release.name: release for release in (V0_9,)}
