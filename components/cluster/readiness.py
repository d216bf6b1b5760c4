"""Readiness of ExternalSecrets, from the live objects and for their current generation.

An ExternalSecret has no ``observedGeneration``, so ``Ready=True`` may be about an older spec;
``status.syncedResourceVersion`` starts with the synced generation (ESO ``externalsecret_controller.go``).
``Ready=True`` does not mean that the Secret exists either: some policies are ready without one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from ..errors import NotReadyError, UnavailableError
from ..manifests import ESO, MANAGED_BY, MANAGED_BY_LABEL
from ..object_names import build_path
from ..openchoreo.labels import ORGANIZATION_LABEL
from ..plan.expected import Expected, FanOut
from .connection import Cluster
from .continuation import ADVICE, continues_on_error
from .pending import UNPROCESSED, Pending, Readiness, describe_late, describe_wait
from .reading import Address, list_labelled
from .reasons import unwrap

_WITHOUT_SECRET: Final = frozenset({"SecretMissing", "SecretDeleted"})
"""Reasons of ``Ready=True`` under ``creationPolicy: Merge`` and ``deletionPolicy: Delete``."""
_NEVER: Final = frozenset({"0", "0s"})
_POLL: Final = 1.0
_FIRST_POLL: Final = 0.25
_EARLY: Final = 10.0
"""Seconds after which ESO, if it runs, has processed a new ExternalSecret."""
_PATIENCE: Final = 30.0
"""Seconds for which a wait goes on while the API server does not answer: it restarts, or a proxy does."""


def read_readiness(
    cluster: Cluster, expected_secrets: Iterable[Expected], fan_outs: Iterable[FanOut] = ()
) -> Readiness:
    """Current state of the expected ExternalSecrets.

    It makes one list call for any number of ExternalSecrets, a second one if some are absent or have lost their label,
    and for each fan-out one more call and one for each of its selectors.
    """
    ordered, spread = sorted(expected_secrets), sorted(fan_outs)
    addresses = ((expected.namespace, expected.name) for expected in ordered)
    live = list_labelled(
        cluster, ESO, "ExternalSecret", addresses, f"{MANAGED_BY_LABEL}={MANAGED_BY},{ORGANIZATION_LABEL}"
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
    return describe_late(cluster, readiness, "now", ready="Ready at the last sync") if readiness.pending else None


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
        report: receives a line of at most 100 columns whenever their number or ESO's reason changes.
        cancelled: sleeps for that many seconds; returns True at once if the user has cancelled the update.
        hints: organization -> text to add to the message if its credentials are not synced.

    Raises:
        NotReadyError: some are not synced in time; the message has each Secret and ESO's reason.
        ClusterError: the cluster refuses a call, or did not answer for `_PATIENCE` seconds or until the end.
    """
    deadline = time.monotonic() + seconds
    read = _PatientReader(cluster, expected_secrets, fan_outs, min(_PATIENCE, seconds), cancelled)
    readiness = read()
    for item in readiness.pending:
        if item.failed:
            _retry_now(cluster, item.expected)
    reported, pause, waited = "", _FIRST_POLL, 0.0
    while readiness.pending:
        # At the first look, ESO may not have seen what was just applied.
        if pause == _POLL or any(item.failed for item in readiness.pending):
            line = describe_wait(cluster, readiness, early=waited < _EARLY)
            if line != reported:
                report(line)
            reported = line
        left = deadline - time.monotonic()
        if left <= 0:
            message = describe_late(cluster, readiness, f"after {seconds:g} s", hints)
            alone = len(readiness.organizations) == 1 or continues_on_error()
            raise NotReadyError(message if alone else f"{message}\n{ADVICE}")
        if cancelled(min(pause, left)):
            raise NotReadyError(describe_late(cluster, readiness, "when the update was cancelled", hints))
        pause, waited = _POLL, waited + pause
        readiness = read()


@dataclass(frozen=True)
class _PatientReader:
    """Reads the readiness, and again if the API server does not answer."""

    cluster: Cluster
    expected_secrets: Sequence[Expected]
    fan_outs: Sequence[FanOut]
    seconds: float
    cancelled: Callable[[float], bool]

    def __call__(self) -> Readiness:
        """The readiness.

        Raises:
            ClusterError: the cluster refuses a call, or did not answer for that many seconds, or until the user
                cancelled the update.
        """
        deadline = time.monotonic() + self.seconds
        while True:
            try:
                return read_readiness(self.cluster, self.expected_secrets, self.fan_outs)
            except UnavailableError:
                if time.monotonic() >= deadline or self.cancelled(_POLL):
                    raise


def _judge(expected: Expected, item: dict[str, Any] | None) -> Pending | None:
    if item is None:
        return Pending(expected, "the ExternalSecret does not exist")
    status = item.get("status") or {}
    ready = next((entry for entry in status.get("conditions") or () if entry.get("type") == "Ready"), None)
    if ready is None:
        return Pending(expected, UNPROCESSED)
    if ready.get("status") != "True" or ready.get("reason") in _WITHOUT_SECRET:
        words = unwrap(f"{ready.get('reason')}: {ready.get('message')}").removeprefix("SecretSyncedError: ")
        return Pending(expected, words, failed=True)
    synced = str(status.get("syncedResourceVersion", "")).partition("-")[0]
    if synced != str(item["metadata"].get("generation")) and not _never_again(item.get("spec") or {}):
        return Pending(expected, "the last change has not been synced yet")
    return None


def _never_again(spec: Mapping[str, Any]) -> bool:
    """Whether ESO never updates an existing Secret, even after its ExternalSecret has changed."""
    once = spec.get("refreshPolicy") == "CreatedOnce"
    return once or (spec.get("refreshPolicy") != "OnChange" and spec.get("refreshInterval") in _NEVER)


def _spread(cluster: Cluster, fan_out: FanOut, live: Mapping[Address, dict[str, Any]]) -> Iterator[Pending | None]:
    """Readiness in each namespace that a ClusterExternalSecret selects, whose own status may be about an older spec."""
    cluster_secret = cluster.get(build_path(ESO, "ClusterExternalSecret", name=fan_out.name))
    everywhere = Expected(fan_out.organization, "(every namespace)", fan_out.name)
    if cluster_secret is None:
        yield Pending(everywhere, "the ClusterExternalSecret does not exist")
        return
    spec = cluster_secret.get("spec") or {}
    selectors = _read_selectors(spec)
    if not selectors:
        yield Pending(everywhere, "the namespaceSelectors of the ClusterExternalSecret were edited")
        return
    # ESO takes the name of the ClusterExternalSecret if the field is missing.
    name = spec.get("externalSecretName") or fan_out.name
    selected = {
        namespace["metadata"]["name"]: namespace
        for labels in selectors
        for namespace in cluster.items("/api/v1/namespaces", metadata_only=True, labelSelector=labels)
    }
    for namespace in selected.values():
        expected = Expected(fan_out.organization, namespace["metadata"]["name"], name)
        item = live.get((expected.namespace, expected.name))
        if item is not None and item.get("spec") == spec.get("externalSecretSpec"):
            yield _judge(expected, item)
        elif not namespace["metadata"].get("deletionTimestamp"):
            yield Pending(expected, f"the ClusterExternalSecret {fan_out.name} has not reached the namespace yet")


def _read_selectors(spec: Mapping[str, Any]) -> list[str]:
    """Label selectors of a ClusterExternalSecret; one has to match. Empty: they are not as this package writes them."""
    selectors: Sequence[Mapping[str, Any]] = spec.get("namespaceSelectors") or []
    if any(selector.keys() != {"matchLabels"} or not selector["matchLabels"] for selector in selectors):
        return []
    return [",".join(f"{key}={value}" for key, value in selector["matchLabels"].items()) for selector in selectors]


def _retry_now(cluster: Cluster, expected: Expected) -> None:
    path = build_path(ESO, "ExternalSecret", expected.namespace, expected.name)
    stamp = {"metadata": {"annotations": {"force-sync": str(time.time_ns())}}}
    # ESO retries without it, too, only later.
    with suppress(UnavailableError):
        cluster.merge_patch(path, stamp, field_manager=f"{MANAGED_BY}-readiness")
