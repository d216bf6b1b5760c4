"""LiveObjects: what the state contains, what a preview says, and that an update repairs it."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2 as messages

from tests.mocks.api_server import ApiServer, Object, path_of
from tests.mocks.comparing import (
    ESO,
    EXTERNAL,
    NAMESPACE,
    OURS,
    PLAIN,
    SECRET,
    STACK,
    STORE,
    URN,
    WHO,
    Outcome,
    inputs,
    manifest,
    run,
)
from tests.mocks.engine import UNKNOWN, Engine, struct


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


def test_a_changed_object_with_an_edited_immutable_field_is_created_again(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    """Its own resource would fail, because it knows nothing of the edit."""
    labelled = {**SECRET, "metadata": {**SECRET["metadata"], "labels": {"new": "label"}}}
    program = inputs(NAMESPACE, STORE, EXTERNAL, secrets=[labelled])
    server.edit(path_of(SECRET), lambda live: live.update(type="example.com/other"))

    outcome = run(engine, program, state, preview=False)

    said = f'Secret ns/scanner {WHO} was edited: type is "example.com/other", configured "Opaque"; restoring it'
    assert outcome.said == [("warning", said)]
    assert server.objects[path_of(SECRET)]["type"] == "Opaque"


def test_a_changed_type_is_left_to_its_resource(engine: Engine, server: ApiServer, state: dict[str, Any]) -> None:
    typed = {**SECRET, "type": "kubernetes.io/basic-auth"}
    outcome = run(engine, inputs(NAMESPACE, STORE, EXTERNAL, secrets=[typed]), state, preview=False)
    assert outcome.said == []
    assert server.objects[path_of(SECRET)]["type"] == "Opaque"


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


def test_others_write_at_the_same_time(engine: Engine, server: ApiServer, both: Callable[[], list[str]]) -> None:
    path = path_of(EXTERNAL)
    server.edit(path, lambda live: live["spec"].update(extra=1))
    server.meanwhile = [lambda: server.touch(path), lambda: None, lambda: server.touch(path)] * 2
    assert len(both()) == 1
    assert server.objects[path]["spec"] == EXTERNAL["spec"]


def test_a_refresh_compares_nothing(engine: Engine, server: ApiServer, state: dict[str, Any]) -> None:
    request = messages.DiffRequest(urn=URN, id="x", olds=struct({"total": 1}), news=struct(state))
    assert not engine.call("Diff", request).detailedDiff
    engine.call("Delete", messages.DeleteRequest(urn=URN, id="x", properties=struct({"total": 1})))
    assert STACK not in json.dumps(state)
