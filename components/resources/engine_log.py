"""Keep the SDK's debug messages away from the engine, unless the user asks for them.

The Python SDK sends each `pulumi.log.debug` to the engine as a blocking call, about four for each resource, and the
engine drops them unless it runs with ``--debug``. For a thousand resources that is a third of the engine's work and of
the program's. All other messages reach the engine.
"""

from __future__ import annotations

import os
from typing import Any, Final

import pulumi
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2

VARIABLE: Final = "OPENCHOREO_SECRETS_DEBUG"
"""Environment variable that keeps debug messages, whatever its value; for ``pulumi up --debug``."""


def drop_debug_messages() -> None:
    """Drop debug messages of this program from here on.

    It wraps one method of the SDK's connection to the engine. If a later SDK connects in another way, nothing is
    dropped and nothing breaks.
    """
    engine: Any = getattr(pulumi.runtime.settings, "get_engine", lambda: None)()
    send = getattr(engine, "Log", None)
    if send is None or VARIABLE in os.environ:
        return

    def log(request: Any, *arguments: Any, **options: Any) -> Any:
        if getattr(request, "severity", None) == engine_pb2.DEBUG:
            return empty_pb2.Empty()
        return send(request, *arguments, **options)

    engine.Log = log
