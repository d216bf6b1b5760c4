"""thrift: what registering many resources does without."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pulumi
import pytest

from components.resources.thrift import (
    begin_registrations,
    drop_kubernetes_outputs,
    omit_stack_traces,
    tune_garbage_collector,
)
from tests.mocks import recorder as mocks
from tests.mocks.recorder import Recorder


class Component(pulumi.ComponentResource):
    """A component with a child."""

    def __init__(self, name: str) -> None:
        super().__init__("test:index:Component", name)
        pulumi.ComponentResource("test:index:Child", name, opts=pulumi.ResourceOptions(parent=self))


def test_resources_carry_no_stack_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    frames: dict[str, int] = {}
    register = mocks.Monitor.RegisterResource

    def count(monitor: mocks.Monitor, request: Any) -> Any:
        if request.type.startswith("test:"):
            frames[f"{request.type} {request.name}"] = len(request.stackTrace.frames)
        return register(monitor, request)

    def program() -> None:
        with omit_stack_traces():
            Component("within")
        Component("after")

    monkeypatch.setattr(mocks.Monitor, "RegisterResource", count)
    Recorder().run(program)

    assert frames.pop("test:index:Component after") > 1
    assert frames.pop("test:index:Child after") > 1
    assert frames == {"test:index:Component within": 0, "test:index:Child within": 0}


@pytest.mark.parametrize("limit", [None, 7])
def test_errors_are_printed_as_before(limit: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sys, "tracebacklimit", raising=False)
    if limit is not None:
        monkeypatch.setattr(sys, "tracebacklimit", limit, raising=False)

    with pytest.raises(ZeroDivisionError), omit_stack_traces():
        _ = 1 / 0

    assert getattr(sys, "tracebacklimit", None) == limit


def test_the_collector_stays_on() -> None:
    before = gc.get_threshold()
    try:
        tune_garbage_collector()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
        assert gc.get_threshold()[0] > before[0]
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


def test_kubernetes_outputs_are_the_inputs() -> None:
    """Outputs of other resources stay, such as the ARN of a role."""
    outputs: dict[str, dict[str, Any]] = {}

    def watch(name: str, resource: pulumi.Resource) -> None:
        values = {key: getattr(resource, key) for key in ("a", "computed")}
        pulumi.Output.all(**values, urn=resource.urn, id=getattr(resource, "id", None)).apply(
            lambda known: outputs.__setitem__(name, known)
        )

    def program() -> None:
        drop_kubernetes_outputs()
        for kind in ("kubernetes:core/v1:Namespace", "aws:iam/role:Role"):
            watch(kind, pulumi.CustomResource(kind, "one", {"a": {"b": "c"}, "computed": None}))

    computed = {"kubernetes:core/v1:Namespace": {"computed": "x"}, "aws:iam/role:Role": {"computed": "arn"}}
    Recorder(computed=computed).run(program)

    urn = "urn:pulumi:test::openchoreo-secrets::{}::one"
    assert outputs == {
        kind: {"a": {"b": "c"}, "computed": value, "urn": urn.format(kind), "id": "one-id"}
        for kind, value in (("kubernetes:core/v1:Namespace", None), ("aws:iam/role:Role", "arn"))
    }


def test_an_sdk_that_connects_in_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulumi.runtime.settings, "get_monitor", lambda: None)
    drop_kubernetes_outputs()


def test_registrations_have_begun_before_the_sdk_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    entries: list[Callable[[], Awaitable[None]]] = []
    monkeypatch.setattr(pulumi, "run", entries.append)
    begin_registrations()
    begun: list[int] = []

    async def register(number: int) -> None:
        begun.append(number)

    async def program() -> None:
        registrations = [asyncio.ensure_future(register(number)) for number in range(3)]
        await entries[0]()
        assert begun == [0, 1, 2]
        await asyncio.gather(*registrations)

    asyncio.run(program())
    assert len(entries) == 1


def test_an_sdk_without_an_entrypoint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(pulumi, "run", raising=False)
    begin_registrations()
