"""Edit ``spec.secretStoreRef.name`` of a plane: set where there is none, never changed where somebody has set it.

Source: DataPlane and BuildPlane of ``openchoreo.dev/v1alpha1`` (v0.9.0). ``${dataplane.secretStore}`` fails in every
component of a data plane without it.
"""

from __future__ import annotations

from typing import Final

from ..errors import PatchError
from ..manifests import Manifest
from .containers import Path, find, kept, make, prune
from .model import SECRET_STORE_REF, Added, Change

_PATH: Final = ("spec", SECRET_STORE_REF)


def put(target: Manifest, wanted: str | None, before: Added, where: str) -> tuple[str | None, Path, tuple[Change, ...]]:
    """Set the name, or take out that of before; what is ours, what stays, and what changed. ``target`` is changed.

    Raises:
        PatchError: somebody has set another name.
    """
    live, ours = find(target, (*_PATH, "name")), before.secret_store_ref
    stays = before.kept.get(SECRET_STORE_REF) if live and live == ours else None
    stays = kept(target, _PATH) if stays is None else stays
    path = f"{SECRET_STORE_REF}.name"
    if wanted is None:
        take(target, before)
        changes = (Change(path, "delete", f'takes out {path} "{live}"'),) if live and live == ours else ()
        return None, stays, changes
    if live == wanted:
        adopted = Change(path, "keep", f'finds {path} "{wanted}" in place, and will leave it there')
        return (ours, stays, ()) if ours == wanted else (None, stays, (adopted,))
    if live and live != ours:
        msg = f'{where}: spec.{path} is "{live}", set by somebody else; configured is "{wanted}". Make both equal'
        raise PatchError(msg)
    make(target, _PATH, dict, where)["name"] = wanted
    return wanted, stays, (Change(path, "update" if live else "add", f'sets {path} to "{wanted}"'),)


def take(target: Manifest, before: Added) -> None:
    """Take out the name that was put in; another name, set by somebody since, stays. ``target`` is changed."""
    reference = find(target, _PATH)
    if isinstance(reference, dict) and before.secret_store_ref and reference.get("name") == before.secret_store_ref:
        del reference["name"]
        prune(target, _PATH, before.kept.get(SECRET_STORE_REF, _PATH))
