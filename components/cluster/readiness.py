"""Have the credentials arrived? Judged from the live objects, for the generation that was asked for.

An ExternalSecret has no ``observedGeneration``, so ``Ready=True`` may speak of an older spec;
``status.syncedResourceVersion`` begins with the generation that was synced (ESO ``externalsecret_controller.go``).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..errors import NotReadyError
from ..manifests import MANAGED_BY, ORGANIZATION_LABEL
from .connection import Cluster

_EXTERNAL_SECRETS: Final = "/apis/external-secrets.io/v1/externalsecrets"
_STORES: Final = "/apis/external-secrets.io/v1/clustersecretstores"
_POLL: Final = 1.0
_FIRST_POLL: Final = 0.25


@dataclass(frozen=True, order=True)
class Expected:
    """An ExternalSecret that must be synced."""

    organization: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f'organization "{self.organization}", Secret {self.namespace}/{self.name}'


@dataclass(frozen=True)
class Pending:
    """An ExternalSecret that is not, and why."""

    expected: Expected
    reason: str
    failed: bool = False
    """Whether the operator has tried and given up for now, rather than not tried yet."""

    def __str__(self) -> str:
        return f"{self.expected}: {self.reason}"


def pending(cluster: Cluster, wanted: Iterable[Expected]) -> tuple[Pending, ...]:
    """Those of the ExternalSecrets that are not synced, found with one list call whatever their number."""
    selector = f"app.kubernetes.io/managed-by={MANAGED_BY},{ORGANIZATION_LABEL}"
    live = {
        (item["metadata"]["namespace"], item["metadata"]["name"]): item
        for item in cluster.items(_EXTERNAL_SECRETS, labelSelector=selector)
    }
    found = (_judge(expected, live.get((expected.namespace, expected.name))) for expected in sorted(wanted))
    return tuple(item for item in found if item is not None)


def wait(
    cluster: Cluster,
    wanted: Sequence[Expected],
    *,
    seconds: float,
    report: Callable[[str], None],
    cancelled: Callable[[float], bool],
) -> None:
    """Wait until every ExternalSecret is synced.

    Those that failed before are asked to try again at once, not after the operator's back-off of up to 7 minutes.

    Args:
        cluster: the build plane.
        wanted: what must arrive.
        seconds: how long at most.
        report: told in words about progress, when it changes.
        cancelled: sleeps for the given seconds, or returns True at once when the user has given up.

    Raises:
        NotReadyError: naming each Secret that did not arrive and the operator's reason.
    """
    deadline = time.monotonic() + seconds
    waiting = pending(cluster, wanted)
    for item in waiting:
        if item.failed:
            _retry_now(cluster, item.expected)
    said = len(wanted)
    pause = _FIRST_POLL
    while waiting:
        if len(waiting) != said:
            said = len(waiting)
            report(f"{len(wanted) - said} of {len(wanted)} credentials synced, waiting for {waiting[0].expected}")
        left = deadline - time.monotonic()
        if left <= 0:
            raise NotReadyError(_message(cluster, waiting, len(wanted), f"after {seconds:g} s"))
        if cancelled(min(pause, left)):
            raise NotReadyError(_message(cluster, waiting, len(wanted), "when the update was cancelled"))
        pause = _POLL
        waiting = pending(cluster, wanted)


def _judge(expected: Expected, item: dict[str, Any] | None) -> Pending | None:
    if item is None:
        return Pending(expected, "the ExternalSecret does not exist")
    status = item.get("status") or {}
    ready = next((each for each in status.get("conditions") or () if each.get("type") == "Ready"), None)
    if ready is None:
        return Pending(expected, "the External Secrets Operator has not looked at it; is it running?")
    if ready.get("status") != "True":
        return Pending(expected, f"{ready.get('reason')}: {ready.get('message')}", failed=True)
    synced = str(status.get("syncedResourceVersion", "")).partition("-")[0]
    if synced != str(item["metadata"].get("generation")):
        return Pending(expected, "the last change has not been synced yet")
    return None


def _retry_now(cluster: Cluster, expected: Expected) -> None:
    path = f"/apis/external-secrets.io/v1/namespaces/{expected.namespace}/externalsecrets/{expected.name}"
    stamp = {"metadata": {"annotations": {"force-sync": str(time.time_ns())}}}
    cluster.merge_patch(path, stamp, field_manager=f"{MANAGED_BY}-readiness")


def _message(cluster: Cluster, waiting: Sequence[Pending], total: int, when: str) -> str:
    stores = {store["metadata"]["name"]: store for store in cluster.items(_STORES)}
    lines = [f"{len(waiting)} of {total} credentials are not ready {when} on {cluster}:"]
    lines += [f"  - {item}{_details(cluster, item, stores)}" for item in waiting]
    lines.append("Mend the cause (most often a missing key in the secret manager) and run the update again")
    return "\n".join(lines)


def _details(cluster: Cluster, item: Pending, stores: dict[str, dict[str, Any]]) -> str:
    """The operator's own words: its latest event of the ExternalSecret, else the state of the store."""
    wanted = item.expected
    events = cluster.items(
        f"/api/v1/namespaces/{wanted.namespace}/events",
        fieldSelector=f"involvedObject.kind=ExternalSecret,involvedObject.name={wanted.name},type=Warning",
    )
    latest = max(events, key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime")), default=None)
    if latest is not None:
        return f" ({latest.get('message')})"
    path = f"/apis/external-secrets.io/v1/namespaces/{wanted.namespace}/externalsecrets/{wanted.name}"
    live = cluster.get(path) or {}
    store = live.get("spec", {}).get("secretStoreRef", {}).get("name")
    if store is not None and store not in stores:
        return f' (ClusterSecretStore "{store}" does not exist)'
    return ""
