"""engine_log: which messages of a program reach the engine."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi.runtime.proto import engine_pb2

from components.resources import engine_log


class Engine:
    """The SDK's connection to the engine."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def Log(self, request: Any) -> None:  # noqa: N802
        self.messages.append(request.message)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    connection = Engine()
    monkeypatch.delenv(engine_log.VARIABLE, raising=False)
    monkeypatch.setattr(pulumi.runtime.settings, "get_engine", lambda: connection)
    return connection


def speak() -> None:
    engine_log.drop_debug_messages()
    for say in (pulumi.log.debug, pulumi.log.info, pulumi.log.warn, pulumi.log.error):
        say(say.__name__)


def test_debug_messages_stay_here(engine: Engine) -> None:
    speak()

    assert engine.messages == ["info", "warn", "error"]


def test_a_variable_lets_them_through(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engine_log.VARIABLE, "1")

    speak()

    assert engine.messages == ["debug", "info", "warn", "error"]


@pytest.mark.parametrize("connection", [None, object(), engine_pb2.LogRequest()])
def test_a_connection_of_another_kind_is_left_alone(connection: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(engine_log.VARIABLE, raising=False)
    monkeypatch.setattr(pulumi.runtime.settings, "get_engine", lambda: connection)

    engine_log.drop_debug_messages()


def test_a_message_of_another_kind_passes(engine: Engine) -> None:
    engine_log.drop_debug_messages()

    engine.Log(type("Later", (), {"message": "without a severity"}))

    assert engine.messages == ["without a severity"]
