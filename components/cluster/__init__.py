"""Talking to clusters outside Pulumi's resources: checks before, readiness after, and edits of shared objects."""

from __future__ import annotations

from .connection import Cluster
from .objects import Location, edit, missing, read
from .planes import check_control_plane, check_data_plane
from .preflight import check_build_plane
from .readiness import Pending, Seen, complaint, look, wait

__all__ = [
    "Cluster",
    "Location",
    "Pending",
    "Seen",
    "check_build_plane",
    "check_control_plane",
    "check_data_plane",
    "complaint",
    "edit",
    "look",
    "missing",
    "read",
    "wait",
]
