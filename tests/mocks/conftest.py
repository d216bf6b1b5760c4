"""A fresh stack without an engine for each test, and an engine without a stack."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from components.provider import connection
from components.resources import required_providers
from tests.mocks.api_server import ApiServer
from tests.mocks.comparing import EXTERNAL, NAMESPACE, OURS, PLAIN, SECRET, STORE, run
from tests.mocks.engine import Engine
from tests.mocks.recorder import Recorder
from tests.mocks.stubs import Memory, Object, Place


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    """A stack without configuration."""
    for variable in ("PULUMI_CONFIG", "PULUMI_CONFIG_SECRET_KEYS"):
        monkeypatch.delenv(variable, raising=False)
    return Recorder()


@pytest.fixture
def default_providers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Accept components without an explicit provider, in tests of everything else that they register."""
    monkeypatch.setattr(required_providers, "has_provider", lambda *_: True)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """What calls the provider."""
    with asyncio.Runner() as runner:
        yield Engine(runner)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Place:
    """Choose the objects of the cluster that the provider talks to."""

    def choose(*objects: Object) -> Memory:
        memory = Memory(*objects)
        monkeypatch.setattr(connection, "Cluster", memory)
        return memory

    return choose


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> ApiServer:
    """A cluster with every object as configured."""
    server = ApiServer()
    for manifest in (NAMESPACE, STORE, EXTERNAL, SECRET):
        server.put(manifest, OURS)
    monkeypatch.setattr(connection, "Cluster", server)
    return server


@pytest.fixture
def state(engine: Engine, server: ApiServer) -> dict[str, Any]:
    """Inputs in the state after the first update."""
    return run(engine, PLAIN, None, preview=False).inputs
