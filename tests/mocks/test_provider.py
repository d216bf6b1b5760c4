"""The openchoreo provider, called over gRPC as the engine calls it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import provider_pb2 as messages

from components.provider import connection
from tests.mocks.engine import Engine, Terminal, serving, struct
from tests.mocks.readiness_samples import BOTH, GIT, INPUTS, NO_PUSH, NOT_READY, URN
from tests.mocks.stubs import EXTERNAL_SECRETS, stub


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[dict[str, Any]]], None]:
    """Choose the ExternalSecrets of the cluster that the provider talks to."""

    def choose(items: list[dict[str, Any]]) -> None:
        monkeypatch.setattr(connection, "Cluster", stub(collections={EXTERNAL_SECRETS: items}))

    return choose


Live = Callable[[list[dict[str, Any]]], None]


@pytest.mark.parametrize(
    ("olds", "items", "detailed"),
    [
        pytest.param(INPUTS, BOTH, {}, id="nothing has changed"),
        pytest.param(
            INPUTS,
            NO_PUSH,
            {'externalSecrets["acme"]["openchoreo-ci-acme"][1]': {"kind": "UPDATE"}},
            id="a credential has stopped working",
        ),
        pytest.param(
            INPUTS,
            [BOTH[1]],
            {'externalSecrets["acme"]["openchoreo-ci-acme"][0]': {"kind": "UPDATE"}},
            id="one is deleted",
        ),
        pytest.param(
            {**INPUTS, "timeoutSeconds": 60.0},
            BOTH,
            {"timeoutSeconds": {"kind": "UPDATE", "inputDiff": True}},
            id="another timeout",
        ),
        pytest.param(
            {**INPUTS, "externalSecrets": GIT},
            [BOTH[0]],
            {"externalSecrets": {"kind": "UPDATE", "inputDiff": True}},
            id="a new credential has not stopped working",
        ),
    ],
)
def test_diff(
    engine: Engine, live: Live, olds: dict[str, Any], items: list[dict[str, Any]], detailed: dict[str, Any]
) -> None:
    live(items)

    response = engine.call(
        "Diff", messages.DiffRequest(id="external-secrets", urn=URN, olds=struct(olds), news=struct(INPUTS))
    )

    some = {"changes": "DIFF_SOME", "diffs": list(detailed), "detailedDiff": detailed, "hasDetailedDiff": True}
    none = {"changes": "DIFF_NONE", "hasDetailedDiff": True}
    assert MessageToDict(response) == (some if detailed else none)


@pytest.mark.parametrize(
    ("news", "never"),
    [
        pytest.param({"context": "kind-build"}, "DIFF_SOME", id="the same cluster"),
        pytest.param({"context": "kind-other"}, "DIFF_NONE", id="another cluster"),
    ],
)
def test_diff_of_the_configuration(engine: Engine, live: Live, news: dict[str, Any], never: str) -> None:
    """Where the provider leaves it open, the engine compares for itself; a wrong answer it would believe."""
    live(BOTH)
    request = messages.DiffRequest(id="1", urn=URN, olds=struct({"context": "kind-build"}), news=struct(news))

    response = engine.call("DiffConfig", request)

    assert messages.DiffResponse.DiffChanges.Name(response.changes) != never
    assert list(response.replaces) == []


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(messages.CreateRequest(urn=URN, properties=struct(INPUTS)), id="create"),
        pytest.param(messages.UpdateRequest(urn=URN, news=struct(INPUTS)), id="update"),
    ],
)
@pytest.mark.parametrize(
    ("items", "preview"),
    [
        pytest.param(BOTH, False, id="everything has arrived"),
        pytest.param([], True, id="a preview waits for nothing"),
    ],
)
def test_ready(engine: Engine, live: Live, request_: Any, items: list[dict[str, Any]], preview: bool) -> None:
    live(items)
    request_.preview = preview

    response = engine.call(type(request_).__name__.removesuffix("Request"), request_)

    assert MessageToDict(response.properties) == INPUTS


@pytest.mark.parametrize(
    ("request_", "configured", "message"),
    [
        pytest.param(
            messages.CreateRequest(urn=URN, properties=struct({**INPUTS, "timeoutSeconds": 0.0})),
            True,
            NOT_READY.format(when="after 0 s"),
            id="a credential that does not arrive",
        ),
        pytest.param(
            messages.UpdateRequest(urn=URN, news=struct({**INPUTS, "timeoutSeconds": 0.0})),
            True,
            NOT_READY.format(when="after 0 s"),
            id="the same when it is updated",
        ),
        pytest.param(
            messages.CheckRequest(urn=URN.replace("ExternalSecretsReady", "Nonsense"), news=struct({})),
            True,
            "the openchoreo provider has no resource openchoreo:index:Nonsense; "
            "expected one of: openchoreo:index:ExternalSecretsReady, openchoreo:index:LiveObjects, "
            "openchoreo:index:OrganizationRefused, openchoreo:index:ComponentTypePatch, "
            "openchoreo:index:ComponentWorkflowPatch, openchoreo:index:DataPlanePatch, "
            "openchoreo:index:BuildPlanePatch, openchoreo:index:ClusterComponentTypePatch, "
            "openchoreo:index:WorkflowPatch, openchoreo:index:ClusterWorkflowPatch",
            id="a resource type that there is not",
        ),
        pytest.param(
            messages.DiffRequest(urn=URN, olds=struct(INPUTS), news=struct(INPUTS)),
            False,
            "the openchoreo provider is not configured; set plane and context of its Provider",
            id="used before it was configured",
        ),
    ],
)
def test_errors_are_their_message_alone(
    engine: Engine, live: Live, request_: Any, configured: bool, message: str
) -> None:
    """No stack trace, and no word about Python, reaches the person at the terminal."""
    live(NO_PUSH)

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        engine.call(type(request_).__name__.removesuffix("Request"), request_, configured=configured)

    assert (raised.value.code(), raised.value.details()) == (grpc.StatusCode.FAILED_PRECONDITION, message)


def test_a_wrong_kubeconfig_fails_at_once(engine: Engine) -> None:
    args = struct({"plane": "build plane", "context": "kind-build", "kubeconfig": "/nonexistent/config"})

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        engine.call("Configure", messages.ConfigureRequest(args=args), configured=False)

    assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert raised.value.details() == (
        f'build plane (context "kind-build"): no kubeconfig at /nonexistent/config (seen from {Path.cwd()})'
    )


def test_an_error_of_the_provider_itself_keeps_its_trace(engine: Engine, live: Live) -> None:
    live(BOTH)

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        engine.call("Create", messages.CreateRequest(urn=URN, properties=struct({"externalSecrets": GIT})))

    assert raised.value.code() is grpc.StatusCode.UNKNOWN
    assert "timeoutSeconds" in str(raised.value.details())


@pytest.mark.parametrize(
    ("olds", "items", "warnings"),
    [
        pytest.param(INPUTS, NO_PUSH, [(URN, "warning", NOT_READY.format(when="now"))], id="it has stopped working"),
        pytest.param({**INPUTS, "externalSecrets": GIT}, [BOTH[0]], [], id="it is to be made"),
        pytest.param({**INPUTS, "timeoutSeconds": 60.0}, BOTH, [], id="all is well"),
    ],
)
def test_a_preview_warns_of_what_has_stopped_working(
    engine: Engine, live: Live, olds: dict[str, Any], items: list[dict[str, Any]], warnings: list[tuple[str, str, str]]
) -> None:
    live(items)
    request = messages.UpdateRequest(urn=URN, olds=struct(olds), news=struct(INPUTS), preview=True)

    async def previewed() -> list[tuple[str, str, str]]:
        terminal = Terminal()
        async with serving(terminal) as stub:
            await stub.Update(request)
        return terminal.said

    assert engine.run(previewed()) == warnings


def test_check_hands_the_inputs_on(engine: Engine, live: Live) -> None:
    live(BOTH)

    response = engine.call("Check", messages.CheckRequest(urn=URN, news=struct(INPUTS)))

    assert MessageToDict(response) == {"inputs": INPUTS}


def test_cancel_ends_a_wait_at_once(engine: Engine, live: Live) -> None:
    live(NO_PUSH)
    said: list[tuple[str, str, str]] = []

    async def cancelled() -> Any:
        loop, waiting = asyncio.get_running_loop(), asyncio.Event()
        terminal = Terminal(lambda: loop.call_soon_threadsafe(waiting.set))
        async with serving(terminal) as stub:
            creation = stub.Create(messages.CreateRequest(urn=URN, properties=struct(INPUTS)))
            await waiting.wait()
            await stub.Cancel(empty_pb2.Empty())
            with pytest.raises(grpc.aio.AioRpcError) as raised:
                await creation
            said.extend(terminal.said)
            return raised.value.details()

    assert engine.run(cancelled()) == NOT_READY.format(when="when the update was cancelled")
    assert said == [(URN, "status", "1 of 2 waiting: acme/registry-push-secret: could not get secret data")]


def test_read_returns_the_state_and_delete_does_nothing(engine: Engine, live: Live) -> None:
    live([])
    request = messages.ReadRequest(urn=URN, id="external-secrets", properties=struct(INPUTS), inputs=struct(INPUTS))

    read = engine.call("Read", request)
    deleted = engine.call("Delete", messages.DeleteRequest(urn=URN, id="external-secrets", properties=struct(INPUTS)))

    assert MessageToDict(read) == {"id": "external-secrets", "properties": INPUTS, "inputs": INPUTS}
    assert deleted == empty_pb2.Empty()


def test_the_provider_accepts_secrets_and_previews(engine: Engine, live: Live) -> None:
    """Without the former, a patch could not recognize secrets; without the latter, there would be no preview calls."""
    live(BOTH)
    args = struct({"plane": "build plane", "context": "kind-build", "release": "v0.9"})

    response = engine.call("Configure", messages.ConfigureRequest(args=args), configured=False)

    assert MessageToDict(response) == {"acceptSecrets": True, "supportsPreview": True}
