"""Who wrote a field of a live object, from its ``metadata.managedFields``.

Source: ``FieldsV1`` of ``meta.k8s.io/v1``: ``f:<key>`` for a field, ``k:<keys>`` and ``v:<value>`` for an item of a
list; an empty mapping ends a path, also at a list or a mapping that is written as a whole.
"""

from __future__ import annotations

from typing import Any

from ..manifests import Manifest
from .differences import Path


def list_managers(live: Manifest, path: Path) -> frozenset[str]:
    """Field managers that own a field, or a list or mapping around it."""
    entries = live["metadata"].get("managedFields") or ()
    return frozenset(str(entry.get("manager")) for entry in entries if _owns(entry.get("fieldsV1") or {}, path))


def is_managed(live: Manifest, manager: str) -> bool:
    """Whether a field manager has written to an object."""
    return any(entry.get("manager") == manager for entry in live["metadata"].get("managedFields") or ())


def _owns(fields: dict[str, Any], path: Path) -> bool:
    for step in path:
        if isinstance(step, int):
            # The keys of list items say nothing about their place, so every owner of an item counts.
            return True
        if f"f:{step}" not in fields:
            return False
        fields = fields[f"f:{step}"]
        if not fields:
            return True
    return True
