"""Edit ``spec.secretStoreRef.name`` of a plane: set it where it is missing, never change a name that others set.

Source: DataPlane and BuildPlane of ``openchoreo.dev/v1alpha1`` (v0.9.0). Without it, ``${dataplane.secretStore}`` fails
in every component of a data plane.
"""

from __future__ import annotations

from typing import Final

from ..errors import PatchError
from ..manifests import Manifest
from ..openchoreo.kinds import Path
from .containers import ensure, find, find_lasting, prune
from .model import SECRET_STORE_REF, Added, Change

_PATH: Final = ("spec", SECRET_STORE_REF)


def add(
    target: Manifest, desired: str | None, before: Added, owner: str
) -> tuple[str | None, Path, tuple[Change, ...]]:
    """Set the name, or remove the one that an earlier patch set. ``target`` is changed.

    Returns:
        The name that this stack set, the path of the container that stays, and the changes.

    Raises:
        PatchError: someone else has set another name.
    """
    live, ours = find(target, (*_PATH, "name")), before.secret_store_ref
    kept = before.kept.get(SECRET_STORE_REF) if live and live == ours else None
    kept = find_lasting(target, _PATH) if kept is None else kept
    path = f"{SECRET_STORE_REF}.name"
    if desired is None:
        remove(target, before)
        changes = (Change(path, "delete", f'removes {path} "{live}"'),) if live and live == ours else ()
        return None, kept, changes
    if live == desired:
        adopted = Change(path, "keep", f'keeps the existing {path} "{desired}"; destroy keeps it')
        return (ours, kept, ()) if ours == desired else (None, kept, (adopted,))
    if live and live != ours:
        msg = f'{owner}: spec.{path} is "{live}", set by someone else; configured is "{desired}". Make both equal'
        raise PatchError(msg)
    ensure(target, _PATH, dict, owner)["name"] = desired
    return desired, kept, (Change(path, "update" if live else "add", f'sets {path} to "{desired}"'),)


def remove(target: Manifest, before: Added) -> None:
    """Remove the name that was set; a name that someone else set later stays. ``target`` is changed."""
    reference = find(target, _PATH)
    if isinstance(reference, dict) and before.secret_store_ref and reference.get("name") == before.secret_store_ref:
        del reference["name"]
        prune(target, _PATH, before.kept.get(SECRET_STORE_REF, _PATH))
