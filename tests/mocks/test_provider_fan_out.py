"""ExternalSecretsReady for ClusterExternalSecrets: every Secret that one selects must be synced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from pulumi.runtime.proto import provider_pb2 as messages

from components.provider import connection
from tests.mocks.engine import Engine, struct
from tests.mocks.stubs import EXTERNAL_SECRETS, NAMESPACES, Object, stub, synced

URN = "urn:pulumi:test::openchoreo-secrets::openchoreo:index:ExternalSecretsReady::data-plane"
INPUTS = {
    "externalSecrets": {},
    "clusterExternalSecrets": {"acme": ["registry-pull-secret-acme"]},
    "timeoutSeconds": 0.0,
}
SPEC = {"refreshInterval": "1h0m0s"}
MADE: Object = {
    "spec": {
        "externalSecretName": "pull",
        "externalSecretSpec": SPEC,
        "namespaceSelectors": [{"matchLabels": {"openchoreo.dev/release-namespace": "acme"}}],
    }
}
PATH = "/apis/external-secrets.io/v1/clusterexternalsecrets/registry-pull-secret-acme"
WHOSE = 'organization "acme", Secret'
LATE = "the ClusterExternalSecret registry-pull-secret-acme has not reached the namespace yet"


def arrived(namespace: str, *, status: str = "True", spec: Object | None = None) -> Object:
    return {**synced(namespace, "pull", status=status), "spec": SPEC if spec is None else spec}


def space(name: str, **metadata: Any) -> Object:
    return {"metadata": {"name": name, **metadata}}


Live = Callable[..., None]


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Live:
    """Set the objects of the cluster: namespaces, ExternalSecrets, and whether the ClusterExternalSecret exists."""

    def choose(namespaces: list[Object], items: list[Object], *, made: bool = True) -> None:
        collections = {NAMESPACES: namespaces, EXTERNAL_SECRETS: items}
        monkeypatch.setattr(connection, "Cluster", stub(objects={PATH: MADE} if made else {}, collections=collections))

    return choose


@pytest.mark.parametrize(
    ("namespaces", "items"),
    [
        pytest.param([], [], id="no workload has been deployed yet"),
        pytest.param([space("dp-1"), space("dp-2")], [arrived("dp-1"), arrived("dp-2")], id="everywhere"),
        pytest.param(
            [space("dp-1"), space("dp-2", deletionTimestamp="2026-01-01T00:00:00Z")],
            [arrived("dp-1")],
            id="a namespace that is going gets none",
        ),
    ],
)
def test_it_has_arrived(engine: Engine, live: Live, namespaces: list[Object], items: list[Object]) -> None:
    live(namespaces, items)

    created = engine.call("Create", messages.CreateRequest(urn=URN, properties=struct(INPUTS)))
    compared = engine.call("Diff", messages.DiffRequest(urn=URN, olds=struct(INPUTS), news=struct(INPUTS)))

    assert MessageToDict(created) == {"id": "external-secrets", "properties": INPUTS}
    assert MessageToDict(compared) == {"changes": "DIFF_NONE", "hasDetailedDiff": True}


@pytest.mark.parametrize(
    ("namespaces", "items", "made", "waiting"),
    [
        pytest.param(
            [space("dp-1"), space("dp-2")],
            [arrived("dp-1", status="False")],
            True,
            [f"{WHOSE} dp-1/pull: could not get secret data", f"{WHOSE} dp-2/pull:\n      {LATE}"],
            id="one that fails, one that is missing",
        ),
        pytest.param(
            [space("dp-1")],
            [arrived("dp-1", spec={"refreshInterval": "5m0s"})],
            True,
            [f"{WHOSE} dp-1/pull:\n      {LATE}"],
            id="one of before",
        ),
        pytest.param(
            [space("dp-1")],
            [],
            False,
            [
                f"{WHOSE} (every namespace)/registry-pull-secret-acme:\n      the ClusterExternalSecret does not exist",
            ],
            id="it was deleted",
        ),
    ],
)
def test_it_has_not(
    engine: Engine, live: Live, namespaces: list[Object], items: list[Object], made: bool, waiting: list[str]
) -> None:
    live(namespaces, items, made=made)

    compared = engine.call("Diff", messages.DiffRequest(urn=URN, olds=struct(INPUTS), news=struct(INPUTS)))
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        engine.call("Update", messages.UpdateRequest(urn=URN, news=struct(INPUTS)))

    count = f"{len(waiting)} of {max(len(namespaces), 1)} credentials are not ready after 0 s"
    lines = [
        f'{count} on build plane (context "kind-build"):',
        *(f"  - {each}" for each in waiting),
        "Fix the cause (most often a missing key in the secret manager) and run the update again",
    ]
    assert raised.value.details() == "\n".join(lines)
    path = 'clusterExternalSecrets["acme"][0]'
    assert MessageToDict(compared) == {
        "changes": "DIFF_SOME",
        "diffs": [path],
        "detailedDiff": {path: {"kind": "UPDATE"}},
        "hasDetailedDiff": True,
    }


def test_a_new_one_is_no_one_that_has_stopped_working(engine: Engine, live: Live) -> None:
    live([], [], made=False)
    olds = {**INPUTS, "clusterExternalSecrets": {}}

    compared = engine.call("Diff", messages.DiffRequest(urn=URN, olds=struct(olds), news=struct(INPUTS)))

    assert MessageToDict(compared)["detailedDiff"] == {"clusterExternalSecrets": {"kind": "UPDATE", "inputDiff": True}}


def test_one_that_is_not_wanted_any_more_is_a_change(engine: Engine, live: Live) -> None:
    live([], [])
    news = {key: value for key, value in INPUTS.items() if key != "clusterExternalSecrets"}

    compared = engine.call("Diff", messages.DiffRequest(urn=URN, olds=struct(INPUTS), news=struct(news)))

    assert MessageToDict(compared).get("detailedDiff") == {
        "clusterExternalSecrets": {"kind": "UPDATE", "inputDiff": True}
    }
