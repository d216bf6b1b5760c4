"""Have the credentials arrived? Judged from the live objects, for the generation that was asked for.

An ExternalSecret has no ``observedGeneration``, so ``Ready=True`` may speak of an older spec;
``status.syncedResourceVersion`` begins with the generation that was synced (ESO ``externalsecret_controller.go``).
Nor does ``Ready=True`` mean that there is a Secret: some policies are content without one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..errors import ClusterError, NotReadyError
from ..manifests import MANAGED_BY, MANAGED_BY_LABEL, ORGANIZATION_LABEL
from ..plan.expected import Expected, FanOut
from .connection import Cluster

_EXTERNAL_SECRETS: Final = "/apis/external-secrets.io/v1/externalsecrets"
_FAN_OUTS: Final = "/apis/external-secrets.io/v1/clusterexternalsecrets"
_STORES: Final = "/apis/external-secrets.io/v1/clustersecretstores"
_WITHOUT_SECRET: Final = frozenset({"SecretMissing", "SecretDeleted"})
"""Reasons of ``Ready=True`` under ``creationPolicy: Merge`` and ``deletionPolicy: Delete``."""
_NEVER: Final = frozenset({"0", "0s"})
_POLL: Final = 1.0
_FIRST_POLL: Final = 0.25


@dataclass(frozen=True)
class Pending:
    """An ExternalSecret that is not, and why."""

    expected: Expected
    reason: str
    failed: bool = False
    """Whether the operator has tried and given up for now, rather than not tried yet."""

    def __str__(self) -> str:
        return f"{self.expected}: {self.reason}"


@dataclass(frozen=True)
class Seen:
    """One look at the cluster."""

    total: int
    """ExternalSecrets that must be synced, those of every fan-out included."""
    pending: tuple[Pending, ...]
    """Those that are not."""


def look(cluster: Cluster, wanted: Iterable[Expected], fan_outs: Iterable[FanOut] = ()) -> Seen:
    """Which ExternalSecrets are not synced: one list call whatever their number, and two more for each fan-out."""
    selector = f"{MANAGED_BY_LABEL}={MANAGED_BY},{ORGANIZATION_LABEL}"
    live = {
        (item["metadata"]["namespace"], item["metadata"]["name"]): item
        for item in cluster.items(_EXTERNAL_SECRETS, labelSelector=selector)
    }
    found = [_judge(expected, live.get((expected.namespace, expected.name))) for expected in sorted(wanted)]
    for fan_out in sorted(fan_outs):
        found += _spread(cluster, fan_out, live)
    return Seen(len(found), tuple(item for item in found if item is not None))


def complaint(cluster: Cluster, wanted: Iterable[Expected], fan_outs: Iterable[FanOut] = ()) -> str | None:
    """Which ExternalSecrets are not synced now, with the operator's reasons; None if all are."""
    seen = look(cluster, wanted, fan_outs)
    return _message(cluster, seen, "now") if seen.pending else None


def wait(  # noqa: PLR0913 -- what to wait for, and how
    cluster: Cluster,
    wanted: Sequence[Expected],
    fan_outs: Sequence[FanOut] = (),
    *,
    seconds: float,
    report: Callable[[str], None],
    cancelled: Callable[[float], bool],
    hints: Mapping[str, str] | None = None,
) -> None:
    """Wait until every ExternalSecret is synced.

    Those that failed before are asked to try again at once, not after the operator's back-off of up to 7 minutes.

    Args:
        cluster: which.
        wanted: what must arrive.
        fan_outs: what must arrive in every namespace that it selects.
        seconds: how long at most.
        report: told in words about progress, when it changes.
        cancelled: sleeps for the given seconds, or returns True at once when the user has given up.
        hints: what else to say about an organization whose credentials did not arrive.

    Raises:
        NotReadyError: naming each Secret that did not arrive and the operator's reason.
    """
    deadline = time.monotonic() + seconds
    seen = look(cluster, wanted, fan_outs)
    for item in seen.pending:
        if item.failed:
            _retry_now(cluster, item.expected)
    said = seen.total
    pause = _FIRST_POLL
    while seen.pending:
        if len(seen.pending) != said:
            said = len(seen.pending)
            first = seen.pending[0].expected
            report(f"{seen.total - said} of {seen.total} credentials synced, waiting for {first}")
        left = deadline - time.monotonic()
        if left <= 0:
            raise NotReadyError(_message(cluster, seen, f"after {seconds:g} s", hints))
        if cancelled(min(pause, left)):
            raise NotReadyError(_message(cluster, seen, "when the update was cancelled", hints))
        pause = _POLL
        seen = look(cluster, wanted, fan_outs)


def _judge(expected: Expected, item: dict[str, Any] | None) -> Pending | None:
    if item is None:
        return Pending(expected, "the ExternalSecret does not exist")
    status = item.get("status") or {}
    ready = next((each for each in status.get("conditions") or () if each.get("type") == "Ready"), None)
    if ready is None:
        return Pending(expected, "the External Secrets Operator has not looked at it; is it running?")
    if ready.get("status") != "True" or ready.get("reason") in _WITHOUT_SECRET:
        return Pending(expected, f"{ready.get('reason')}: {ready.get('message')}", failed=True)
    synced = str(status.get("syncedResourceVersion", "")).partition("-")[0]
    if synced != str(item["metadata"].get("generation")) and not _never_again(item.get("spec", {})):
        return Pending(expected, "the last change has not been synced yet")
    return None


def _never_again(spec: Mapping[str, Any]) -> bool:
    """Whether the operator leaves a Secret as it is once it has been made, also when its ExternalSecret changes."""
    once = spec.get("refreshPolicy") == "CreatedOnce"
    return once or (spec.get("refreshPolicy") != "OnChange" and spec.get("refreshInterval") in _NEVER)


def _spread(
    cluster: Cluster, fan_out: FanOut, live: Mapping[tuple[str, str], dict[str, Any]]
) -> Iterator[Pending | None]:
    """Each namespace that a ClusterExternalSecret selects; its own status may speak of an older spec."""
    made = cluster.get(f"{_FAN_OUTS}/{fan_out.name}")
    if made is None:
        everywhere = Expected(fan_out.organization, "(every namespace)", fan_out.name)
        yield Pending(everywhere, "the ClusterExternalSecret does not exist")
        return
    spec = made["spec"]
    labels = ",".join(f"{key}={value}" for key, value in spec["namespaceSelectors"][0]["matchLabels"].items())
    for namespace in cluster.items("/api/v1/namespaces", metadata_only=True, labelSelector=labels):
        expected = Expected(fan_out.organization, namespace["metadata"]["name"], spec["externalSecretName"])
        item = live.get((expected.namespace, expected.name))
        if item is not None and item["spec"] == spec["externalSecretSpec"]:
            yield _judge(expected, item)
        elif not namespace["metadata"].get("deletionTimestamp"):
            yield Pending(expected, f"the ClusterExternalSecret {fan_out.name} has not reached the namespace yet")


def _retry_now(cluster: Cluster, expected: Expected) -> None:
    path = f"/apis/external-secrets.io/v1/namespaces/{expected.namespace}/externalsecrets/{expected.name}"
    stamp = {"metadata": {"annotations": {"force-sync": str(time.time_ns())}}}
    cluster.merge_patch(path, stamp, field_manager=f"{MANAGED_BY}-readiness")


def _message(cluster: Cluster, seen: Seen, when: str, hints: Mapping[str, str] | None = None) -> str:
    stores = {store["metadata"]["name"]: store for store in cluster.items(_STORES)}
    lines = [f"{len(seen.pending)} of {seen.total} credentials are not ready {when} on {cluster}:"]
    lines += [f"  - {item}{_details(cluster, item, stores)}" for item in seen.pending]
    late = {item.expected.organization for item in seen.pending}
    lines += [f'  organization "{name}": {said}' for name, said in sorted((hints or {}).items()) if name in late]
    lines.append("Fix the cause (most often a missing key in the secret manager) and run the update again")
    return "\n".join(lines)


def _details(cluster: Cluster, item: Pending, stores: dict[str, dict[str, Any]]) -> str:
    """The operator's own words: its latest event of the ExternalSecret, and why the store is not ready."""
    wanted = item.expected
    said = [_warning(cluster, wanted.namespace, "ExternalSecret", wanted.name)]
    path = f"/apis/external-secrets.io/v1/namespaces/{wanted.namespace}/externalsecrets/{wanted.name}"
    live = cluster.get(path) or {}
    name = live.get("spec", {}).get("secretStoreRef", {}).get("name")
    if name is not None and name not in stores:
        said.append(None if said[0] else f'ClusterSecretStore "{name}" does not exist')
    elif name is not None and (refused := _refused(stores[name])) is not None:
        # Events of objects without a namespace lie there. They say more than the condition, which may be only a title.
        said.append(
            f'ClusterSecretStore "{name}": {_warning(cluster, "default", "ClusterSecretStore", name) or refused}'
        )
    return f" ({'; '.join(filter(None, said))})" if any(said) else ""


def _refused(store: Mapping[str, Any]) -> str | None:
    """The message of a store that is not ready; None for one that is."""
    conditions = (store.get("status") or {}).get("conditions") or ()
    return next(
        (str(each.get("message")) for each in conditions if each.get("type") == "Ready" and each["status"] == "False"),
        None,
    )


def _warning(cluster: Cluster, namespace: str, kind: str, name: str) -> str | None:
    """The latest warning about an object, or None; also where the user may not read events."""
    selector = f"involvedObject.kind={kind},involvedObject.name={name},type=Warning"
    try:
        events = [*cluster.items(f"/api/v1/namespaces/{namespace}/events", fieldSelector=selector)]
    except ClusterError:
        return None
    latest = max(events, key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime")), default=None)
    # Errors of Vault have lines of their own.
    return None if latest is None else " ".join(str(latest.get("message")).split())
