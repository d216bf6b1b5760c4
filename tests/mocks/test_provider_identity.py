"""The provider records the identity of its cluster, and refuses every command on another cluster."""

from __future__ import annotations

from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import provider_pb2 as messages

from components.provider import connection
from tests.mocks.engine import Engine, struct
from tests.mocks.stubs import stub

URN = "urn:pulumi:test::openchoreo-secrets::pulumi:providers:openchoreo::build-plane"
ARGS = {"plane": "build plane", "context": "kind-build"}
REFUSED = (
    'build plane (context "kind-build"): the state is about another cluster (UID of kube-system: before, here here); '
    "nothing was changed. Correct the context or the kubeconfig. If the cluster was rebuilt, set "
    "OPENCHOREO_SECRETS_CLUSTER=here for one `pulumi up --refresh`"
)


@pytest.fixture(autouse=True)
def _cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENCHOREO_SECRETS_CLUSTER", raising=False)
    cluster = stub(objects={"/api/v1/namespaces/kube-system": {"metadata": {"uid": "here"}}})
    monkeypatch.setattr(connection, "Cluster", cluster)


@pytest.mark.parametrize("olds", [{}, ARGS, {**ARGS, "clusterIdentity": "here"}])
def test_the_identity_is_part_of_the_configuration(engine: Engine, olds: dict[str, Any]) -> None:
    request = messages.CheckRequest(urn=URN, olds=struct(olds), news=struct(ARGS))
    response = engine.call("CheckConfig", request, configured=False)
    assert MessageToDict(response) == {"inputs": {**ARGS, "clusterIdentity": "here"}}


def _failure(engine: Engine, method: str, request: Any) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        engine.call(method, request, configured=False)
    assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    return str(raised.value.details())


def test_another_cluster_is_refused(engine: Engine) -> None:
    """An update asks with the recorded configuration; a refresh and a destroy connect with it."""
    recorded = struct({**ARGS, "clusterIdentity": "before"})
    check = messages.CheckRequest(urn=URN, olds=recorded, news=struct(ARGS))
    assert _failure(engine, "CheckConfig", check) == REFUSED
    assert _failure(engine, "Configure", messages.ConfigureRequest(args=recorded)) == REFUSED


def test_a_rebuilt_cluster_is_accepted_by_its_name(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENCHOREO_SECRETS_CLUSTER", "here")
    recorded = struct({**ARGS, "clusterIdentity": "before"})
    check = messages.CheckRequest(urn=URN, olds=recorded, news=struct(ARGS))
    response = engine.call("CheckConfig", check, configured=False)
    assert MessageToDict(response) == {"inputs": {**ARGS, "clusterIdentity": "here"}}
    engine.call("Configure", messages.ConfigureRequest(args=recorded), configured=False)


@pytest.mark.parametrize("args", [{}, {"version": "0.1.0"}, {"plane": "build plane"}, {"context": "kind-build"}])
def test_a_provider_without_a_cluster_is_refused(engine: Engine, args: dict[str, str]) -> None:
    """As Pulumi's default provider, which a program uses that passes none."""
    message = "the openchoreo provider is not configured; set plane and context of its Provider"
    assert _failure(engine, "CheckConfig", messages.CheckRequest(urn=URN, news=struct(args))) == message
    assert _failure(engine, "Configure", messages.ConfigureRequest(args=struct(args))) == message
