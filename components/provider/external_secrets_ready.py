"""The resource ``ExternalSecretsReady``: nothing in the cluster is its own, it waits and it watches."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pulumi.provider.experimental import provider as rpc

from ..cluster.connection import Cluster
from ..cluster.readiness import complaint, look, wait
from ..plan.expected import Expected, FanOut
from .log import Log, Say
from .values import plain

TYPE: Final = "openchoreo:index:ExternalSecretsReady"
_WATCHED: Final = "externalSecrets"
_SPREAD: Final = "clusterExternalSecrets"

T = TypeVar("T")


class ExternalSecretsReady:
    """Check, diff, create, update and delete; each is called in a thread and may block."""

    def __init__(self, cluster: Cluster, cancelled: threading.Event) -> None:
        self._cluster = cluster
        self._cancelled = cancelled

    def create(self, request: rpc.CreateRequest, log: Log) -> rpc.CreateResponse:
        """Wait; a preview waits for nothing."""
        if not request.preview:
            self._wait(plain(request.properties), log.status)
        return rpc.CreateResponse("external-secrets", request.properties)

    def update(self, request: rpc.UpdateRequest, log: Log) -> rpc.UpdateResponse:
        """Wait again; a preview waits for nothing, and warns of what has stopped working."""
        old, new = plain(request.olds), plain(request.news)
        if not request.preview:
            self._wait(new, log.status)
            return rpc.UpdateResponse(request.news)
        wanted, fan_outs = _known(_expected(old), _expected(new)), _known(_fan_outs(old), _fan_outs(new))
        if (text := complaint(self._cluster, wanted, fan_outs)) is not None:
            log.warning(text)
        return rpc.UpdateResponse(request.news)

    def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """What changed in the inputs, and which credentials that were asked for before are not in sync now."""
        old, new = plain(request.old_state), plain(request.new_inputs)
        changed = {
            key: rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE, input_diff=True)
            for key in sorted(old.keys() | new.keys())
            if old.get(key) != new.get(key)
        }
        known = _known(_expected(old), _expected(new))
        lagging = {item.expected for item in look(self._cluster, known).pending}
        paths = [f"{_WATCHED}[{index}]" for index, expected in enumerate(_expected(new)) if expected in lagging]
        paths += [f"{_SPREAD}[{index}]" for index in self._lagging(_fan_outs(old), _fan_outs(new))]
        for path in paths:
            changed[path] = rpc.PropertyDiff(rpc.PropertyDiffKind.UPDATE, input_diff=False)
        return rpc.DiffResponse(changes=bool(changed), diffs=list(changed), detailed_diff=changed)

    def _lagging(self, old: list[FanOut], new: list[FanOut]) -> list[int]:
        """Which of the fan-outs that were asked for before have not arrived everywhere; each is its organization's."""
        known = _known(old, new)
        late = {item.expected.organization for item in look(self._cluster, (), known).pending} if known else set()
        return [index for index, fan_out in enumerate(new) if fan_out in known and fan_out.organization in late]

    def _wait(self, properties: Mapping[str, Any], report: Say) -> None:
        wait(
            self._cluster,
            _expected(properties),
            _fan_outs(properties),
            seconds=float(properties["timeoutSeconds"]),
            report=report,
            cancelled=self._cancelled.wait,
            hints=properties.get("hints"),
        )


def _known(old: list[T], new: list[T]) -> list[T]:
    """What was asked for before and still is: only that can have stopped working."""
    before = set(old)
    return [each for each in new if each in before]


def _expected(properties: Mapping[str, Any]) -> list[Expected]:
    return [Expected(each["organization"], each["namespace"], each["name"]) for each in properties.get(_WATCHED, ())]


def _fan_outs(properties: Mapping[str, Any]) -> list[FanOut]:
    return [FanOut(each["organization"], each["name"]) for each in properties.get(_SPREAD, ())]
