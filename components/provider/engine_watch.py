"""End this process when the Pulumi engine ends, even if it is killed."""

from __future__ import annotations

import os
import socket
import threading
import time
from typing import Final

_PAUSE: Final = 0.5
"""Seconds between two connections to the engine."""


def end_with_engine(engine: str) -> None:
    """Watch the engine in the background, and end this process at once when it is gone.

    A killed engine sends no signal. The parent is no substitute: it can be a language host, and Pulumi's own lives on
    for up to five minutes.

    Args:
        engine: its address, such as ``127.0.0.1:41111``.
    """
    threading.Thread(target=_watch, args=(engine,), name="engine-watch", daemon=True).start()


def _watch(engine: str) -> None:
    wait_for_end(engine)
    # Not sys.exit, which would wait for the threads of running calls, and these wait for ExternalSecrets. A patch is
    # one request, which the API server applies as a whole or not at all.
    os._exit(1)


def wait_for_end(engine: str) -> None:
    """Return when nothing listens at the address of the engine any more."""
    host, _, port = engine.rpartition(":")
    while True:
        try:
            # The system closes the connection when the engine dies. A living engine closes it after two minutes without
            # a request, and accepts the next one.
            with socket.create_connection((host, int(port))) as connection:
                while connection.recv(4096):
                    pass
        except ConnectionRefusedError:
            return
        except OSError:
            pass  # A reset connection, or no free file descriptor: only a refused connection means the end.
        time.sleep(_PAUSE)
