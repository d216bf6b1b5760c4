"""Edit ``spec.secretStoreRef.name`` of a plane: set it where it is missing, never change a name that others set.

Source: DataPlane and BuildPlane of ``openchoreo.dev/v1alpha1`` (v0.9.0). Without it, ``${dataplane.secretStore}`` fails
in every component of a data plane.
"""

from __future__ import annotations

from typing import Final

from ..errors import PatchError
from ..manifests import Manifest
from ..openchoreo.kinds import Path
from .containers import Original, ensure, find, find_lasting, prune
from .model import SECRET_STORE_REF, Change, History, describe_kept

_PATH: Final[Path] = ("spec", SECRET_STORE_REF)
_NAME: Final[Path] = (*_PATH, "name")


def add(
    target: Manifest, desired: str | None, history: History, owner: str
) -> tuple[str | None, Original, tuple[Change, ...]]:
    """Set the name, or remove the one that an earlier patch set. ``target`` is changed.

    Returns:
        The name that this stack set, what was there before, and the changes.

    Raises:
        PatchError: someone else has set another name.
    """
    live, ours = find(target, _NAME), history.own.secret_store_ref
    original = _original(target, history)
    path = f"{SECRET_STORE_REF}.name"
    if desired is None:
        removed = remove(target, history)
        return None, original, (Change(path, "delete", f'removes {path} "{live}"'),) if removed else ()
    if live == desired:
        if ours == desired:
            return ours, original, ()
        shared = _is_shared(desired, history)
        kept = Change(path, "keep", describe_kept(f'{path} "{desired}"', shared=shared))
        return desired if shared else None, original, (kept,)
    if live and live != ours:
        msg = f'{owner}: spec.{path} is "{live}", set by someone else; configured is "{desired}". Make both equal'
        raise PatchError(msg)
    ensure(target, _PATH, dict, owner)["name"] = desired
    return desired, original, (Change(path, "update" if live else "add", f'sets {path} to "{desired}"'),)


def remove(target: Manifest, history: History) -> bool:
    """Remove the name that was set, and return whether it was there. ``target`` is changed.

    A name that someone else set later stays, and so does one that another patch wants too.
    """
    reference, ours = find(target, _PATH), history.own.secret_store_ref
    if not isinstance(reference, dict) or not ours or reference.get("name") != ours or _is_shared(ours, history):
        return False
    reference["name"] = ""
    prune(target, _NAME, history.own.original(SECRET_STORE_REF) or Original(_PATH))
    return True


def _is_shared(name: str, history: History) -> bool:
    return any(added.secret_store_ref == name for added in history.others)


def _original(target: Manifest, history: History) -> Original:
    live = find(target, _NAME)
    for added in history.all:
        original = added.original(SECRET_STORE_REF)
        if live and live == added.secret_store_ref and original is not None:
            return original
    return find_lasting(target, _NAME)
