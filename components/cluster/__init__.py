"""Access to clusters outside Pulumi resources: checks before an update, readiness after it, edits of shared objects."""

from __future__ import annotations

from .connection import Cluster
from .objects import Location, edit, missing, read
from .planes import check_control_plane, check_data_plane
from .preflight import check_build_plane
from .readiness import Pending, Seen, look, readiness_problem, wait

__all__ = [
    "Cluster",
    "Location",
    "Pending",
    "Seen",
    "check_build_plane",
    "check_control_plane",
    "check_data_plane",
    "edit",
    "look",
    "missing",
    "read",
    "readiness_problem",
    "wait",
]
