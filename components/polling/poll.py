"""Calls of one ExternalSecret and their interval, read from its manifest, so that every kind of credential counts.

Source: the controller of ESO 0.16.2 and 0.20.4. It creates a client for each sync, so nothing is cached between syncs.
It syncs again after the interval, with ``refreshPolicy: Periodic`` and an interval above zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from ..schema.deferred import InputStr, sort_unique
from ..schema.durations import parse_seconds

MONTH: Final = 30 * 24 * 3600
"""Seconds in the month of 30 days that all figures assume."""


@dataclass(frozen=True)
class Poll:
    """What one ExternalSecret, or the expected number of equal ones, reads from one store."""

    organization: str
    """Name of the organization."""
    secret: str
    """Name of the Secret; may contain OpenChoreo expressions."""
    store: str
    """Entry of ``secretStores`` that it reads from. Empty: it uses generators only."""
    copies: int
    """Expected number of equal ExternalSecrets."""
    brought_by: str
    """What creates one: ``component``, ``namespace`` or ``run``. Empty: there is exactly one."""
    interval: int | None
    """Seconds between two syncs. None: it syncs only once."""
    keys: tuple[InputStr, ...]
    """Secrets in the manager, sorted, without duplicates."""
    calls: int
    """Calls to the manager in one sync of one copy."""
    generators: tuple[str, ...]
    """Kinds of the generators that create a value in one sync of one copy."""
    number: int = field(default=0, compare=False)
    """Number of the ExternalSecret in the stack: one that reads from several stores has several polls."""

    @property
    def syncs_per_second(self) -> Fraction:
        """Syncs per second of all copies; 0 if they sync only once."""
        return Fraction(self.copies, self.interval) if self.interval else Fraction(0)

    @property
    def calls_per_second(self) -> Fraction:
        """Calls per second to the manager, from all copies."""
        return self.syncs_per_second * self.calls


def read_poll(  # noqa: PLR0913 -- what a manifest does not contain
    organization: str,
    secret: str,
    spec: Mapping[str, Any],
    *,
    store_name: str,
    store: str,
    copies: int,
    brought_by: str,
    reads_once: bool,
    number: int = 0,
) -> Poll:
    """Read what one ExternalSecret reads from one of its stores, of `read_store_names`.

    Args:
        organization: name of the organization.
        secret: its name, and that of its Secret.
        spec: its ``spec``.
        store_name: name of the ClusterSecretStore. Generators count for the first one.
        store: entry of ``secretStores`` that it reads from; empty if it reads from none.
        copies: expected number of equal ExternalSecrets.
        brought_by: what creates one: ``component``, ``namespace``, ``run``; empty if there is exactly one.
        reads_once: whether several properties of one secret are one call.
        number: of the ExternalSecret in the stack.
    """
    first = read_store_names(spec)[0]
    refs = [ref for name, ref in _refs(spec) if name == store_name]
    return Poll(
        organization=organization,
        secret=secret,
        store=store,
        copies=copies,
        brought_by=brought_by,
        interval=_interval(spec),
        keys=sort_unique(ref["key"] for ref in refs),
        calls=len({(ref["key"], ref.get("version")) for ref in refs}) if reads_once else len(refs),
        generators=tuple(
            entry["sourceRef"]["generatorRef"]["kind"]
            for entry in spec.get("dataFrom", ())
            if "sourceRef" in entry and store_name == first
        ),
        number=number,
    )


def read_store_names(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the stores that an ExternalSecret reads from, its own first; one empty text if it reads from none."""
    return tuple(dict.fromkeys((_own_store(spec), *(name for name, _ in _refs(spec)))))


def _own_store(spec: Mapping[str, Any]) -> str:
    return str(spec["secretStoreRef"]["name"]) if "secretStoreRef" in spec else ""


def _refs(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name of the store and reference of each value."""
    own = _own_store(spec)
    for entry in spec.get("data", ()):
        yield str(entry["sourceRef"]["storeRef"]["name"]) if "sourceRef" in entry else own, entry["remoteRef"]
    yield from ((own, entry["extract"]) for entry in spec.get("dataFrom", ()) if "extract" in entry)


def _interval(spec: Mapping[str, Any]) -> int | None:
    if spec.get("refreshPolicy", "Periodic") != "Periodic":
        return None
    return round(parse_seconds(spec["refreshInterval"])) or None
