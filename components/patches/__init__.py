"""Edits of OpenChoreo objects that overwrite nothing and can be removed exactly. Pure: a dict in, a dict out."""

from __future__ import annotations

from .model import Added, Change, History, Patch, Patched, Resource
from .patch import NOTHING, apply_patch, describe, remove_patch
from .record import Identity
from .validity import validate_patch

__all__ = [
    "NOTHING",
    "Added",
    "Change",
    "History",
    "Identity",
    "Patch",
    "Patched",
    "Resource",
    "apply_patch",
    "describe",
    "remove_patch",
    "validate_patch",
]
