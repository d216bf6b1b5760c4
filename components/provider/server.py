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
from pulumi.runtime.proto import provider_pb2_grpc

from ..cluster.connection import Cluster
from ..errors import OpenChoreoSecretsError
from ..openchoreo import RELEASES
from ..openchoreo.v0_9 import V0_9
from ..settings.stack import ClusterSettings
from ..version import read_version
from .external_secrets_ready import TYPE, ExternalSecretsReady
from .log import Log, to_engine
from .object_patch import TYPES, ObjectPatch, resource_type
from .values import plain

VERSION: Final = read_version()


class OpenChoreo(rpc.Provider):
    """The provider: one cluster, and the resources that look at it or edit objects in it."""

    def __init__(self, log: Callable[[str], Log]) -> None:
        self._log = log
        self._cancelled = threading.Event()
        self._ready: ExternalSecretsReady | None = None
        self._patch: ObjectPatch | None = None

    async def check_config(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Accept the configuration; the program has checked it."""
        return rpc.CheckResponse(inputs=request.new_inputs)

    async def diff_config(self, request: rpc.DiffRequest) -> rpc.DiffResponse:  # noqa: ARG002
        """Left to the engine: nothing that a cluster holds depends on how it is reached, so nothing is replaced."""
        return rpc.DiffResponse()

    async def configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        """Read the kubeconfig. Secrets are asked for, so that a patch can refuse them."""
        config = plain(request.args)
        settings = ClusterSettings(context=config["context"], kubeconfig=config.get("kubeconfig"))
        cluster = Cluster(config["plane"], settings)
        self._ready = ExternalSecretsReady(cluster, self._cancelled)
        self._patch = ObjectPatch(cluster, RELEASES[config.get("release", V0_9.name)], self._cancelled)
        return rpc.ConfigureResponse(supports_preview=True, accept_secrets=True)

    async def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Accept the inputs of a resource, or say what is wrong with them."""
        if resource_type(request) == TYPE:
            return rpc.CheckResponse(inputs=request.new_inputs)
        if resource_type(request) not in TYPES:
            msg = (
                f"the openchoreo provider has no resource {resource_type(request)}; it has: {', '.join((TYPE, *TYPES))}"
            )
            raise OpenChoreoSecretsError(msg)
        failures = await asyncio.to_thread(self._of(resource_type(request)).check, request)
        return rpc.CheckResponse(inputs=request.new_inputs, failures=failures)

    async def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """Compare inputs, and look at the live objects."""
        return await asyncio.to_thread(self._of(resource_type(request)).diff, request)

    async def create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        """Wait until everything is ready, or put a patch in."""
        return await asyncio.to_thread(self._of(resource_type(request)).create, request, self._log(request.urn))

    async def update(self, request: rpc.UpdateRequest) -> rpc.UpdateResponse:
        """The same, for other inputs or after a drift."""
        return await asyncio.to_thread(self._of(resource_type(request)).update, request, self._log(request.urn))

    async def read(self, request: rpc.ReadRequest) -> rpc.ReadResponse:
        """There is nothing to read beyond what was asked for; the diff looks at the live objects."""
        if not request.properties:
            msg = f"{resource_type(request)} cannot be imported; declare it, and what is there already is adopted"
            raise OpenChoreoSecretsError(msg)
        return rpc.ReadResponse(request.resource_id, request.properties, request.inputs)

    async def delete(self, request: rpc.DeleteRequest) -> None:
        """Take a patch out; a wait has made nothing."""
        if resource_type(request) != TYPE:
            await asyncio.to_thread(self._of(resource_type(request)).delete, request)

    async def cancel(self) -> None:
        """The user has given up: every wait ends at once."""
        self._cancelled.set()

    def _of(self, token: str) -> Any:
        """What serves a resource type."""
        resource = self._ready if token == TYPE else self._patch
        if resource is None:
            msg = "the openchoreo provider was used before it was configured"
            raise OpenChoreoSecretsError(msg)
        return resource


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

    async def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _for_people(super().Read(request, context), context)

    async def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _for_people(super().Update(request, context), context)

    async def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _for_people(super().Delete(request, context), context)


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
    servicer = Servicer(sys.argv[1:], VERSION, OpenChoreo(to_engine(engine)), engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await server.wait_for_termination()
