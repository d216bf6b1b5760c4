"""Nested lists and mappings: find one, create the missing ones on a path, and remove those that were created."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ..errors import PatchError
from ..manifests import Manifest
from ..openchoreo.kinds import Path
from ..openchoreo.template_engine import START
from ..schema.text import quote


@dataclass(frozen=True)
class Original:
    """What was at a path before a patch added something there."""

    kept: Path
    """Path of the innermost container that stays when the patch is removed, even if it is empty."""
    replaced: str | None = None
    """The null or the empty string in it that the patch replaced, as JSON. None: the key was absent."""


def find(root: Manifest, path: Path) -> Any:
    """The value at a path. None: something on the path is missing or is not a mapping."""
    value: Any = root
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return None
        value = value[key]
    return value


def ensure(root: Manifest, path: Path, container: type[list[Any]] | type[dict[str, Any]], owner: str) -> Any:
    """The list or mapping at a path. It is created if it is missing, with every mapping on the path.

    Args:
        root: it is changed.
        path: where the container is.
        container: ``list`` or ``dict``.
        owner: the object, for messages.

    Raises:
        PatchError: a value on the path has another type, most often a template expression.
    """
    value: Any = root
    for depth, key in enumerate(path, start=1):
        expected = container if depth == len(path) else dict
        if value.get(key) is None:
            value[key] = expected()
        value = value[key]
        if not isinstance(value, expected):
            shape = "list" if expected is list else "mapping"
            text = f"is the {'expression' if START in str(value) else 'text'} {quote(str(value))}"
            problem = text if isinstance(value, str) else f"is not a {shape}"
            msg = f"{owner}: {'.'.join(path[:depth])} {problem}; it must be a {shape} to be patched"
            raise PatchError(msg)
    return value


def find_lasting(root: Manifest, path: Path) -> Original:
    """What must be restored when the patch at ``path`` is removed.

    The container that stays is the innermost existing one that is empty, or that holds something outside the path, a
    null included. An existing container that holds only this patch's list may have been created by another patch; the
    last patch to go removes it.
    """
    for depth in range(len(path), 0, -1):
        parent, key = find(root, path[: depth - 1]), path[depth - 1]
        if not isinstance(parent, dict) or key not in parent:
            continue
        value = parent[key]
        if value is None or value == "":
            return Original(path[: depth - 1], json.dumps(value))
        if not value or (depth < len(path) and (not isinstance(value, dict) or set(value) - {path[depth]})):
            return Original(path[:depth])
    return Original(())


def prune(root: Manifest, path: Path, original: Original) -> None:
    """Remove empty containers on a path, from the innermost outwards, and restore what the patch replaced."""
    for depth in range(len(path), len(original.kept), -1):
        value = find(root, path[:depth])
        if value is None:
            continue
        if value:
            return
        parent, key = find(root, path[: depth - 1]), path[depth - 1]
        del parent[key]
        if original.replaced is not None and depth == len(original.kept) + 1:
            parent[key] = json.loads(original.replaced)
