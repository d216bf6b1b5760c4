"""What the engine receives from each log method of the provider."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import engine_pb2_grpc

from components.provider.log import connect_log

URN = "urn:pulumi:test::openchoreo-secrets::openchoreo:index:ComponentTypePatch::acme/service"


class Heard(engine_pb2_grpc.EngineServicer):
    """An engine that records its messages."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.address = ""

    def Log(self, request: Any, context: Any) -> empty_pb2.Empty:  # noqa: ARG002, N802
        self.messages.append(MessageToDict(request))
        return empty_pb2.Empty()


@pytest.fixture
def heard() -> Iterator[Heard]:
    with ThreadPoolExecutor(1) as pool:
        running, engine = grpc.server(pool), Heard()
        engine_pb2_grpc.add_EngineServicer_to_server(engine, running)
        engine.address = f"127.0.0.1:{running.add_insecure_port('127.0.0.1:0')}"
        running.start()
        yield engine
        running.stop(None).wait()


def test_progress_is_replaced_and_the_rest_stays(heard: Heard) -> None:
    log = connect_log(heard.address)(URN)

    log.status("adds")
    log.info("would add")
    log.warning("puts back")

    assert heard.messages == [
        {"severity": "INFO", "urn": URN, "message": "adds", "ephemeral": True},
        {"severity": "INFO", "urn": URN, "message": "would add"},
        {"severity": "WARNING", "urn": URN, "message": "puts back"},
    ]
