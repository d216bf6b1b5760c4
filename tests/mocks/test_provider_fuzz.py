"""The provider in front of any server: each call of the engine ends well, or with a message of this package."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, Final

import grpc
import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st
from pulumi.runtime.proto import provider_pb2 as messages

from tests.mocks.engine import Engine, Terminal, Values, serving, struct
from tests.mocks.samples import inputs, state
from tests.unit.healthy_server import ACME, CANARY, NAMESPACE, STACK, STRANGE, answering, replace_part
from tests.unit.loopback import connect, http

URN: Final = "urn:pulumi:test::openchoreo-secrets::openchoreo:index:"
PATCH, READY, LIVE = (f"{URN}{kind}::acme" for kind in ("ComponentTypePatch", "ExternalSecretsReady", "LiveObjects"))
WAIT: Final[Values] = {
    "externalSecrets": {"acme": {NAMESPACE: [secret["metadata"]["name"] for secret in ACME.external_secrets]}},
    "clusterExternalSecrets": {"acme": [(ACME.fan_out or {})["metadata"]["name"]]},
    "timeoutSeconds": 0.0,
}
OBJECTS: Final = [['organization "acme"', secret] for secret in ACME.external_secrets]
PROGRAM: Final[Values] = {"stack": STACK, "manifests": json.dumps(OBJECTS), "deferred": []}
PATCHED: Final[Values] = {"olds": state(), "news": inputs(pull=("other",))}

CALLS: Final[dict[str, tuple[str, Any]]] = {
    "patch-created": ("Create", messages.CreateRequest(urn=PATCH, properties=struct(inputs()))),
    "patch-created-in-a-preview": (
        "Create",
        messages.CreateRequest(urn=PATCH, properties=struct(inputs()), preview=True),
    ),
    "patch-compared": ("Diff", messages.DiffRequest(urn=PATCH, id="1", olds=struct(state()), news=struct(inputs()))),
    "patch-changed": (
        "Update",
        messages.UpdateRequest(urn=PATCH, id="1", **{key: struct(value) for key, value in PATCHED.items()}),
    ),
    "patch-removed": ("Delete", messages.DeleteRequest(urn=PATCH, id="1", properties=struct(state()))),
    "wait": ("Create", messages.CreateRequest(urn=READY, properties=struct(WAIT))),
    "wait-compared": ("Diff", messages.DiffRequest(urn=READY, id="1", olds=struct(WAIT), news=struct(WAIT))),
    "wait-in-a-preview": (
        "Update",
        messages.UpdateRequest(urn=READY, id="1", olds=struct(WAIT), news=struct(WAIT), preview=True),
    ),
    "objects": ("Check", messages.CheckRequest(urn=LIVE, news=struct(PROGRAM))),
}
"""Name -> method of the provider and request."""


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with asyncio.Runner() as runner:
        yield Engine(runner)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.cluster.readiness._PATIENCE", 0.0)
    monkeypatch.setattr("components.cluster.objects.ATTEMPTS", 2)


async def _lead(address: str, folder: Path, name: str) -> list[str]:
    """Identify the cluster, configure the provider, and call it; what a person reads of it."""
    terminal, method, request = Terminal(), *CALLS[name]
    connect(folder, address)
    args = struct({"plane": "build plane", "context": "dev", "kubeconfig": str(folder / "kubeconfig")})
    try:
        async with serving(terminal, configured=False) as stub:
            checked = await stub.CheckConfig(messages.CheckRequest(urn=URN, news=args))
            await stub.Configure(messages.ConfigureRequest(args=checked.inputs))
            answer = await getattr(stub, method)(request)
            if name == "objects":
                again = messages.CheckRequest(urn=LIVE, olds=answer.inputs, news=struct(PROGRAM))
                answer = await stub.Check(again)
                before = struct({"total": 1})
                await stub.Diff(messages.DiffRequest(urn=LIVE, id="1", olds=before, news=answer.inputs))
                await stub.Update(messages.UpdateRequest(urn=LIVE, id="1", olds=before, news=answer.inputs))
    except grpc.aio.AioRpcError as error:
        # What is no error of this package has another code, and a stack trace.
        if error.code() is not grpc.StatusCode.FAILED_PRECONDITION:
            raise
        return [str(error.details()), *(text for _, _, text in terminal.said)]
    return [text for _, _, text in terminal.said]


@pytest.mark.parametrize("name", CALLS)
def test_a_healthy_server(name: str, engine: Engine, tmp_path: Path) -> None:
    """Otherwise the tests below would break off before the answers that they replace."""
    with answering(lambda _number, _usual: None) as (address, requests):
        said = engine.run(_lead(address, tmp_path, name))
    assert len(requests) > 2
    assert [text for text in said if "credentials are not ready" not in text and "ComponentType" not in text] == []


@pytest.mark.parametrize("name", CALLS)
@hypothesis_settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(0, 6), forever=st.booleans(), strange=st.sampled_from(STRANGE))
def test_another_server_answers(
    name: str, engine: Engine, tmp_path: Path, first: int, forever: bool, strange: bytes
) -> None:
    last = 1000 if forever else first
    with answering(lambda number, _: strange if first <= number <= last else None) as (address, _):
        said = engine.run(_lead(address, tmp_path, name))
    assert CANARY not in " ".join(said)


@pytest.mark.parametrize("name", CALLS)
@hypothesis_settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(number=st.integers(0, 6), seed=st.integers(0, 2**32))
def test_any_part_of_an_answer_is_something_else(
    name: str, engine: Engine, tmp_path: Path, number: int, seed: int
) -> None:
    def respond(count: int, usual: bytes | None) -> bytes | None:
        source = Random(seed)  # noqa: S311 -- hypothesis chooses the seed
        return http(json.dumps(replace_part(json.loads(usual), source))) if count == number and usual else None

    with answering(respond) as (address, _):
        said = engine.run(_lead(address, tmp_path, name))
    assert all(said)
