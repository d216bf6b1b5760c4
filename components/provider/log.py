"""Messages of the provider to the user, sent through the Pulumi engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

Say = Callable[[str], None]
"""Sends one message."""


@dataclass(frozen=True)
class Log:
    """Sends messages about one resource, at three levels."""

    status: Say
    """Progress: shown until the next message replaces it."""
    info: Say
    """Kept in the diagnostics of the update."""
    warning: Say
    """Kept in the diagnostics of the update, as a warning."""


def connect_log(address: str) -> Callable[[str], Log]:
    """A function from a URN to the `Log` of that resource.

    Args:
        address: address of the engine, ``host:port``.
    """
    stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def send(urn: str, text: str, severity: engine_pb2.LogSeverity.ValueType, *, ephemeral: bool) -> None:
        stub.Log(engine_pb2.LogRequest(severity=severity, urn=urn, message=text, ephemeral=ephemeral))

    def open_log(urn: str) -> Log:
        return Log(
            status=lambda text: send(urn, text, engine_pb2.INFO, ephemeral=True),
            info=lambda text: send(urn, text, engine_pb2.INFO, ephemeral=False),
            warning=lambda text: send(urn, text, engine_pb2.WARNING, ephemeral=False),
        )

    return open_log
