"""What one ExternalSecret asks for, and how often: read from its manifest, so that every credential counts.

Source: the controller of ESO 0.16.2. It makes a client for each sync and throws it away, so no sync profits from the
one before. It syncs again when the interval has passed, with ``refreshPolicy: Periodic`` and an interval above zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from ..schema.durations import seconds

MONTH: Final = 30 * 24 * 3600
"""Seconds of the month that all figures are for: 30 days."""


@dataclass(frozen=True)
class Poll:
    """One ExternalSecret, or as many alike as are expected."""

    organization: str
    """Whose."""
    secret: str
    """Name of the Secret, in which expressions of OpenChoreo may stand."""
    store: str
    """Entry of ``secretStores`` that it reads from. Empty: it reads from none, all comes from generators."""
    copies: int
    """How many of it are expected."""
    brought_by: str
    """What brings one of it: ``component``, ``namespace`` or ``run``. Empty: there is exactly one."""
    interval: int | None
    """Seconds between two syncs. None: it is synced once and never again."""
    keys: tuple[str, ...]
    """Secrets in the manager, each once, sorted."""
    calls: int
    """Calls to the manager in one sync of one copy."""
    generators: tuple[str, ...]
    """Kinds of the generators that make a value in one sync of one copy."""

    @property
    def syncs_per_second(self) -> Fraction:
        """Of all copies; 0 if they are not polled."""
        return Fraction(self.copies, self.interval) if self.interval else Fraction(0)

    @property
    def calls_per_second(self) -> Fraction:
        """Calls to the manager, of all copies."""
        return self.syncs_per_second * self.calls


def poll(  # noqa: PLR0913 -- what a manifest does not say of itself
    organization: str, spec: Mapping[str, Any], *, store: str, copies: int, brought_by: str, reads_once: bool
) -> Poll:
    """Read one ExternalSecret.

    Args:
        organization: whose.
        spec: its ``spec``.
        store: entry of ``secretStores`` that it reads from; empty if it reads from none.
        copies: how many alike are expected.
        brought_by: what brings one: ``component``, ``namespace``, ``run``, or nothing where it is the only one.
        reads_once: whether several properties of one secret are one call.
    """
    refs = [*_refs(spec)]
    return Poll(
        organization=organization,
        secret=spec["target"]["name"],
        store=store,
        copies=copies,
        brought_by=brought_by,
        interval=_interval(spec),
        keys=tuple(sorted({ref["key"] for ref in refs})),
        calls=len({(ref["key"], ref.get("version")) for ref in refs}) if reads_once else len(refs),
        generators=tuple(
            entry["sourceRef"]["generatorRef"]["kind"] for entry in spec.get("dataFrom", ()) if "sourceRef" in entry
        ),
    )


def store_of(spec: Mapping[str, Any]) -> str:
    """Name of the store that an ExternalSecret reads from; empty if it reads from none."""
    return str(spec["secretStoreRef"]["name"]) if "secretStoreRef" in spec else ""


def _refs(spec: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield from (entry["remoteRef"] for entry in spec.get("data", ()))
    yield from (entry["extract"] for entry in spec.get("dataFrom", ()) if "extract" in entry)


def _interval(spec: Mapping[str, Any]) -> int | None:
    if spec["refreshPolicy"] != "Periodic":
        return None
    return round(seconds(spec["refreshInterval"])) or None
