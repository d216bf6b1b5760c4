"""Lists and mappings on the way to an edit: made where they are missing, and taken away again if they were."""

from __future__ import annotations

from typing import Any

from ..errors import PatchError
from ..manifests import Manifest
from ..schema.text import quoted

Path = tuple[str, ...]


def find(root: Manifest, path: Path) -> Any:
    """What lies at a path, or None if anything on the way is missing or no mapping."""
    here: Any = root
    for step in path:
        if not isinstance(here, dict) or step not in here:
            return None
        here = here[step]
    return here


def make(root: Manifest, path: Path, kind: type[list[Any]] | type[dict[str, Any]], where: str) -> Any:
    """The list or mapping at a path, made where it is missing, with every mapping on the way.

    Raises:
        PatchError: something on the way is neither missing nor what it must be, most often one template expression.
    """
    here: Any = root
    for depth, step in enumerate(path, start=1):
        wanted = kind if depth == len(path) else dict
        if here.get(step) is None:
            here[step] = wanted()
        here = here[step]
        if not isinstance(here, wanted):
            shape = "list" if wanted is list else "mapping"
            what = f"is the expression {quoted(here)}" if isinstance(here, str) else f"is no {shape}"
            msg = f"{where}: {'.'.join(path[:depth])} {what}; it must be a {shape} to be edited"
            raise PatchError(msg)
    return here


def kept(root: Manifest, path: Path) -> Path:
    """Path of the innermost container that will stay when the edit at ``path`` is taken out.

    It is the innermost one that is there and is empty, or holds something that is not on the path. What is there and
    holds nothing but this edit's list may have been made by another patch; whoever leaves last takes it away.
    """
    for depth in range(len(path), 0, -1):
        here = find(root, path[:depth])
        if here is None:
            continue
        if not here or (depth < len(path) and (not isinstance(here, dict) or set(here) - {path[depth]})):
            return path[:depth]
    return ()


def prune(root: Manifest, path: Path, stays: Path) -> None:
    """Take away empty containers, from the innermost outwards, down to the one that stays."""
    for depth in range(len(path), len(stays), -1):
        here = find(root, path[:depth])
        if here is None:
            continue
        if here:
            return
        find(root, path[: depth - 1]).pop(path[depth - 1])
