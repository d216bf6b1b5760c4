"""Hints in the message of the wait: secrets of the manager that have no value yet."""

from __future__ import annotations

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as messages

from components.provider import connection
from tests.mocks.engine import Engine, struct
from tests.mocks.readiness_samples import BOTH, INPUTS, NO_PUSH, NOT_READY, URN
from tests.mocks.stubs import EXTERNAL_SECRETS, stub

HINT = "The stack created these secrets in AWS without a value; set their values: org/acme/git"
*FIRST, ADVICE = NOT_READY.format(when="after 0 s").split("\n")


@pytest.mark.parametrize(
    ("hints", "said"),
    [
        pytest.param({"acme": HINT}, [f'  organization "acme": {HINT}'], id="of the organization that waits"),
        pytest.param({"globex": HINT}, [], id="not of one that has everything"),
        pytest.param({}, [], id="none"),
    ],
)
def test_an_error_names_what_is_empty(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, hints: dict[str, str], said: list[str]
) -> None:
    monkeypatch.setattr(connection, "Cluster", stub(collections={EXTERNAL_SECRETS: NO_PUSH}))
    inputs = {**INPUTS, "timeoutSeconds": 0.0, "hints": hints}

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        engine.call("Create", messages.CreateRequest(urn=URN, properties=struct(inputs)))

    assert raised.value.details() == "\n".join([*FIRST, *said, ADVICE])


def test_no_hint_when_all_credentials_are_ready(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "Cluster", stub(collections={EXTERNAL_SECRETS: BOTH}))
    request = messages.CreateRequest(urn=URN, properties=struct({**INPUTS, "hints": {"acme": HINT}}))
    assert engine.call("Create", request).id == "external-secrets"
