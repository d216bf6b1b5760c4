"""The resource ``ExternalSecretsReady``, which creates nothing: it waits for ExternalSecrets and detects failures."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeVar

from pulumi.provider.experimental import provider as rpc

from ..cluster.connection import Cluster
from ..cluster.readiness import describe_pending, read_readiness, wait_until_synced
from ..errors import ClusterError
from ..plan.expected import Expected, FanOut, list_expected, list_fan_outs
from .log import Log, Say
from .values import to_plain

TYPE: Final = "openchoreo:index:ExternalSecretsReady"
_WATCHED: Final = "externalSecrets"
_SPREAD: Final = "clusterExternalSecrets"

T = TypeVar("T")


class ExternalSecretsReady:
    """Diff, create and update of a wait. Each method runs in a thread and may block."""

    def __init__(self, cluster: Cluster, cancelled: threading.Event, unrepaired: Sequence[str]) -> None:
        self._cluster = cluster
        self._cancelled = cancelled
        self._unrepaired = unrepaired

    def create(self, request: rpc.CreateRequest, log: Log) -> rpc.CreateResponse:
        """Wait for all ExternalSecrets; fail if `LiveObjects` could not repair an object. A preview does neither."""
        if not request.preview:
            self._wait(to_plain(request.properties), log.status)
        return rpc.CreateResponse("external-secrets", request.properties)

    def update(self, request: rpc.UpdateRequest, log: Log) -> rpc.UpdateResponse:
        """Wait again; a preview does not wait, and warns about ExternalSecrets that no longer sync."""
        old, new = to_plain(request.olds), to_plain(request.news)
        if not request.preview:
            self._wait(new, log.status)
            return rpc.UpdateResponse(request.news)
        expected, fan_outs = _in_both(_expected(old), _expected(new)), _in_both(_fan_outs(old), _fan_outs(new))
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
        kept = _in_both(_expected(old), _expected(new))
        lagging = {item.expected for item in read_readiness(self._cluster, kept).pending}
        # The form of the state, so that the engine shows one entry of the inputs and not the whole property.
        paths = [
            f'{_WATCHED}["{organization}"]["{namespace}"][{index}]'
            for organization, namespaces in new.get(_WATCHED, {}).items()
            for namespace, names in namespaces.items()
            for index, name in enumerate(names)
            if Expected(organization, namespace, name) in lagging
        ]
        late = self._lagging(_fan_outs(old), _fan_outs(new))
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

    def _lagging(self, old: list[FanOut], new: list[FanOut]) -> list[FanOut]:
        """The fan-outs in old and new inputs that are not synced in every namespace."""
        kept = _in_both(old, new)
        late = (
            {item.expected.organization for item in read_readiness(self._cluster, (), kept).pending} if kept else set()
        )
        return [fan_out for fan_out in kept if fan_out.organization in late]

    def _wait(self, properties: Mapping[str, Any], report: Say) -> None:
        wait_until_synced(
            self._cluster,
            _expected(properties),
            _fan_outs(properties),
            seconds=float(properties["timeoutSeconds"]),
            report=report,
            cancelled=self._cancelled.wait,
            hints=properties.get("hints"),
        )
        if self._unrepaired:
            raise ClusterError("\n".join(self._unrepaired))


def _in_both(old: list[T], new: list[T]) -> list[T]:
    """Entries of ``new`` that are in ``old`` too: only those can have stopped working."""
    before = set(old)
    return [entry for entry in new if entry in before]


def _expected(properties: Mapping[str, Any]) -> list[Expected]:
    return list_expected(properties.get(_WATCHED, {}))


def _fan_outs(properties: Mapping[str, Any]) -> list[FanOut]:
    return list_fan_outs(properties.get(_SPREAD, {}))
