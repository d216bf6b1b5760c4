"""Talking to clusters outside Pulumi's resources: checks before, readiness after."""

from __future__ import annotations

from .connection import Cluster
from .preflight import check_build_plane, check_control_plane
from .readiness import Expected, Pending, pending, wait

__all__ = ["Cluster", "Expected", "Pending", "check_build_plane", "check_control_plane", "pending", "wait"]
