"""What the provider says to the person at the terminal, through the engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import grpc
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

Say = Callable[[str], None]


@dataclass(frozen=True)
class Log:
    """Three ways to speak about one resource."""

    status: Say
    """Progress; the next one takes its place."""
    info: Say
    """Stays among the diagnostics."""
    warning: Say
    """Stays among the diagnostics, as a warning."""


def to_engine(address: str) -> Callable[[str], Log]:
    """For each URN, a log that ends at the engine."""
    stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    def send(urn: str, text: str, severity: engine_pb2.LogSeverity.ValueType, *, ephemeral: bool) -> None:
        stub.Log(engine_pb2.LogRequest(severity=severity, urn=urn, message=text, ephemeral=ephemeral))

    def log(urn: str) -> Log:
        return Log(
            status=lambda text: send(urn, text, engine_pb2.INFO, ephemeral=True),
            info=lambda text: send(urn, text, engine_pb2.INFO, ephemeral=False),
            warning=lambda text: send(urn, text, engine_pb2.WARNING, ephemeral=False),
        )

    return log
