"""LiveObjects and objects of other stacks: never written, whatever shows that this stack has written them before."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from components.cluster import drift
from tests.mocks.api_server import ApiServer, Object, path_of
from tests.mocks.comparing import (
    ESO,
    EXTERNAL,
    NAMESPACE,
    OURS,
    PLAIN,
    STACK,
    WHO,
    Outcome,
    inputs,
    manifest,
    refusing,
    run,
)
from tests.mocks.engine import Engine

OTHER = "acme-corp/openchoreo-secrets/other"
PLANE = 'build plane (context "kind-build")'
ADOPTED: Object = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "theirs", "labels": {"organization": "acme"}},
}


def owned(manifest: Object, owner: str | None, **fields: Any) -> Object:
    """A live object with another owner, or without one."""
    live = {**copy.deepcopy(manifest), **fields}
    key = "openchoreo-secrets/stack" if manifest["kind"] == "Namespace" else "pulumi.com/patchFieldManager"
    live["metadata"]["annotations"] = {} if owner is None else {key: owner}
    return live


@pytest.mark.parametrize("manifest", [EXTERNAL, NAMESPACE], ids=["ExternalSecret", "Namespace"])
@pytest.mark.parametrize("deleted", [False, True], ids=["edited", "being deleted"])
def test_an_object_that_another_stack_has_taken_over(
    engine: Engine, server: ApiServer, state: dict[str, Any], manifest: Object, deleted: bool
) -> None:
    """Our field manager is still on it."""
    live = owned(manifest, OTHER)
    live["metadata"] |= {"labels": {}, **({"deletionTimestamp": "now"} if deleted else {})}
    server.put(live, OURS)
    before = copy.deepcopy(server.objects)

    failure = run(engine, PLAIN, state, preview=False).failure

    name = "ExternalSecret ns/git" if manifest is EXTERNAL else "Namespace ns"
    assert failure == f"{PLANE}: {name} {WHO} belongs to the stack {OTHER}; it was not changed"
    assert server.objects == before


def test_an_object_without_an_owner_is_recognized_by_our_field_manager(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    server.put(owned(EXTERNAL, None, spec={}), OURS)

    assert run(engine, PLAIN, state, preview=False).failure == ""

    live = server.objects[path_of(EXTERNAL)]
    assert (live["spec"], live["metadata"]["annotations"]) == (EXTERNAL["spec"], EXTERNAL["metadata"]["annotations"])


@pytest.mark.parametrize(
    ("successor", "failure"),
    [
        pytest.param(OTHER, f"{PLANE}: ExternalSecret ns/git {WHO} belongs to the stack {OTHER}; it was not changed"),
        pytest.param(STACK, ""),
    ],
    ids=["of another stack", "of this stack"],
)
def test_what_others_create_in_the_place_of_a_deleted_object(
    engine: Engine, server: ApiServer, state: dict[str, Any], successor: str, failure: str
) -> None:
    path = path_of(EXTERNAL)
    server.edit(path, lambda live: live["metadata"].update(deletionTimestamp="now"))
    server.gone_after[path] = 2
    server.successors[path] = owned(EXTERNAL, successor, spec={})

    assert run(engine, PLAIN, state, preview=False).failure == failure

    assert server.objects[path]["spec"] == ({} if failure else EXTERNAL["spec"])


@pytest.mark.parametrize("live", [{"team": "a"}, {"organization": "edited"}], ids=["label removed", "label edited"])
def test_an_adopted_namespace_may_belong_to_another_stack(
    engine: Engine, server: ApiServer, live: dict[str, str]
) -> None:
    server.put(ADOPTED, OURS)
    state = run(engine, inputs(ADOPTED), None, preview=False).inputs
    theirs = owned(ADOPTED, OTHER)
    theirs["metadata"]["labels"] = live
    server.put(theirs, OURS)

    assert run(engine, inputs(ADOPTED), state, preview=False).failure == ""

    metadata = server.objects[path_of(ADOPTED)]["metadata"]
    assert metadata["labels"] == {**live, "organization": "acme"}
    assert metadata["annotations"] == {"openchoreo-secrets/stack": OTHER}


def test_objects_of_a_refused_organization_are_neither_compared_nor_forgotten(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    edited = copy.deepcopy(EXTERNAL)
    edited["spec"] = {"edited": True}
    server.put(edited, OURS)
    others = {"stack": STACK, "manifests": PLAIN["manifests"], "deferred": PLAIN["deferred"]}
    refused = refusing(inputs(NAMESPACE), *sorted({*state["objects"], "ExternalSecret ns/new"} - {"Namespace ns"}))

    for preview in (True, False):
        assert run(engine, refused, state, preview=preview) == Outcome(state)
    assert server.objects[path_of(EXTERNAL)]["spec"] == {"edited": True}

    run(engine, others, state, preview=False)
    assert server.objects[path_of(EXTERNAL)]["spec"] == EXTERNAL["spec"]


def test_a_refused_organization_in_the_first_update(engine: Engine, server: ApiServer) -> None:
    outcome = run(engine, refusing(inputs(NAMESPACE), "ExternalSecret ns/git"), None, preview=False)
    assert sorted(outcome.inputs["objects"]) == ["Namespace ns"]


def test_a_store_with_another_provider(engine: Engine, server: ApiServer) -> None:
    """The API server refuses to add the configured provider to it."""
    store = manifest(
        ESO, "ClusterSecretStore", "org", spec={"provider": {"vault": {"server": "https://vault.example"}}}
    )
    server.put(store, OURS)
    state = run(engine, inputs(store), None, preview=False).inputs
    server.edit(path_of(store), lambda live: live.update(spec={"provider": {"fake": {"data": []}}}))

    assert run(engine, inputs(store), state, preview=False).failure == ""

    assert server.objects[path_of(store)]["spec"] == store["spec"]


def test_deletions_that_do_not_end_share_one_deadline(
    engine: Engine, server: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drift, "_DELETION", 3 * drift._POLL)
    stuck = [manifest(ESO, "ExternalSecret", name, "ns", spec={}) for name in ("a", "b", "c")]
    for each in stuck:
        server.put(each, OURS)
    state = run(engine, inputs(*stuck), None, preview=False).inputs
    for each in stuck:
        server.edit(path_of(each), lambda live: live["metadata"].update(deletionTimestamp="now", finalizers=["x/y"]))
    server.calls.clear()

    failure = run(engine, inputs(*stuck), state, preview=False).failure

    waits = "is still being deleted (x/y); run the update again afterwards"
    assert failure.splitlines() == [f"{PLANE}: ExternalSecret ns/{name} {WHO} {waits}" for name in ("a", "b", "c")]
    assert [server.calls.count(f"GET {path_of(each)}") for each in stuck] == [4, 1, 1]
