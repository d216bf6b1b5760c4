"""Access to clusters outside Pulumi resources: checks before an update, readiness after it, edits of shared objects."""

from __future__ import annotations

from .connection import Cluster
from .objects import Location, describe_missing, edit, read
from .planes import check_control_plane, check_data_plane
from .preflight import check_build_plane
from .readiness import Pending, Readiness, describe_pending, read_readiness, wait_until_synced

__all__ = [
    "Cluster",
    "Location",
    "Pending",
    "Readiness",
    "check_build_plane",
    "check_control_plane",
    "check_data_plane",
    "describe_missing",
    "describe_pending",
    "edit",
    "read",
    "read_readiness",
    "wait_until_synced",
]
