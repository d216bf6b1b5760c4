"""thrift: what registering many resources does without."""

from __future__ import annotations

import gc
import sys
from typing import Any

import pulumi
import pytest

from components.resources.thrift import omit_stack_traces, tune_garbage_collector
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
