"""Edits of OpenChoreo objects that lose nothing and can be taken back exactly. Pure: a dict in, a dict out."""

from __future__ import annotations

from .pull_secret import Added, PullSecret, patch, unpatch

__all__ = ["Added", "PullSecret", "patch", "unpatch"]
