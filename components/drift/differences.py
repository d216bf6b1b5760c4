"""Differences between a manifest and the live object.

A field that only the live object has is either a default of the API server or an edit. The server itself decides: write
the object without these fields (`remove_fields`); those that it adds again are defaults (`is_default`).
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..manifests import Manifest

Path = tuple[str | int, ...]
"""Keys and indices from the object to a field."""

_IDENTITY: Final = frozenset({"apiVersion", "kind", "metadata", "status"})
_METADATA_ONLY: Final = frozenset({"Namespace", "ServiceAccount"})
"""Kinds whose other fields other controllers write, and that deliver nothing."""
_IMMUTABLE: Final[Mapping[str, frozenset[str]]] = {
    "RoleBinding": frozenset({"roleRef"}),
    "Secret": frozenset({"type", "immutable"}),
}
"""Kind -> fields that the API server never changes; an immutable Secret keeps its data, too."""
_ENGINE: Final = "pulumi.com/"
"""Prefix of annotations that Pulumi's Kubernetes provider reads from its inputs, and not from the live object."""
_NO_STORE: Final[Mapping[str, Path]] = {
    "ClusterExternalSecret": ("spec", "externalSecretSpec", "secretStoreRef"),
    "ExternalSecret": ("spec", "secretStoreRef"),
}
"""Kind -> field that is absent where only generators are used. ESO 0.20 writes the whole object when it adds its
finalizer, with ``{}`` for this field; both mean the same."""
_ABSENT: Final = object()


@dataclass(frozen=True)
class Difference:
    """One field of a live object that is not as configured."""

    path: Path
    """The field."""
    kind: Literal["changed", "missing", "extra"]
    """``extra``: only the live object has it."""
    live: Any = None
    """Live value."""
    configured: Any = None
    """Configured value."""


def find_differences(configured: Manifest, live: Manifest) -> tuple[Difference, ...]:
    """All differences, in the order of the manifest; defaults of the API server are among those of kind ``extra``.

    Of the metadata, only configured labels and annotations are compared.
    """
    same = Difference(_NO_STORE.get(configured["kind"], ()), "extra", {})
    return tuple(difference for difference in _find(configured, live) if difference != same)


def remove_fields(live: Manifest, differences: Iterable[Difference]) -> Manifest:
    """A copy of the live object without the fields that are not configured."""
    changed = copy.deepcopy(live)
    # The last item of a list first, so that the other indices stay valid.
    for path in reversed(_list_extra(differences)):
        *parents, last = path
        place: Any = changed
        for step in parents:
            place = place[step]
        del place[last]
    return changed


def is_default(difference: Difference, stored: Manifest) -> bool:
    """Whether the API server adds a field with its live value.

    Args:
        difference: of the live object, a field that is not configured.
        stored: the result of writing `remove_fields` of the live object.
    """
    return bool(read_field(stored, difference.path, _ABSENT) == difference.live)


def read_field(manifest: Manifest, path: Path, absent: Any = None) -> Any:
    """Value of a field; ``absent`` if the object has no such field."""
    place: Any = manifest
    for step in path:
        try:
            place = place[step]
        except (KeyError, IndexError, TypeError):
            return absent
    return place


def select_immutable(kind: str, differences: Iterable[Difference]) -> tuple[Difference, ...]:
    """The differences that no write to the live object removes, so that it needs a new object."""
    return tuple(item for item in differences if item.path[0] in _IMMUTABLE.get(kind, ()))


def build_removal(differences: Iterable[Difference]) -> list[dict[str, Any]]:
    """Operations of a JSON Patch (RFC 6902) that remove exactly the fields that are not configured."""
    return [
        {"op": "remove", "path": "".join(f"/{_escape(step)}" for step in path)}
        for path in reversed(_list_extra(differences))
    ]


def build_replacement(configured: Manifest, live: Manifest) -> list[dict[str, Any]]:
    """Operations of a JSON Patch that replace the body of exactly this version of a live object, and no metadata."""
    version = live["metadata"]["resourceVersion"]
    operations: list[dict[str, Any]] = [{"op": "replace", "path": "/metadata/resourceVersion", "value": version}]
    body = configured.keys() - _IDENTITY
    return operations + [{"op": "add", "path": f"/{key}", "value": configured[key]} for key in sorted(body)]


def _list_extra(differences: Iterable[Difference]) -> list[Path]:
    return [difference.path for difference in differences if difference.kind == "extra"]


def _escape(step: str | int) -> str:
    return str(step).replace("~", "~0").replace("/", "~1")


def _find(configured: Manifest, live: Manifest) -> Iterator[Difference]:
    for field in ("labels", "annotations"):
        actual = live["metadata"].get(field) or {}
        for key, value in (configured["metadata"].get(field) or {}).items():
            if not key.startswith(_ENGINE):
                yield from _compare(value, actual.get(key, _ABSENT), ("metadata", field, key))
    if configured["kind"] not in _METADATA_ONLY:
        yield from _compare(_body(configured), _body(live), ())


def _body(manifest: Manifest) -> Manifest:
    return {key: value for key, value in manifest.items() if key not in _IDENTITY}


def _compare(configured: Any, live: Any, path: Path) -> Iterator[Difference]:
    if live is _ABSENT or live is None:
        # The API server drops empty values of its own kinds.
        if configured not in (None, {}, []):
            yield Difference(path, "missing", configured=configured)
    elif configured is _ABSENT:
        yield Difference(path, "extra", live=live)
    elif isinstance(configured, Mapping) and isinstance(live, Mapping):
        for key in [*configured, *(key for key in live if key not in configured)]:
            yield from _compare_member(configured.get(key, _ABSENT), live.get(key, _ABSENT), (*path, key))
    elif isinstance(configured, list) and isinstance(live, list):
        for index in range(max(len(configured), len(live))):
            one, other = (items[index] if index < len(items) else _ABSENT for items in (configured, live))
            yield from _compare_member(one, other, (*path, index))
    elif configured != live:
        yield Difference(path, "changed", live=live, configured=configured)


def _compare_member(configured: Any, live: Any, path: Path) -> Iterator[Difference]:
    if configured is not _ABSENT or live is not None:
        yield from _compare(configured, live, path)
