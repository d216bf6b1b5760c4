"""Edits of OpenChoreo objects that lose nothing and can be taken back exactly. Pure: a dict in, a dict out."""

from __future__ import annotations

from .model import Added, Change, Patch, Patched, Resource
from .patch import NOTHING, name, patch, unpatch
from .validity import problems

__all__ = ["NOTHING", "Added", "Change", "Patch", "Patched", "Resource", "name", "patch", "problems", "unpatch"]
