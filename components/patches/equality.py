"""Whether two entries of a resource list mean the same, with or without default values and this package's labels."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from ..manifests import MANAGED_BY_LABEL, PREFIX, STACK_ANNOTATION
from ..openchoreo.labels import ORGANIZATION_LABEL
from ..schema.durations import format_canonical

_REMOTE: Final = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}
_GENERATOR: Final = {"apiVersion": "generators.external-secrets.io/v1alpha1"}
CRD_DEFAULTS: Final[Mapping[str, Mapping[str, str]]] = {
    "spec": {"refreshInterval": "1h0m0s"},
    "spec.target": {"creationPolicy": "Owner", "deletionPolicy": "Retain"},
    "spec.target.template": {"engineVersion": "v2", "mergePolicy": "Replace"},
    "spec.target.template.templateFrom[]": {"target": "Data"},
    "spec.target.template.templateFrom[].configMap.items[]": {"templateAs": "Values"},
    "spec.target.template.templateFrom[].secret.items[]": {"templateAs": "Values"},
    "spec.data[].remoteRef": _REMOTE,
    "spec.data[].sourceRef.generatorRef": _GENERATOR,
    "spec.dataFrom[].extract": _REMOTE,
    "spec.dataFrom[].find": {"conversionStrategy": "Default", "decodingStrategy": "None"},
    "spec.dataFrom[].sourceRef.generatorRef": _GENERATOR,
}
"""Path of a mapping in an ExternalSecret -> its fields with a default in the CRD (``external-secrets.io/v1``).

OpenChoreo stores the ExternalSecret inside a template, where the API server adds no defaults.
"""

Defaults = Mapping[str, str]
"""Fields that the API server adds to an entry (`Kind.entry_defaults`)."""


def are_equal(one: Mapping[str, Any], other: Mapping[str, Any], defaults: Defaults) -> bool:
    """Whether two entries are equal once the API server has added its defaults."""
    return {**defaults, **one} == {**defaults, **other}


def read_stack(entry: Mapping[str, Any]) -> str | None:
    """The stack whose name is in the entry, so that it must have written the entry. None: there is no name."""
    metadata = _mapping(_mapping(entry.get("template")).get("metadata"))
    return _mapping(metadata.get("annotations")).get(STACK_ANNOTATION)


def find_differences(live: Mapping[str, Any], desired: Mapping[str, Any], defaults: Defaults) -> tuple[str, ...]:
    """Paths at which two entries mean different things, sorted. Empty: both have the same effect.

    These do not count: default values of an ExternalSecret (``external-secrets.io/v1``) and of the entry, the notation
    of a duration, and the labels and annotations of this package.
    """
    one, other = ({**defaults, **_normalized(entry)} for entry in (live, desired))
    return tuple(sorted(set(_differing(one, other, ""))))


def _differing(one: Any, other: Any, path: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from _differing(one.get(key), other.get(key), f"{path}.{key}" if path else key)
    elif one != other:
        yield path


def _normalized(entry: Mapping[str, Any]) -> dict[str, Any]:
    normalized = copy.deepcopy(dict(entry))
    template = normalized.get("template")
    if not isinstance(template, dict):
        return normalized
    _remove_marks(template)
    if template.get("kind") == "ExternalSecret" and isinstance(template.get("spec"), dict):
        _add_defaults(template)
    return normalized


def _add_defaults(external_secret: dict[str, Any]) -> None:
    spec = external_secret["spec"]
    # The operator's own default, which is not in the CRD, and containers whose absence means the same.
    for field, default in (("refreshPolicy", "Periodic"), ("target", {}), ("data", [])):
        spec.setdefault(field, default)
    if isinstance(spec["target"], dict):
        spec["target"].setdefault("name", _mapping(external_secret.get("metadata")).get("name"))
        template = spec["target"].setdefault("template", {})
        if isinstance(template, dict):
            template.setdefault("type", "Opaque")
            _remove_marks(template)
    for path, defaults in CRD_DEFAULTS.items():
        for mapping in _mappings(external_secret, path.split(".")):
            mapping |= {field: default for field, default in defaults.items() if field not in mapping}
    with contextlib.suppress(ValueError):  # an expression stays as it is
        spec["refreshInterval"] = format_canonical(str(spec["refreshInterval"]))


def _mappings(value: Any, keys: Sequence[str]) -> Iterator[dict[str, Any]]:
    """The mappings at a path; a key with ``[]`` means every item of the list at that key."""
    if not isinstance(value, dict):
        return
    if not keys:
        yield value
        return
    inner = value.get(keys[0].removesuffix("[]"))
    for item in inner if isinstance(inner, list) else [inner]:
        yield from _mappings(item, keys[1:])


def _remove_marks(manifest: dict[str, Any]) -> None:
    metadata = manifest.get("metadata")
    if not isinstance(metadata, dict):
        return
    for field in ("labels", "annotations"):
        if isinstance(metadata.get(field), dict):
            metadata[field] = {key: value for key, value in metadata[field].items() if not _is_mark(key)}
            if not metadata[field]:
                del metadata[field]
    if not metadata:
        del manifest["metadata"]


def _is_mark(key: str) -> bool:
    return key in {MANAGED_BY_LABEL, ORGANIZATION_LABEL} or key.startswith(PREFIX)


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
