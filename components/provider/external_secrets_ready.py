"""The resource ``ExternalSecretsReady``, which creates nothing: it waits for ExternalSecrets and detects failures.

Inputs: ``externalSecrets``, ``clusterExternalSecrets``, ``timeoutSeconds``, ``hints`` and ``refused`` (organizations of
which this update changes nothing). `ExternalSecretsReady.check` replaces ``refused`` with what the last update recorded
of these organizations.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, TypeVar

from pulumi.provider.experimental import provider as rpc

from ..cluster.connection import Cluster
from ..cluster.readiness import describe_pending, read_readiness, wait_until_synced
from ..errors import ClusterError
from ..plan.expected import Expected, FanOut, list_expected, list_fan_outs
from .log import Log, Say
from .values import to_plain, to_property_values

TYPE: Final = "openchoreo:index:ExternalSecretsReady"
_WATCHED: Final = "externalSecrets"
_SPREAD: Final = "clusterExternalSecrets"
_HINTS: Final = "hints"
_REFUSED: Final = "refused"

T = TypeVar("T", Expected, FanOut)
Values = Mapping[str, Any]


class ExternalSecretsReady:
    """Diff, create and update of a wait. Each method runs in a thread and may block."""

    def __init__(self, cluster: Cluster, cancelled: threading.Event, unrepaired: Sequence[str]) -> None:
        self._cluster = cluster
        self._cancelled = cancelled
        self._unrepaired = unrepaired
        self._refused: dict[str, frozenset[str]] = {}
        """URN -> organizations that are not waited for."""

    def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Keep what the last update recorded of refused organizations."""
        new, old = to_plain(request.new_inputs), to_plain(request.old_inputs)
        refused = self._refused[request.urn] = frozenset(new.pop(_REFUSED, ()))
        if not refused:
            return rpc.CheckResponse(inputs=request.new_inputs)
        for key in (_WATCHED, _SPREAD, _HINTS):
            if kept := {name: value for name, value in old.get(key, {}).items() if name in refused}:
                new[key] = {**new.get(key, {}), **kept}
        return rpc.CheckResponse(inputs=to_property_values(new))

    def create(self, request: rpc.CreateRequest, log: Log) -> rpc.CreateResponse:
        """Wait for all ExternalSecrets; fail if `LiveObjects` could not repair an object. A preview does neither."""
        if not request.preview:
            self._wait(request.urn, to_plain(request.properties), log.status)
        return rpc.CreateResponse("external-secrets", request.properties)

    def update(self, request: rpc.UpdateRequest, log: Log) -> rpc.UpdateResponse:
        """Wait again; a preview does not wait, and warns about ExternalSecrets that no longer sync."""
        urn, old, new = request.urn, to_plain(request.olds), to_plain(request.news)
        if not request.preview:
            self._wait(urn, new, log.status)
            return rpc.UpdateResponse(request.news)
        expected, fan_outs = self._in_both(urn, _expected, old, new), self._in_both(urn, _fan_outs, old, new)
        if (text := describe_pending(self._cluster, expected, fan_outs)) is not None:
            log.warning(text)
        return rpc.UpdateResponse(request.news)

    def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """Changes of the inputs, and ExternalSecrets in old and new inputs that are not synced now."""
        old, new = to_plain(request.old_state), to_plain(request.new_inputs)
        changed = {
            key: rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE, input_diff=True)
            for key in sorted(old.keys() | new.keys())
            if old.get(key) != new.get(key)
        }
        kept = self._in_both(request.urn, _expected, old, new)
        lagging = {item.expected for item in read_readiness(self._cluster, kept).pending}
        # The form of the state, so that the engine shows one entry of the inputs and not the whole property.
        paths = [
            f'{_WATCHED}["{organization}"]["{namespace}"][{index}]'
            for organization, namespaces in new.get(_WATCHED, {}).items()
            for namespace, names in namespaces.items()
            for index, name in enumerate(names)
            if Expected(organization, namespace, name) in lagging
        ]
        late = self._lagging(self._in_both(request.urn, _fan_outs, old, new))
        paths += [
            f'{_SPREAD}["{organization}"][{index}]'
            for organization, names in new.get(_SPREAD, {}).items()
            for index, name in enumerate(names)
            if FanOut(organization, name) in late
        ]
        paths += [_WATCHED] if self._unrepaired and _WATCHED not in changed else []
        for path in paths:
            changed[path] = rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE, input_diff=False)
        return rpc.DiffResponse(changes=bool(changed), diffs=list(changed), detailed_diff=changed)

    def _lagging(self, fan_outs: Sequence[FanOut]) -> list[FanOut]:
        """Those that are not synced in every namespace."""
        if not fan_outs:
            return []
        late = {item.expected.organization for item in read_readiness(self._cluster, (), fan_outs).pending}
        return [fan_out for fan_out in fan_outs if fan_out.organization in late]

    def _in_both(self, urn: str, read: Callable[[Values], list[T]], old: Values, new: Values) -> list[T]:
        """Entries of the new inputs that are in the old ones too: only those can have stopped working."""
        before = set(read(old))
        return [entry for entry in self._select(urn, read(new)) if entry in before]

    def _select(self, urn: str, entries: Iterable[T]) -> list[T]:
        """Entries of organizations that are not refused."""
        refused = self._refused.get(urn, frozenset())
        return [entry for entry in entries if entry.organization not in refused]

    def _wait(self, urn: str, properties: Values, report: Say) -> None:
        wait_until_synced(
            self._cluster,
            self._select(urn, _expected(properties)),
            self._select(urn, _fan_outs(properties)),
            seconds=float(properties["timeoutSeconds"]),
            report=report,
            cancelled=self._cancelled.wait,
            hints=properties.get(_HINTS),
        )
        if self._unrepaired:
            raise ClusterError("\n".join(self._unrepaired))


def _expected(properties: Values) -> list[Expected]:
    return list_expected(properties.get(_WATCHED, {}))


def _fan_outs(properties: Values) -> list[FanOut]:
    return list_fan_outs(properties.get(_SPREAD, {}))
