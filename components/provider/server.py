"""Serve the ``openchoreo`` provider over gRPC.

Built on the SDK's experimental provider, with two differences from its own `main`: an error of this package reaches the
user as its message without a stack trace, and progress goes to the engine's display.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

import grpc
from pulumi.provider.experimental import provider as rpc
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2_grpc

from ..errors import OpenChoreoSecretsError
from ..version import read_version
from .engine_watch import end_with_engine
from .log import Log, connect_log
from .values import read_resource_type, to_plain, to_property_values

if TYPE_CHECKING:
    from .connection import Connection

VERSION: Final = read_version()
IDENTITY: Final = "clusterIdentity"
"""Configuration of the provider: UID of the cluster's ``kube-system`` namespace, recorded in the state."""
_NOT_CONFIGURED: Final = "the openchoreo provider is not configured; set plane and context of its Provider"


class OpenChoreo(rpc.Provider):
    """The provider of one cluster: it serves `ExternalSecretsReady` and the patches of OpenChoreo objects."""

    def __init__(self, log: Callable[[str], Log]) -> None:
        self._log = log
        self._cancelled = threading.Event()
        self._connection: Connection | None = None

    async def check_config(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Add the identity of the cluster to the configuration, which the Pulumi program has validated.

        Raises:
            OpenChoreoSecretsError: the configuration has no plane or no context, as that of a default provider.
            ClusterError: the cluster cannot be reached, or the state is about another cluster.
        """
        identity = await asyncio.to_thread(_identify, to_plain(request.old_inputs), to_plain(request.new_inputs))
        return rpc.CheckResponse(inputs=request.new_inputs | to_property_values({IDENTITY: identity}))

    async def diff_config(self, request: rpc.DiffRequest) -> rpc.DiffResponse:  # noqa: ARG002
        """No replacement: nothing in a cluster depends on the kubeconfig or the context with which it is reached."""
        return rpc.DiffResponse()

    async def configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        """Read the kubeconfig. Ask the engine to mark secrets, so that a patch can refuse them."""
        self._connection = await asyncio.to_thread(_connect, to_plain(request.args), self._cancelled)
        return rpc.ConfigureResponse(supports_preview=True, accept_secrets=True)

    async def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Accept the inputs of a resource, or return their problems."""
        return await asyncio.to_thread(self._connected().check, request)

    async def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """Compare old and new inputs, and check the live objects for drift."""
        return await asyncio.to_thread(self._connected().resource(request).diff, request)

    async def create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        """Wait for ExternalSecrets, or apply a patch."""
        return await asyncio.to_thread(self._connected().resource(request).create, request, self._log(request.urn))

    async def update(self, request: rpc.UpdateRequest) -> rpc.UpdateResponse:
        """Do the same for changed inputs or after drift."""
        return await asyncio.to_thread(self._connected().resource(request).update, request, self._log(request.urn))

    async def read(self, request: rpc.ReadRequest) -> rpc.ReadResponse:
        """Return the state unchanged: the diff reads the live objects. What is gone has no id. Import is refused."""
        if not request.properties:
            msg = f"{read_resource_type(request)} cannot be imported; declare it, and it adopts the existing entries"
            raise OpenChoreoSecretsError(msg)
        if await asyncio.to_thread(self._connected().is_gone, request):
            return rpc.ReadResponse("", {}, {})
        return rpc.ReadResponse(request.resource_id, request.properties, request.inputs)

    async def delete(self, request: rpc.DeleteRequest) -> None:
        """Remove a patch; `ExternalSecretsReady` has nothing to delete."""
        await asyncio.to_thread(self._connected().delete, request, self._log(request.urn))

    async def cancel(self) -> None:
        """End every wait at once: the user has cancelled the update."""
        self._cancelled.set()

    def _connected(self) -> Connection:
        if self._connection is None:
            raise OpenChoreoSecretsError(_NOT_CONFIGURED)
        return self._connection


def _identify(old: dict[str, Any], new: dict[str, Any]) -> str:
    from .connection import identify  # noqa: PLC0415 -- the engine waits for the port, and not for this

    _check_configured(new)
    return identify(new, recorded=old.get(IDENTITY))


def _connect(config: dict[str, Any], cancelled: threading.Event) -> Connection:
    from .connection import Connection  # noqa: PLC0415 -- the engine waits for the port, and not for this

    _check_configured(config)
    return Connection(config, cancelled)


def _check_configured(config: dict[str, Any]) -> None:
    if not (config.get("plane") and config.get("context")):
        raise OpenChoreoSecretsError(_NOT_CONFIGURED)


class Servicer(ProviderServicer):
    """The SDK's servicer, whose errors are messages for users."""

    async def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _with_user_message(super().CheckConfig(request, context), context)

    async def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _with_user_message(super().Configure(request, context), context)

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _with_user_message(super().Check(request, context), context)

    async def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _with_user_message(super().Diff(request, context), context)

    async def Create(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _with_user_message(super().Create(request, context), context)

    async def Read(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _with_user_message(super().Read(request, context), context)

    async def Update(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _with_user_message(super().Update(request, context), context)

    async def Delete(self, request: Any, context: Any) -> Any:  # noqa: N802
        return await _with_user_message(super().Delete(request, context), context)


async def _with_user_message(call: Awaitable[Any], context: Any) -> Any:
    """The result of a call; an error of this package becomes its message, without the stack trace that the SDK adds."""
    try:
        return await call
    except Exception as error:
        cause = error.__context__
        if not isinstance(cause, OpenChoreoSecretsError):
            raise
        await context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(cause))


def main() -> None:
    """Serve until the engine ends, even if it is killed; prints the port first, which is how the engine learns it.

    Raises:
        SystemExit: 0 after ``--help`` or ``--version``, 2 without the address of an engine.
    """
    engine = _engine_address(sys.argv[1:])
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(engine))


def _engine_address(arguments: list[str]) -> str:
    parser = argparse.ArgumentParser(
        prog="pulumi-resource-openchoreo",
        description=(
            "Pulumi provider `openchoreo`. Pulumi starts it during `pulumi preview` and `pulumi up`; "
            "there is no need to start it by hand."
        ),
        allow_abbrev=False,
    )
    parser.add_argument("engine", nargs="?", metavar="ADDRESS", help="the Pulumi engine's, such as 127.0.0.1:41111")
    parser.add_argument("--version", action="version", version=f"%(prog)s {VERSION}")
    # The engine puts --tracing and its value before the address, which must not be mistaken for it.
    parser.add_argument("--tracing", help=argparse.SUPPRESS)
    engine = str(parser.parse_known_args(arguments)[0].engine or "")
    if not engine.rpartition(":")[2].isdecimal():
        parser.error(
            "expected the address of the Pulumi engine, such as 127.0.0.1:41111; "
            "run `pulumi preview` or `pulumi up`, which start this provider themselves"
        )
    return engine


async def _serve(engine: str) -> None:
    server = grpc.aio.server()
    servicer = Servicer(sys.argv[1:], VERSION, OpenChoreo(connect_log(engine)), engine)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    end_with_engine(engine)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    try:
        await server.wait_for_termination()
    finally:
        await server.stop(None)
