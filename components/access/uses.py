"""What an ExternalSecret or a PushSecret reads and writes, and through which stores.

Source: ``ExternalSecret`` of ``external-secrets.io/v1`` (``secretStoreRef``, and ``sourceRef`` of each entry of
``data`` and ``dataFrom``, which takes precedence), ``PushSecret`` of ``v1alpha1`` (``secretStoreRefs``, by name or by
labels).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ..offboarding.holdings import RemoteKey
from ..schema.text import flatten
from .sign_in import plain

STORE: Final = "ClusterSecretStore"
ANY_KEY: Final = "(every key)"
"""In place of a key: the entry searches for keys."""


@dataclass(frozen=True, order=True)
class Use:
    """One key that an object reads or writes."""

    kind: str
    """``ClusterSecretStore`` or ``SecretStore``; of a generator, its kind."""
    store: str
    """Name of the store or of the generator. Empty: stores with some labels, or none."""
    key: str
    """Remote key. Empty for a generator."""
    generator: bool = False
    selector: str = ""
    """Labels of the stores, as the JSON of a selector. Empty: the store has a name."""


def list_uses(spec: Mapping[str, Any]) -> tuple[Use, ...]:
    """Every use in the spec of an ExternalSecret, without duplicates."""
    return tuple(dict.fromkeys(_list_reads(spec)))


def list_remote_keys(spec: Mapping[str, Any]) -> Iterator[RemoteKey]:
    """Every key that an ExternalSecret reads, each as one line; an entry that searches for keys names none."""
    for use in list_uses(spec):
        if use.key not in {"", ANY_KEY}:
            yield RemoteKey(flatten(use.store), flatten(use.key))


def list_pushes(spec: Mapping[str, Any]) -> tuple[Use, ...]:
    """Every use in the spec of a PushSecret, without duplicates."""
    references = spec.get("secretStoreRefs") or ()
    keys = [
        plain((((entry.get("match") or {}).get("remoteRef")) or {}).get("remoteKey"))
        for entry in spec.get("data") or ()
    ]
    # dataTo writes keys that a pattern selects.
    keys += [ANY_KEY for _ in spec.get("dataTo") or ()]
    uses = (_refer(reference, key) for reference in references for key in keys or [ANY_KEY])
    return tuple(dict.fromkeys(uses))


def _list_reads(spec: Mapping[str, Any]) -> Iterator[Use]:
    default = spec.get("secretStoreRef") or {}
    for entry in spec.get("data") or ():
        yield from _read_entry(entry, default, plain((entry.get("remoteRef") or {}).get("key")))
    for entry in spec.get("dataFrom") or ():
        extract = entry.get("extract")
        yield from _read_entry(entry, default, ANY_KEY if extract is None else plain(extract.get("key")))


def _read_entry(entry: Mapping[str, Any], default: Mapping[str, Any], key: str) -> Iterator[Use]:
    source = entry.get("sourceRef") or {}
    generator = source.get("generatorRef")
    if generator:
        yield Use(plain(generator.get("kind")), plain(generator.get("name")), "", generator=True)
    else:
        yield _refer(source.get("storeRef") or default, key)


def _refer(reference: Mapping[str, Any], key: str) -> Use:
    # The default of the CRD.
    kind, labels = plain(reference.get("kind")) or "SecretStore", reference.get("labelSelector")
    return Use(kind, plain(reference.get("name")), key, selector="" if labels is None else json.dumps(labels))
