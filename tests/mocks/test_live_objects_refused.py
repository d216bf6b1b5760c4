"""LiveObjects that cannot be repaired or compared: nothing of others is changed, and the update fails at its end."""

from __future__ import annotations

from typing import Any

import pytest

from components import ClusterError
from components.cluster import drift
from components.errors import InvalidError
from tests.mocks.api_server import ApiServer, path_of
from tests.mocks.comparing import EXTERNAL, NAMESPACE, OURS, PLAIN, SECRET, STORE, WHO, inputs, run
from tests.mocks.engine import Engine


def test_an_object_that_stays_is_reported(
    server: ApiServer, engine: Engine, state: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "_DELETION", 0.0)
    path = path_of(NAMESPACE)
    for finalizers, blockers in (([], "its contents"), (["example.com/backup"], "example.com/backup")):
        server.objects[path]["metadata"] |= {"deletionTimestamp": "now", "finalizers": finalizers}

        outcome = run(engine, PLAIN, state, preview=False)

        message = (
            f'build plane (context "kind-build"): Namespace ns {WHO} is still being deleted ({blockers}); '
            "run the update again afterwards"
        )
        assert ("warning", message) in outcome.said
        assert outcome.failure == message


def test_an_object_of_others_is_refused_and_the_rest_repaired(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    theirs = {**EXTERNAL, "metadata": {"name": "git", "namespace": "ns", "annotations": {}}, "spec": {}}
    server.put(theirs, "others")
    server.refused[f"PATCH {path_of(STORE)}"] = InvalidError("build plane: spec.provider is required")
    for each in (STORE, SECRET):
        server.edit(path_of(each), lambda live: live.update(spec={}, data={}))

    outcome = run(engine, PLAIN, state, preview=False)

    assert outcome.failure == (
        "build plane: spec.provider is required\n"
        f'build plane (context "kind-build"): ExternalSecret ns/git {WHO} belongs to others; it was not changed'
    )
    assert {("warning", line) for line in outcome.failure.splitlines()} <= set(outcome.said)
    assert server.objects[path_of(EXTERNAL)]["spec"] == {}
    assert server.objects[path_of(SECRET)]["data"] == SECRET["data"]


@pytest.mark.parametrize(
    ("labels", "after", "failure"),
    [
        pytest.param({"team": "a"}, {"team": "a", "organization": "acme"}, "", id="removed"),
        pytest.param(
            {"organization": "globex"},
            {"organization": "globex"},
            f'build plane (context "kind-build"): Namespace theirs {WHO} belongs to others; it was not changed',
            id="of another organization",
        ),
    ],
)
def test_an_adopted_namespace_after_an_interrupted_destroy(
    engine: Engine, server: ApiServer, labels: dict[str, str], after: dict[str, str], failure: str
) -> None:
    """Our field manager is gone with our label; the state still has the namespace."""
    adopted = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "theirs"}}
    patch = {**adopted, "metadata": {"name": "theirs", "labels": {"organization": "acme"}}}
    server.put(patch, OURS)
    state = run(engine, inputs(patch), None, preview=False).inputs
    server.put({**adopted, "metadata": {"name": "theirs", "labels": labels}}, "others")

    assert run(engine, inputs(patch), state, preview=False).failure == failure

    assert server.objects[path_of(adopted)]["metadata"]["labels"] == after


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


def test_a_controller_that_always_writes_is_reported(engine: Engine, server: ApiServer, state: dict[str, Any]) -> None:
    path = path_of(EXTERNAL)
    server.edit(path, lambda live: live["spec"].update(extra=1))
    server.meanwhile = [lambda: None] + [lambda: server.touch(path)] * 20

    assert run(engine, PLAIN, state, preview=False).failure == (
        f'build plane (context "kind-build"): ExternalSecret ns/git {WHO} was changed again after each of 5 repairs; '
        "find out who writes it"
    )
