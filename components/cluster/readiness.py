"""Readiness of ExternalSecrets, from the live objects and for their current generation.

An ExternalSecret has no ``observedGeneration``, so ``Ready=True`` may be about an older spec;
``status.syncedResourceVersion`` starts with the synced generation (ESO ``externalsecret_controller.go``).
``Ready=True`` does not mean that the Secret exists either: some policies are ready without one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ..errors import ClusterError, NotReadyError
from ..manifests import MANAGED_BY, MANAGED_BY_LABEL
from ..object_names import build_path
from ..openchoreo.labels import ORGANIZATION_LABEL
from ..plan.expected import Expected, FanOut
from ..schema.text import flatten
from .connection import Cluster
from .continuation import ADVICE, continues_on_error
from .reading import Address, list_labelled

_ESO: Final = "external-secrets.io/v1"
_STORES: Final = build_path(_ESO, "ClusterSecretStore")
_WITHOUT_SECRET: Final = frozenset({"SecretMissing", "SecretDeleted"})
"""Reasons of ``Ready=True`` under ``creationPolicy: Merge`` and ``deletionPolicy: Delete``."""
_NEVER: Final = frozenset({"0", "0s"})
_NAMES: Final = 5
"""Names of ready organizations in a message; there may be a thousand."""
_POLL: Final = 1.0
_FIRST_POLL: Final = 0.25


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


def read_readiness(
    cluster: Cluster, expected_secrets: Iterable[Expected], fan_outs: Iterable[FanOut] = ()
) -> Readiness:
    """Current state of the expected ExternalSecrets.

    It makes one list call for any number of ExternalSecrets, a second one if some are absent or have lost their label,
    and two more calls for each fan-out.
    """
    ordered, spread = sorted(expected_secrets), sorted(fan_outs)
    addresses = ((expected.namespace, expected.name) for expected in ordered)
    live = list_labelled(
        cluster, _ESO, "ExternalSecret", addresses, f"{MANAGED_BY_LABEL}={MANAGED_BY},{ORGANIZATION_LABEL}"
    )
    states = [_judge(expected, live.get((expected.namespace, expected.name))) for expected in ordered]
    for fan_out in spread:
        states += _spread(cluster, fan_out, live)
    organizations = frozenset(item.organization for item in ordered) | {fan_out.organization for fan_out in spread}
    return Readiness(len(states), tuple(item for item in states if item is not None), organizations)


def describe_pending(
    cluster: Cluster, expected_secrets: Iterable[Expected], fan_outs: Iterable[FanOut] = ()
) -> str | None:
    """A message with the ExternalSecrets that are not synced now and ESO's reasons; None if all are synced."""
    readiness = read_readiness(cluster, expected_secrets, fan_outs)
    return _message(cluster, readiness, "now", ready="Ready at the last sync") if readiness.pending else None


def wait_until_synced(  # noqa: PLR0913 -- what to wait for, how long, and whom to inform
    cluster: Cluster,
    expected_secrets: Sequence[Expected],
    fan_outs: Sequence[FanOut] = (),
    *,
    seconds: float,
    report: Callable[[str], None],
    cancelled: Callable[[float], bool],
    hints: Mapping[str, str] | None = None,
) -> None:
    """Wait until every ExternalSecret is synced.

    ESO retries failed ones at once instead of after its back-off of up to 7 minutes.

    Args:
        cluster: cluster of the ExternalSecrets.
        expected_secrets: ExternalSecrets that must be synced.
        fan_outs: ClusterExternalSecrets that must be synced in every namespace that they select.
        seconds: longest time to wait.
        report: receives a message whenever the number of synced ExternalSecrets changes.
        cancelled: sleeps for that many seconds; returns True at once if the user has cancelled the update.
        hints: organization -> text to add to the message if its credentials are not synced.

    Raises:
        NotReadyError: some are not synced in time; the message has each Secret and ESO's reason.
    """
    deadline = time.monotonic() + seconds
    readiness = read_readiness(cluster, expected_secrets, fan_outs)
    for item in readiness.pending:
        if item.failed:
            _retry_now(cluster, item.expected)
    reported = readiness.total
    pause = _FIRST_POLL
    while readiness.pending:
        if len(readiness.pending) != reported:
            reported = len(readiness.pending)
            first = readiness.pending[0].expected
            report(f"{readiness.total - reported} of {readiness.total} credentials synced, waiting for {first}")
        left = deadline - time.monotonic()
        if left <= 0:
            message = _message(cluster, readiness, f"after {seconds:g} s", hints)
            alone = len(readiness.organizations) == 1 or continues_on_error()
            raise NotReadyError(message if alone else f"{message}\n{ADVICE}")
        if cancelled(min(pause, left)):
            raise NotReadyError(_message(cluster, readiness, "when the update was cancelled", hints))
        pause = _POLL
        readiness = read_readiness(cluster, expected_secrets, fan_outs)


def _judge(expected: Expected, item: dict[str, Any] | None) -> Pending | None:
    if item is None:
        return Pending(expected, "the ExternalSecret does not exist")
    status = item.get("status") or {}
    ready = next((entry for entry in status.get("conditions") or () if entry.get("type") == "Ready"), None)
    if ready is None:
        return Pending(expected, "the External Secrets Operator has not processed it; is it running?")
    if ready.get("status") != "True" or ready.get("reason") in _WITHOUT_SECRET:
        return Pending(expected, _flatten(f"{ready.get('reason')}: {ready.get('message')}"), failed=True)
    synced = str(status.get("syncedResourceVersion", "")).partition("-")[0]
    if synced != str(item["metadata"].get("generation")) and not _never_again(item.get("spec", {})):
        return Pending(expected, "the last change has not been synced yet")
    return None


def _never_again(spec: Mapping[str, Any]) -> bool:
    """Whether ESO never updates an existing Secret, even after its ExternalSecret has changed."""
    once = spec.get("refreshPolicy") == "CreatedOnce"
    return once or (spec.get("refreshPolicy") != "OnChange" and spec.get("refreshInterval") in _NEVER)


def _spread(cluster: Cluster, fan_out: FanOut, live: Mapping[Address, dict[str, Any]]) -> Iterator[Pending | None]:
    """Readiness in each namespace that a ClusterExternalSecret selects, whose own status may be about an older spec."""
    cluster_secret = cluster.get(build_path(_ESO, "ClusterExternalSecret", name=fan_out.name))
    if cluster_secret is None:
        everywhere = Expected(fan_out.organization, "(every namespace)", fan_out.name)
        yield Pending(everywhere, "the ClusterExternalSecret does not exist")
        return
    spec = cluster_secret["spec"]
    labels = ",".join(f"{key}={value}" for key, value in spec["namespaceSelectors"][0]["matchLabels"].items())
    for namespace in cluster.items("/api/v1/namespaces", metadata_only=True, labelSelector=labels):
        expected = Expected(fan_out.organization, namespace["metadata"]["name"], spec["externalSecretName"])
        item = live.get((expected.namespace, expected.name))
        if item is not None and item["spec"] == spec["externalSecretSpec"]:
            yield _judge(expected, item)
        elif not namespace["metadata"].get("deletionTimestamp"):
            yield Pending(expected, f"the ClusterExternalSecret {fan_out.name} has not reached the namespace yet")


def _retry_now(cluster: Cluster, expected: Expected) -> None:
    path = build_path(_ESO, "ExternalSecret", expected.namespace, expected.name)
    stamp = {"metadata": {"annotations": {"force-sync": str(time.time_ns())}}}
    cluster.merge_patch(path, stamp, field_manager=f"{MANAGED_BY}-readiness")


def _message(
    cluster: Cluster,
    readiness: Readiness,
    when: str,
    hints: Mapping[str, str] | None = None,
    ready: str = "Ready",
) -> str:
    stores = {store["metadata"]["name"]: store for store in cluster.items(_STORES)}
    lines = [f"{len(readiness.pending)} of {readiness.total} credentials are not ready {when} on {cluster}:"]
    lines += [f"  - {item}{_details(cluster, item, stores)}" for item in readiness.pending]
    late = {item.expected.organization for item in readiness.pending}
    lines += [f'  organization "{name}": {hint}' for name, hint in sorted((hints or {}).items()) if name in late]
    if others := sorted(readiness.organizations - late):
        more = f" and {len(others) - _NAMES} more" if len(others) > _NAMES else ""
        lines.append(f"{ready}: {', '.join(others[:_NAMES])}{more}")
    lines.append("Fix the cause (most often a missing key in the secret manager) and run the update again")
    return "\n".join(lines)


def _details(cluster: Cluster, item: Pending, stores: dict[str, dict[str, Any]]) -> str:
    """ESO's own messages: the latest event of the ExternalSecret, and why the store is not ready."""
    secret = item.expected
    reasons = [_warning(cluster, secret.namespace, "ExternalSecret", secret.name)]
    path = build_path(_ESO, "ExternalSecret", secret.namespace, secret.name)
    live = cluster.get(path) or {}
    name = live.get("spec", {}).get("secretStoreRef", {}).get("name")
    if name is not None and name not in stores:
        reasons.append(None if reasons[0] else f'ClusterSecretStore "{name}" does not exist')
    elif name is not None and (refused := _refused(stores[name])) is not None:
        # Events of cluster-scoped objects are in "default"; they say more than the condition, often only a title.
        reasons.append(
            f'ClusterSecretStore "{name}": {_warning(cluster, "default", "ClusterSecretStore", name) or refused}'
        )
    return f" ({'; '.join(filter(None, reasons))})" if any(reasons) else ""


def _refused(store: Mapping[str, Any]) -> str | None:
    """The message of a store that is not ready; None if the store is ready."""
    conditions = (store.get("status") or {}).get("conditions") or ()
    return next(
        (
            _flatten(str(entry.get("message")))
            for entry in conditions
            if entry.get("type") == "Ready" and entry["status"] == "False"
        ),
        None,
    )


def _warning(cluster: Cluster, namespace: str, kind: str, name: str) -> str | None:
    """The latest warning event of an object; None if there is none, or the user may not read events."""
    selector = f"involvedObject.kind={kind},involvedObject.name={name},type=Warning"
    try:
        events = [*cluster.items(f"/api/v1/namespaces/{namespace}/events", fieldSelector=selector)]
    except ClusterError:
        return None
    latest = max(events, key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime")), default=None)
    return None if latest is None else _flatten(str(latest.get("message")))


def _flatten(message: str) -> str:
    """A message of ESO as one line; Vault's errors span several."""
    return flatten(" ".join(message.split()))
