"""Whether an object with a patch is small enough for Kubernetes, and how many namespaces would fit."""

from __future__ import annotations

import json
from typing import Any, Final

from ..errors import PatchError
from ..manifests import Manifest
from .model import Added
from .namespaces import read_namespaces

_MAX_ANNOTATIONS: Final = 262_144
"""Size of all keys and values of the annotations of an object (``TotalAnnotationSizeLimitB`` in apimachinery)."""
_MAX_OBJECT: Final = 1_500_000
"""Bytes of an object as JSON: the 1.5 MiB that etcd accepts by default, without what the API server adds."""
_ADVICE: Final = (
    "use remote keys that contain the namespace, delivery ahead for builds or namespace for pull secrets, or fewer "
    "organizations for this object"
)


def check_sizes(target: Manifest, record: str, added: Added, owner: str) -> None:
    """Check the size of a patched object and of its annotations.

    Args:
        target: the object, with the record of the patch.
        record: the record.
        added: what the patch added.
        owner: the object, for messages.

    Raises:
        PatchError: one is too large; the message says for about how many namespaces it is not.
    """
    annotations: dict[str, Any] = target["metadata"]["annotations"]
    size = sum(len(f"{key}{value}".encode()) for key, value in annotations.items())
    if size > _MAX_ANNOTATIONS:
        msg = (
            f"{owner}: its annotations would have {size:,} bytes with the record of this patch; Kubernetes allows "
            f"{_MAX_ANNOTATIONS:,} for the patches of all stacks{_count(added, size, len(record), _MAX_ANNOTATIONS)}, "
            f"so {_ADVICE}"
        )
        raise PatchError(msg)
    size = _measure(target)
    if size > _MAX_OBJECT:
        own = len(record) + _measure(added.plain())
        msg = (
            f"{owner}: it would have {size:,} bytes with this patch; etcd stores {_MAX_OBJECT:,}"
            f"{_count(added, size, own, _MAX_OBJECT)}, so {_ADVICE}"
        )
        raise PatchError(msg)


def _count(added: Added, size: int, own: int, limit: int) -> str:
    """How many of the namespaces fit, as a clause. Empty: the patch lists none, or others have taken the space."""
    names = {name for entry in added.resources for name in read_namespaces(entry.get("includeWhen"))}
    names |= {name for entry in added.overrides for name in entry.override.namespaces}
    fitting = len(names) * (limit - size + own) // own
    return (
        f", which is enough for about {fitting} of the {len(names)} organizations of this patch" if fitting > 0 else ""
    )


def _measure(value: Any) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
