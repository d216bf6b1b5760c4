"""Serve the ``openchoreo`` provider over gRPC.

Built on the SDK's experimental provider. Two things differ from its own `main`: an error of ours reaches the user as
its message alone, without a stack trace, and progress goes to the engine's display.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Final

import grpc
from pulumi.provider.experimental import provider as rpc
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2_grpc

from ..cluster import Cluster
from ..errors import OpenChoreoSecretsError
from ..settings import ClusterSettings
from .external_secrets_ready import TYPE, ExternalSecretsReady
from .values import plain

VERSION: Final = "0.1.0"


class OpenChoreo(rpc.Provider):
    """The provider: configuration, and one resource type for now."""

    def __init__(self, log: Callable[[str, str], None]) -> None:
        self._log = log
        self._cancelled = threading.Event()
        self._resource: ExternalSecretsReady | None = None

    async def check_config(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Accept the configuration; the program has checked it."""
        return rpc.CheckResponse(inputs=request.new_inputs)

    async def diff_config(self, request: rpc.DiffRequest) -> rpc.DiffResponse:  # noqa: ARG002
        """Left to the engine: nothing that a cluster holds depends on how it is reached, so nothing is replaced."""
        return rpc.DiffResponse()

    async def configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        """Read the kubeconfig."""
        config = plain(request.args)
        settings = ClusterSettings(context=config["context"], kubeconfig=config.get("kubeconfig"))
        self._resource = ExternalSecretsReady(Cluster(config["plane"], settings), self._cancelled)
        return rpc.ConfigureResponse(supports_preview=True)

    async def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Accept the inputs of the one resource type."""
        if request.type != TYPE:
            msg = f"the openchoreo provider has no resource {request.type}; it has: {TYPE}"
            raise OpenChoreoSecretsError(msg)
        return rpc.CheckResponse(inputs=request.new_inputs)

    async def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """Compare inputs, and look at the live objects."""
        return await asyncio.to_thread(self._ready.diff, request)

    async def create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        """Wait until everything is ready."""
        return await asyncio.to_thread(self._ready.create, request, lambda text: self._log(request.urn, text))

    async def update(self, request: rpc.UpdateRequest) -> rpc.UpdateResponse:
        """Wait until everything is ready."""
        return await asyncio.to_thread(self._ready.update, request, lambda text: self._log(request.urn, text))

    async def read(self, request: rpc.ReadRequest) -> rpc.ReadResponse:
        """There is nothing to read beyond what was asked for; the diff looks at the live objects."""
        return rpc.ReadResponse(request.resource_id, request.properties, request.inputs)

    async def delete(self, request: rpc.DeleteRequest) -> None:
        """Nothing was made, so nothing is taken away."""

    async def cancel(self) -> None:
        """The user has given up: every wait ends at once."""
        self._cancelled.set()

    @property
    def _ready(self) -> ExternalSecretsReady:
        if self._resource is None:
            msg = "the openchoreo provider was used before it was configured"
            raise OpenChoreoSecretsError(msg)
        return self._resource


class Servicer(ProviderServicer):
    """The SDK's servicer, with errors for people."""

    async def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _for_people(super().Configure(request, context), context)

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _for_people(super().Check(request, context), context)

    async def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _for_people(super().Diff(request, context), context)

    async def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _for_people(super().Create(request, context), context)

    async def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _for_people(super().Update(request, context), context)


async def _for_people(call: Awaitable[Any], context: Any) -> Any:
    """An error of ours, which the SDK wraps into one with a stack trace, as its message alone."""
    try:
        return await call
    except Exception as error:
        cause = error.__context__
        if not isinstance(cause, OpenChoreoSecretsError):
            raise
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(cause))


def main() -> None:
    """Serve until the engine ends the process; print the port first, as the engine expects."""
    engine = next(argument for argument in sys.argv[1:] if ":" in argument and not argument.startswith("-"))
    asyncio.run(_serve(engine))


async def _serve(engine: str) -> None:
    server = grpc.aio.server()
    servicer = Servicer(sys.argv[1:], VERSION, OpenChoreo(_logger(engine)), engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()


def _logger(engine: str) -> Callable[[str, str], None]:
    stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(engine))

    def log(urn: str, text: str) -> None:
        stub.Log(engine_pb2.LogRequest(severity=engine_pb2.INFO, urn=urn, message=text, ephemeral=True))

    return log
