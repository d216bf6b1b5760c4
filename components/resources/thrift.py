"""Settings of the Python process that reduce the cost of registering thousands of resources."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

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
