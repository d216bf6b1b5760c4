"""Settings of the process that make the registration of thousands of resources cheaper."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_FRAMES: Final = 5
_YOUNG: Final = 20_000


@contextmanager
def without_stack_traces() -> Iterator[None]:
    """Resources that are registered within carry no stack trace.

    The SDK records the whole call stack of every resource, twenty frames of the same program, in the request and in
    the state: a third of its bytes. A stack that is described in YAML has nothing to learn from them. The SDK reads the
    stack with `traceback.extract_stack`, which heeds `sys.tracebacklimit`: with only its own frames in sight it sends
    none. Errors are shown in full, because they leave this block before they are printed.
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


def calm_collector() -> None:
    """Let the garbage collector look at new objects only, and seldom; for a process that ends after its update.

    Thousands of live futures and requests make each full collection expensive, and there is next to nothing to collect:
    a fifth of the program's CPU time. What has been imported is never looked at again.
    """
    gc.freeze()
    gc.set_threshold(_YOUNG, 20, 1000)
    gc.enable()
