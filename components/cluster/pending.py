"""Messages about ExternalSecrets that are not synced, with ESO's reasons."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from ..errors import ClusterError
from ..manifests import ESO
from ..object_names import build_path
from ..plan.expected import Expected
from .connection import Cluster
from .reasons import Store, list_reasons
from .wrapping import COLUMNS, wrap_reason

_STORES: Final = build_path(ESO, "ClusterSecretStore")
_NO_VALUE: Final = "could not get secret data from provider"
"""Condition of every failure to read a value; the event has the reason."""
UNPROCESSED: Final = "ESO has not processed it; is it running?"
"""Reason of an ExternalSecret without a status."""
_UNPROCESSED_YET: Final = "ESO has not processed it yet"
"""The same while ESO may not have seen it."""
_NAMES: Final = 5
"""Names of ready organizations in a message; there may be a thousand."""


@dataclass(frozen=True)
class Pending:
    """An ExternalSecret that is not synced, and the reason."""

    expected: Expected
    reason: str
    failed: bool = False
    """Whether ESO has tried and failed, instead of not having tried yet."""

    def __str__(self) -> str:
        return f"{self.expected}: {self.reason}"


@dataclass(frozen=True)
class Readiness:
    """State of all expected ExternalSecrets at one time."""

    total: int
    """Number of ExternalSecrets that must be synced, including those of fan-outs."""
    pending: tuple[Pending, ...]
    """The ExternalSecrets that are not synced."""
    organizations: frozenset[str] = field(default=frozenset(), compare=False)
    """Organizations with an ExternalSecret that must be synced."""


def describe_wait(cluster: Cluster, readiness: Readiness, *, early: bool) -> str:
    """A line about the first ExternalSecret that has failed, otherwise about the first one that is not synced.

    Args:
        cluster: cluster of the ExternalSecrets.
        readiness: their state; some are not synced.
        early: whether the wait has just begun, so that it is no sign of a problem that ESO has not processed one.
    """
    pending = readiness.pending
    first = next((item for item in pending if item.failed), pending[0])
    if early and first.reason == UNPROCESSED:
        first = replace(first, reason=_UNPROCESSED_YET)
    reason = _explain(cluster, first, lambda name: _read_store(cluster, name))
    place = f"{first.expected.organization}/{first.expected.name}"
    return textwrap.shorten(
        f"{len(pending)} of {readiness.total} waiting: {place}: {reason}", COLUMNS, placeholder=" …"
    )


def _read_store(cluster: Cluster, name: str) -> Store | None:
    return cluster.get(build_path(ESO, "ClusterSecretStore", name=name))


def _read_stores(cluster: Cluster) -> Mapping[str, Store] | None:
    """Name -> ClusterSecretStore, in one call. None: they cannot be read, which is no reason to hide the rest."""
    try:
        return {store["metadata"]["name"]: store for store in cluster.items(_STORES)}
    except ClusterError:
        return None


def _explain(cluster: Cluster, item: Pending, read_store: Callable[[str], Store | None]) -> str:
    """ESO's reasons, beside the condition unless that says nothing more, or the reasons cannot be read."""
    try:
        reasons = "; ".join(list_reasons(cluster, item.expected, read_store))
    except ClusterError:
        return item.reason
    if not reasons:
        return item.reason
    return reasons if item.reason == _NO_VALUE else f"{item.reason} ({reasons})"


def describe_late(
    cluster: Cluster,
    readiness: Readiness,
    when: str,
    hints: Mapping[str, str] | None = None,
    ready: str = "Ready",
) -> str:
    """A message with every ExternalSecret that is not synced, ESO's reasons, and who is ready.

    Args:
        cluster: cluster of the ExternalSecrets.
        readiness: their state; some are not synced.
        when: ``after 300 s``.
        hints: organization -> text to add if its credentials are not synced.
        ready: what precedes the names of the other organizations.
    """
    stores = _read_stores(cluster)
    lines = [f"{len(readiness.pending)} of {readiness.total} credentials are not ready {when} on {cluster}:"]
    for item in readiness.pending:
        lines += wrap_reason(
            f"  - {item.expected}:", item.reason if stores is None else _explain(cluster, item, stores.get)
        )
    late = {item.expected.organization for item in readiness.pending}
    lines += [f'  organization "{name}": {hint}' for name, hint in sorted((hints or {}).items()) if name in late]
    if others := sorted(readiness.organizations - late):
        more = f" and {len(others) - _NAMES} more" if len(others) > _NAMES else ""
        lines.append(f"{ready}: {', '.join(others[:_NAMES])}{more}")
    lines.append("Fix the cause (most often a missing key in the secret manager) and run the update again")
    return "\n".join(lines)
