"""The openchoreo provider on a free port, and the requests that an engine sends to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from google.protobuf import struct_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import provider_pb2 as messages, provider_pb2_grpc as services

from components.provider import server
from components.provider.log import Log

Values = dict[str, Any]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


class Terminal:
    """Everything that the provider says to the person who waits: URN, how, and the text."""

    def __init__(self, heard: Callable[[], object] = lambda: None) -> None:
        self._heard = heard
        self.said: list[tuple[str, str, str]] = []

    def __call__(self, urn: str) -> Log:
        def saying(how: str) -> Callable[[str], None]:
            def say(text: str) -> None:
                self.said.append((urn, how, text))
                self._heard()

            return say

        return Log(status=saying("status"), info=saying("info"), warning=saying("warning"))


def secret(value: Any) -> Values:
    """A value as the engine sends it when it is secret."""
    return {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "value": value}


def struct(values: Values) -> struct_pb2.Struct:
    made = struct_pb2.Struct()
    made.update(values)
    return made


def plain(message: Any) -> Values:
    """A message of the provider; what has its default value is left out."""
    return dict(MessageToDict(message))


@asynccontextmanager
async def serving(
    terminal: Terminal, plane: str = "build plane", *, configured: bool = True, config: Values | None = None
) -> AsyncIterator[Any]:
    """A provider on a free port, and the engine's end of the line."""
    running = grpc.aio.server()
    provider = server.Servicer([], server.VERSION, server.OpenChoreo(terminal), "127.0.0.1:1")
    services.add_ResourceProviderServicer_to_server(provider, running)
    port = running.add_insecure_port("127.0.0.1:0")
    await running.start()
    try:
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = services.ResourceProviderStub(channel)
            if configured:
                args = struct({"plane": plane, "context": f"kind-{plane.partition(' ')[0]}", **(config or {})})
                await stub.Configure(messages.ConfigureRequest(args=args))
            yield stub
    finally:
        await running.stop(None)


class Engine:
    """What the engine does with the provider. One event loop for all tests: gRPC keeps its own threads bound to it."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Fail after ten minutes instead of waiting longer."""
        return self._runner.run(asyncio.wait_for(work, 30))

    def call(self, method: str, request: Any, *, configured: bool = True) -> Any:
        async def once() -> Any:
            async with serving(Terminal(), configured=configured) as stub:
                return await getattr(stub, method)(request)

        return self.run(once())


class Patches:
    """The life of one resource that patches an object, as the engine leads it."""

    def __init__(self, engine: Engine, kind: str, **config: str) -> None:
        self._engine = engine
        self._config: Values = dict(config)
        self.urn = (
            "urn:pulumi:test::openchoreo-secrets::"
            f"openchoreo:index:ControlPlane$openchoreo:index:{kind}Patch::acme/object"
        )
        self.terminal = Terminal()

    @property
    def said(self) -> list[tuple[str, str]]:
        """Severity and text of each message; fails if a message is about another resource."""
        assert {urn for urn, _, _ in self.terminal.said} <= {self.urn}
        return [(how, text) for _, how, text in self.terminal.said]

    def check(self, inputs: Values) -> list[tuple[str, str]]:
        """Property and reason of each failure. The inputs come back as they went."""
        response = self._call("Check", messages.CheckRequest(urn=self.urn, news=struct(inputs)))
        assert plain(response.inputs) == inputs
        return [(failure.property, failure.reason) for failure in response.failures]

    def diff(self, state: Values, inputs: Values) -> Values:
        request = messages.DiffRequest(urn=self.urn, id="1", olds=struct(state), news=struct(inputs))
        return plain(self._call("Diff", request))

    def create(self, inputs: Values, *, preview: bool = False) -> tuple[str, Values]:
        """Id and state."""
        request = messages.CreateRequest(urn=self.urn, properties=struct(inputs), preview=preview)
        response = self._call("Create", request)
        return response.id, plain(response.properties)

    def update(self, state: Values, inputs: Values, *, preview: bool = False) -> Values:
        request = messages.UpdateRequest(urn=self.urn, id="1", olds=struct(state), news=struct(inputs), preview=preview)
        return plain(self._call("Update", request).properties)

    def delete(self, state: Values) -> None:
        self._call("Delete", messages.DeleteRequest(urn=self.urn, id="1", properties=struct(state)))

    def read(self, state: Values, inputs: Values) -> Values:
        request = messages.ReadRequest(urn=self.urn, id="1", properties=struct(state), inputs=struct(inputs))
        return plain(self._call("Read", request))

    def failure(self, call: Callable[[], object]) -> str:
        """The message of the error that a call must end with; the person sees it and nothing else."""
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            call()
        assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION, raised.value.details()
        return str(raised.value.details())

    def _call(self, method: str, request: Any) -> Any:
        async def once() -> Any:
            async with serving(self.terminal, "control plane", config=self._config) as stub:
                return await getattr(stub, method)(request)

        return self._engine.run(once())
