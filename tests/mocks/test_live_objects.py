"""LiveObjects: what the state contains, what a preview says, and that an update repairs it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import provider_pb2 as messages

from components import ClusterError
from components.cluster import drift
from components.errors import InvalidError
from components.provider import connection
from tests.mocks.api_server import ApiServer, Object, path_of
from tests.mocks.comparing import OURS, STACK, URN, Outcome, inputs, manifest, run
from tests.mocks.engine import UNKNOWN, Engine, struct

ESO = "external-secrets.io/v1"
NAMESPACE = manifest("v1", "Namespace", "ns")
STORE = manifest(ESO, "ClusterSecretStore", "org", spec={"conditions": [{"namespaces": ["ns"]}]})
EXTERNAL = manifest(ESO, "ExternalSecret", "git", "ns", spec={"data": [{"remoteRef": {"key": "git"}}]})
SECRET = manifest("v1", "Secret", "scanner", "ns", type="Opaque", data={"key": base64.b64encode(b"canary").decode()})
PLAIN = inputs(NAMESPACE, STORE, EXTERNAL, secrets=[SECRET])
WHO = '(organization "acme")'


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> ApiServer:
    """A cluster with every object as configured."""
    server = ApiServer()
    for each in (NAMESPACE, STORE, EXTERNAL, SECRET):
        server.put(each, OURS)
    monkeypatch.setattr(connection, "Cluster", server)
    return server


@pytest.fixture
def state(engine: Engine, server: ApiServer) -> dict[str, Any]:
    """Inputs in the state after the first update."""
    return run(engine, PLAIN, None, preview=False).inputs


@pytest.fixture
def both(engine: Engine, server: ApiServer, state: dict[str, Any]) -> Callable[..., list[str]]:
    """Preview and update; texts of the preview. Afterwards there is no difference."""

    def preview_and_update(program: dict[str, Any] = PLAIN) -> list[str]:
        preview = run(engine, program, state, preview=True)
        update = run(engine, program, state, preview=False)
        assert preview.changes == update.changes
        ending = "the next update restores it"
        assert update.said == [(how, text.replace(ending, "restoring it")) for how, text in preview.said]
        assert {how for how, _ in preview.said} <= {"warning"}
        assert run(engine, program, update.inputs, preview=True) == Outcome(update.inputs)
        return [text for _, text in preview.said]

    return preview_and_update


def test_the_state_has_digests_and_no_manifests(state: dict[str, Any]) -> None:
    assert set(state) == {"objects"}
    assert sorted(state["objects"]) == [
        "ClusterSecretStore org",
        "ExternalSecret ns/git",
        "Namespace ns",
        "Secret ns/scanner",
    ]
    assert {len(digest) for digest in state["objects"].values()} == {8}


def test_nothing_is_said_about_objects_as_configured(engine: Engine, server: ApiServer, state: dict[str, Any]) -> None:
    server.calls.clear()
    assert run(engine, PLAIN, state, preview=True) == Outcome(state)
    assert server.calls == [
        "LIST /api/v1/namespaces",
        "LIST /apis/external-secrets.io/v1/clustersecretstores",
        "LIST /api/v1/secrets",
        "LIST /apis/external-secrets.io/v1/externalsecrets",
    ]


@pytest.mark.parametrize(
    ("subject", "change", "text"),
    [
        pytest.param(
            EXTERNAL,
            lambda live: live["spec"]["data"][0]["remoteRef"].update(key="x"),
            f'ExternalSecret ns/git {WHO} was edited: spec.data[0].remoteRef.key is "x", configured "git"',
            id="remote key",
        ),
        pytest.param(
            STORE,
            lambda live: live["spec"]["conditions"].append({"namespaces": ["other"]}),
            f'ClusterSecretStore org {WHO} was edited: spec.conditions[1] is {{"namespaces": ["other"]}}, '
            "not configured",
            id="condition",
        ),
        pytest.param(
            EXTERNAL,
            lambda live: live["spec"].update(extra={"a": 1}, dataFrom=[{"extract": {"key": "x"}}]),
            f'ExternalSecret ns/git {WHO} was edited: spec.extra is {{"a": 1}}, not configured; '
            'spec.dataFrom is [{"extract": {"key": "x"}}], not configured',
            id="fields that no manifest has",
        ),
        pytest.param(
            SECRET,
            lambda live: live.update(data={"key": "b3RoZXI=", "extra": "b3RoZXI="}),
            f"Secret ns/scanner {WHO} was edited: data.key has another value; data.extra is not configured",
            id="data",
        ),
        pytest.param(
            SECRET,
            lambda live: live.update(type="example.com/other"),
            f'Secret ns/scanner {WHO} was edited: type is "example.com/other", configured "Opaque"',
            id="type",
        ),
        pytest.param(
            SECRET,
            lambda live: live["metadata"].update(labels={}),
            f'Secret ns/scanner {WHO} was edited: metadata.labels["app.kubernetes.io/managed-by"] is missing, '
            'configured "openchoreo-secrets"',
            id="the label by which objects are listed",
        ),
        pytest.param(
            NAMESPACE,
            lambda live: live["metadata"].update(labels={"app.kubernetes.io/managed-by": "others"}),
            f'Namespace ns {WHO} was edited: metadata.labels["app.kubernetes.io/managed-by"] is "others", '
            'configured "openchoreo-secrets"',
            id="label of a namespace",
        ),
    ],
)
def test_an_edit_is_described_and_repaired(
    server: ApiServer, both: Callable[[], list[str]], subject: Object, change: Callable[[Object], object], text: str
) -> None:
    server.edit(path_of(subject), change)
    assert both() == [f"{text}; the next update restores it"]
    live = server.objects[path_of(subject)]
    assert {key: live[key] for key in subject if key != "metadata"} == {
        key: value for key, value in subject.items() if key != "metadata"
    }


def test_a_missing_object_is_created_again(server: ApiServer, both: Callable[[], list[str]]) -> None:
    del server.objects[path_of(EXTERNAL)], server.objects[path_of(NAMESPACE)]
    ending = "does not exist; the next update restores it"
    assert both() == [f"Namespace ns {WHO} {ending}", f"ExternalSecret ns/git {WHO} {ending}"]


def test_an_object_that_is_being_deleted_is_created_again_afterwards(
    server: ApiServer, engine: Engine, state: dict[str, Any]
) -> None:
    path = path_of(NAMESPACE)
    server.edit(path, lambda live: live["metadata"].update(deletionTimestamp="now"))
    said = f"Namespace ns {WHO} is being deleted"
    assert run(engine, PLAIN, state, preview=True).said == [("warning", f"{said}; the next update restores it")]
    server.gone_after[path] = 2

    assert run(engine, PLAIN, state, preview=False).said == [("warning", f"{said}; restoring it")]

    assert "deletionTimestamp" not in server.objects[path]["metadata"]
    assert run(engine, PLAIN, state, preview=True) == Outcome(state)


def test_an_object_that_stays_is_reported(
    server: ApiServer, engine: Engine, state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "_DELETION", 0.0)
    path = path_of(NAMESPACE)
    for finalizers, blockers in (([], "its contents"), (["example.com/backup"], "example.com/backup")):
        server.objects[path]["metadata"] |= {"deletionTimestamp": "now", "finalizers": finalizers}

        with pytest.raises(grpc.aio.AioRpcError) as raised:
            run(engine, PLAIN, state, preview=False)

        assert raised.value.details() == (
            f'build plane (context "kind-build"): Namespace ns {WHO} is still being deleted ({blockers}); '
            "run the update again afterwards"
        )


def test_defaults_of_the_api_server_are_no_edit(
    engine: Engine, server: ApiServer, state: dict[str, Any], both: Callable[[], list[str]]
) -> None:
    """A newer operator adds a field; one dry run decides that for all objects."""

    def add_policy(live: Object) -> None:
        for entry in live["spec"]["data"] if live["kind"] == "ExternalSecret" else ():
            entry["remoteRef"].setdefault("nullBytePolicy", "Ignore")

    server.defaults = add_policy
    other = {**EXTERNAL, "metadata": {**EXTERNAL["metadata"], "name": "other"}}
    program = inputs(NAMESPACE, STORE, EXTERNAL, other, secrets=[SECRET])
    for each in (EXTERNAL, other):
        server.put(each, OURS)
    state = run(engine, program, None, preview=False).inputs
    server.calls.clear()

    assert run(engine, program, state, preview=True) == Outcome(state)
    assert [call for call in server.calls if call.startswith("PUT")] == [f"PUT {path_of(EXTERNAL)}"]

    server.edit(path_of(other), lambda live: live["spec"]["data"][0]["remoteRef"].update(nullBytePolicy="Fail"))
    said = run(engine, program, state, preview=False).said
    assert said == [
        (
            "warning",
            (
                f'ExternalSecret ns/other {WHO} was edited: spec.data[0].remoteRef.nullBytePolicy is "Fail", '
                "not configured; restoring it"
            ),
        )
    ]
    assert run(engine, program, state, preview=True) == Outcome(state)


def test_changes_of_the_configuration_are_left_to_their_resources(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    changed = {**EXTERNAL, "spec": {"data": [{"remoteRef": {"key": "new"}}]}}
    added = manifest(ESO, "ExternalSecret", "added", "ns", spec={})
    program = inputs(NAMESPACE, changed, added, secrets=[SECRET])

    for preview in (True, False):
        outcome = run(engine, program, state, preview=preview)
        assert outcome.changes == {
            'objects["ClusterSecretStore org"]': "DELETE",
            'objects["ExternalSecret ns/added"]': "ADD",
            'objects["ExternalSecret ns/git"]': "UPDATE",
        }
        assert outcome.said == []
    assert server.objects[path_of(EXTERNAL)]["spec"] == EXTERNAL["spec"]
    assert path_of(added) not in server.objects


def test_an_object_that_is_deleted_and_changed_is_created_as_configured(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    """Its own resource would fail: it updates what it believes to exist."""
    changed = {**EXTERNAL, "spec": {"data": [{"remoteRef": {"key": "new"}}]}}
    del server.objects[path_of(EXTERNAL)]

    outcome = run(engine, inputs(NAMESPACE, STORE, changed, secrets=[SECRET]), state, preview=False)

    assert outcome.said == [("warning", f"ExternalSecret ns/git {WHO} does not exist; restoring it")]
    assert server.objects[path_of(EXTERNAL)]["spec"] == changed["spec"]


def test_a_new_value_of_a_manual_secret_is_no_edit(engine: Engine, server: ApiServer, state: dict[str, Any]) -> None:
    rotated = {**SECRET, "data": {"key": base64.b64encode(b"rotated").decode()}}
    assert run(engine, inputs(NAMESPACE, STORE, EXTERNAL, secrets=[rotated]), state, preview=True) == Outcome(state)


def test_what_is_known_after_the_update_is_not_compared(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    deferred = {"ExternalSecret ns/git": UNKNOWN, "ExternalSecret ns/new": UNKNOWN}
    program = inputs(NAMESPACE, STORE, secrets=[SECRET], deferred=deferred)

    outcome = run(engine, program, state, preview=True)

    assert outcome.inputs["objects"]["ExternalSecret ns/git"] == state["objects"]["ExternalSecret ns/git"]
    assert outcome.changes == {'objects["ExternalSecret ns/new"]': "ADD"}
    assert outcome.said == [
        (
            "info",
            (
                "not compared with the cluster, because their content is known after the update: "
                "ExternalSecret ns/git, ExternalSecret ns/new"
            ),
        )
    ]
    known = inputs(NAMESPACE, STORE, secrets=[SECRET], deferred={"ExternalSecret ns/git": json.dumps(EXTERNAL)})
    assert run(engine, known, state, preview=False) == Outcome(state)


def test_an_adopted_namespace_that_does_not_exist_is_left_to_the_preflight_check(
    engine: Engine, server: ApiServer
) -> None:
    adopted = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "theirs", "labels": {"a": "b"}}}
    server.put(adopted, OURS)
    state = run(engine, inputs(adopted), None, preview=False).inputs
    server.edit(path_of(adopted), lambda live: live["metadata"].update(labels={}))
    assert len(run(engine, inputs(adopted), state, preview=False).said) == 1
    assert server.objects[path_of(adopted)]["metadata"]["labels"] == {"a": "b"}

    del server.objects[path_of(adopted)]

    assert run(engine, inputs(adopted), state, preview=False) == Outcome(state)


def test_an_object_of_others_is_refused_and_the_rest_repaired(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    theirs = {**EXTERNAL, "metadata": {"name": "git", "namespace": "ns", "annotations": {}}, "spec": {}}
    server.put(theirs, "others")
    server.refused[f"PATCH {path_of(STORE)}"] = InvalidError("build plane: spec.provider is required")
    for each in (STORE, SECRET):
        server.edit(path_of(each), lambda live: live.update(spec={}, data={}))

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        run(engine, PLAIN, state, preview=False)

    assert raised.value.details() == (
        "build plane: spec.provider is required\n"
        f'build plane (context "kind-build"): ExternalSecret ns/git {WHO} belongs to others; it was not changed'
    )
    assert server.objects[path_of(EXTERNAL)]["spec"] == {}
    assert server.objects[path_of(SECRET)]["data"] == SECRET["data"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(
            ClusterError("no right"),
            "ExternalSecret ns/git: fields that are not configured were not compared: no right",
            id="no right to write",
        ),
        pytest.param(
            InvalidError("removing it is invalid"),
            f"ExternalSecret ns/git {WHO} was edited: spec.extra is 1, not configured; the next update restores it",
            id="not valid without the field",
        ),
    ],
)
def test_the_dry_run_is_refused(
    engine: Engine, server: ApiServer, state: dict[str, Any], error: ClusterError, said: str
) -> None:
    server.refused[f"PUT {path_of(EXTERNAL)}"] = error
    server.edit(path_of(EXTERNAL), lambda live: live["spec"].update(extra=1))
    server.edit(path_of(STORE), lambda live: live["spec"].update(conditions=[]))

    texts = [text for _, text in run(engine, PLAIN, state, preview=True).said]

    assert len(texts) == 2
    assert said in texts


def test_others_write_at_the_same_time(engine: Engine, server: ApiServer, both: Callable[[], list[str]]) -> None:
    path = path_of(EXTERNAL)
    server.edit(path, lambda live: live["spec"].update(extra=1))
    server.meanwhile = [lambda: server.touch(path), lambda: None, lambda: server.touch(path)] * 2
    assert len(both()) == 1
    assert server.objects[path]["spec"] == EXTERNAL["spec"]


def test_a_controller_that_always_writes_is_reported(engine: Engine, server: ApiServer, state: dict[str, Any]) -> None:
    path = path_of(EXTERNAL)
    server.edit(path, lambda live: live["spec"].update(extra=1))
    server.meanwhile = [lambda: None] + [lambda: server.touch(path)] * 20

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        run(engine, PLAIN, state, preview=False)

    assert raised.value.details() == (
        f'build plane (context "kind-build"): ExternalSecret ns/git {WHO} was changed again after each of 5 repairs; '
        "find out who writes it"
    )


def test_a_refresh_compares_nothing(engine: Engine, server: ApiServer, state: dict[str, Any]) -> None:
    request = messages.DiffRequest(urn=URN, id="x", olds=struct({"total": 1}), news=struct(state))
    assert not engine.call("Diff", request).detailedDiff
    engine.call("Delete", messages.DeleteRequest(urn=URN, id="x", properties=struct({"total": 1})))
    assert STACK not in json.dumps(state)
