"""Settings of the Python process that reduce the cost of registering thousands of resources."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import pulumi

_KUBERNETES: Final = "kubernetes:"
_FRAMES: Final = 5
_YOUNG: Final = 20_000


@contextmanager
def omit_stack_traces() -> Iterator[None]:
    """Register the resources of a ``with`` block without stack traces.

    The SDK records the whole call stack of every resource, twenty frames of the same program, in the request and in
    the state: a third of its bytes. They are no help for a stack that is described in YAML. The SDK reads the call
    stack with `traceback.extract_stack`, which respects `sys.tracebacklimit`; if only the SDK's own frames remain, it
    sends none. Errors keep their stack traces, because they are printed after the block ends.
    """
    before = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = _FRAMES
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before


def tune_garbage_collector() -> None:
    """Limit the garbage collector to new objects, and run it rarely; for a process that ends after its update.

    A full collection visits thousands of live futures and requests, takes a fifth of the program's CPU time and frees
    almost nothing. Objects that exist already, such as imported modules, are never visited again.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 1000)
    gc.enable()


def drop_kubernetes_outputs() -> None:
    """Leave out the live object in the engine's answer to the registration of a Kubernetes object, from here on.

    The answer repeats the whole object, and the SDK turns each field of it into Python objects: a quarter of the
    program's CPU time. The program of a stack reads only names, which it knows, and URNs. Without the object, an output
    of a resource has the value of its input.

    It wraps one method of the SDK's connection to the engine. If a later SDK connects in another way, nothing is
    left out and nothing breaks.
    """
    monitor: Any = getattr(pulumi.runtime.settings, "get_monitor", lambda: None)()
    register = getattr(monitor, "RegisterResource", None)
    if register is None:
        return

    def register_without_outputs(request: Any, *arguments: Any, **options: Any) -> Any:
        response = register(request, *arguments, **options)
        if request.type.startswith(_KUBERNETES):
            response.object.Clear()
        return response

    monitor.RegisterResource = register_without_outputs


def begin_registrations() -> None:
    """Let the SDK begin all registrations before it waits for them; call it once, at the end of the program.

    If none has begun, the SDK waits for any one of all pending outputs, again and again: for each resource it visits
    every other one. If they have begun, it waits for one registration after the other.
    """
    run = getattr(pulumi, "run", None)
    if run is not None:
        run(_yield_once)


async def _yield_once() -> None:
    await asyncio.sleep(0)
