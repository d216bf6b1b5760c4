"""Whether two entries of a resource list mean the same: defaults written out or not, our own labels or none."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ..manifests import MANAGED_BY_LABEL, ORGANIZATION_LABEL, PREFIX, STACK_ANNOTATION
from ..schema.durations import canonical

_ENTRY: Final = {"targetPlane": "dataplane"}
_SPEC: Final = {"refreshPolicy": "Periodic", "refreshInterval": "1h0m0s", "target": {}, "data": []}
_TARGET: Final = {"creationPolicy": "Owner", "deletionPolicy": "Retain"}
_TEMPLATE: Final = {"engineVersion": "v2", "mergePolicy": "Replace", "type": "Opaque"}
_REMOTE: Final = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two entries are equal, the API server's default of an entry aside."""
    return _ENTRY | dict(one) == _ENTRY | dict(other)


def mark(entry: Mapping[str, Any]) -> str | None:
    """The stack that has written its name into the entry, so that nobody else can have made it."""
    metadata = _mapping(_mapping(entry.get("template")).get("metadata"))
    return _mapping(metadata.get("annotations")).get(STACK_ANNOTATION)


def differences(live: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Paths at which two entries mean different things, sorted; empty if they deliver the same.

    Fields that the operator defaults (``ExternalSecret`` of ``external-secrets.io/v1``) may be there or not, durations
    may be written either way, and the labels and annotations of this package do not count.
    """
    return tuple(sorted(set(_differing(_normal(live), _normal(wanted), ""))))


def _differing(one: Any, other: Any, path: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from _differing(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif one != other:
        yield path


def _normal(entry: Mapping[str, Any]) -> dict[str, Any]:
    normal = _ENTRY | copy.deepcopy(dict(entry))
    template = normal.get("template")
    if not isinstance(template, dict):
        return normal
    _without_marks(template)
    if template.get("kind") == "ExternalSecret" and isinstance(template.get("spec"), dict):
        _write_out(template)
    return normal


def _write_out(external_secret: dict[str, Any]) -> None:
    spec = external_secret["spec"] = _SPEC | external_secret["spec"]
    with contextlib.suppress(ValueError):  # an expression stays as it is written
        spec["refreshInterval"] = canonical(str(spec["refreshInterval"]))
    if isinstance(spec["target"], dict):
        name = _mapping(external_secret.get("metadata")).get("name")
        target = spec["target"] = {"name": name, **_TARGET, **spec["target"]}
        if isinstance(target.get("template", {}), dict):
            target["template"] = _TEMPLATE | target.get("template", {})
            _without_marks(target["template"])
    if isinstance(spec["data"], list):
        for item in spec["data"]:
            if isinstance(item, dict) and isinstance(item.get("remoteRef"), dict):
                item["remoteRef"] = _REMOTE | item["remoteRef"]


def _without_marks(holder: dict[str, Any]) -> None:
    metadata = holder.get("metadata")
    if not isinstance(metadata, dict):
        return
    for kind in ("labels", "annotations"):
        if isinstance(metadata.get(kind), dict):
            metadata[kind] = {key: value for key, value in metadata[kind].items() if not _is_mark(key)}
            if not metadata[kind]:
                del metadata[kind]
    if not metadata:
        del holder["metadata"]


def _is_mark(key: str) -> bool:
    return key in {MANAGED_BY_LABEL, ORGANIZATION_LABEL} or key.startswith(PREFIX)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
