"""Edits of OpenChoreo objects that overwrite nothing and can be removed exactly. Pure: a dict in, a dict out."""

from __future__ import annotations

from .model import Added, Change, Patch, Patched, Resource
from .patch import NOTHING, describe, patch, unpatch
from .validity import problems

__all__ = ["NOTHING", "Added", "Change", "Patch", "Patched", "Resource", "describe", "patch", "problems", "unpatch"]
