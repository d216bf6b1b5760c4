"""Objects that the configuration no longer has: an update that would delete those of others ends at once."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from components.errors import ClusterError
from tests.mocks.api_server import ApiServer, Object, path_of
from tests.mocks.comparing import (
    ESO,
    EXTERNAL,
    NAMESPACE,
    OURS,
    SECRET,
    STACK,
    STORE,
    Outcome,
    inputs,
    manifest,
    refusing,
    run,
)
from tests.mocks.engine import Engine

OTHER, THIRD = "acme-corp/openchoreo-secrets/other", "acme-corp/openchoreo-secrets/third"
WIDGET = manifest("example.com/v1", "Widget", "w")
KEPT = inputs(manifest(ESO, "ClusterSecretStore", "kept"))
MESSAGE = """\
build plane (context "kind-build"): nothing was changed. An update would delete these objects, which this stack \
does not need any more, but others own them by now:
{lines}
Remove them from the state of this stack with `pulumi state delete`, and then set \
OPENCHOREO_SECRETS_HANDED_OVER={owners} for one `pulumi up`; or hand them back to this stack, which deletes them"""


def hand_over(server: ApiServer, taken: Object, owner: str, **annotations: str) -> None:
    """What the other stack does, or a person with ``kubectl annotate``."""
    metadata = server.objects[path_of(taken)]["metadata"]
    key = "openchoreo-secrets/stack" if taken["kind"] == "Namespace" else "pulumi.com/patchFieldManager"
    metadata["annotations"] = {**metadata["annotations"], key: owner, **annotations}


def failure(engine: Engine, state: dict[str, Any], program: dict[str, Any] = KEPT) -> str:
    """The error of a preview, which is that of an update."""
    messages = set()
    for preview in (True, False):
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            run(engine, program, state, preview=preview)
        assert raised.value.code() is grpc.StatusCode.FAILED_PRECONDITION
        messages.add(str(raised.value.details()))
    (message,) = messages
    return message


def test_all_are_named_with_their_owners(engine: Engine, server: ApiServer, state: dict[str, Any]) -> None:
    hand_over(server, EXTERNAL, OTHER)
    hand_over(server, SECRET, OTHER)
    hand_over(server, STORE, f"{THIRD}\n")

    assert failure(engine, state) == MESSAGE.format(
        lines="\n".join(
            [
                f"  - ClusterSecretStore org: {THIRD}\\n",
                f"  - ExternalSecret ns/git: {OTHER}",
                f"  - Secret ns/scanner: {OTHER}",
            ]
        ),
        owners=f"{OTHER},{THIRD}\\n",
    )


@pytest.mark.parametrize(
    ("value", "ends"),
    [
        pytest.param("", True, id="unset"),
        pytest.param(OTHER, True, id="one of two"),
        pytest.param(f"{THIRD}, {OTHER}", False, id="both"),
    ],
)
def test_the_user_confirms_that_the_state_has_forgotten_them(
    engine: Engine, server: ApiServer, state: dict[str, Any], monkeypatch: pytest.MonkeyPatch, value: str, ends: bool
) -> None:
    hand_over(server, EXTERNAL, OTHER)
    hand_over(server, STORE, THIRD)
    monkeypatch.setenv("OPENCHOREO_SECRETS_HANDED_OVER", value)

    if ends:
        assert "ExternalSecret ns/git" in failure(engine, state)
    else:
        kept = ["ClusterSecretStore kept", "Secret ns/scanner"]
        assert sorted(run(engine, KEPT, state, preview=False).inputs["objects"]) == kept


def test_own_and_absent_objects_are_deleted(engine: Engine, server: ApiServer, state: dict[str, Any]) -> None:
    del server.objects[path_of(SECRET)]
    hand_over(server, STORE, STACK)

    outcome = run(engine, KEPT, state, preview=False)

    assert {path: kind for path, kind in outcome.changes.items() if kind == "DELETE"} == {
        f'objects["{name}"]': "DELETE" for name in state["objects"]
    }


@pytest.mark.parametrize("value", ["", "others"])
def test_an_object_without_an_owner_is_of_others(
    engine: Engine, server: ApiServer, state: dict[str, Any], monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    server.objects[path_of(EXTERNAL)]["metadata"]["annotations"] = {}
    monkeypatch.setenv("OPENCHOREO_SECRETS_HANDED_OVER", value)

    if not value:
        assert failure(engine, state) == MESSAGE.format(lines="  - ExternalSecret ns/git: others", owners="others")
    else:
        assert "ExternalSecret ns/git" not in run(engine, KEPT, state, preview=False).inputs["objects"]


def test_a_deletion_is_checked_until_the_object_is_gone(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    """The engine deletes it at the end of an update, if there is no error."""
    server.put(manifest(ESO, "ClusterSecretStore", "kept"), OURS)
    leaving = run(engine, KEPT, state, preview=False).inputs
    assert leaving["objects"]["ExternalSecret ns/git"] == f"-{server.objects[path_of(EXTERNAL)]['metadata']['uid']}"
    assert run(engine, KEPT, leaving, preview=True) == Outcome(leaving)
    mine = server.objects[path_of(EXTERNAL)]["metadata"]["annotations"]
    hand_over(server, EXTERNAL, OTHER)
    assert failure(engine, leaving) == MESSAGE.format(lines=f"  - ExternalSecret ns/git: {OTHER}", owners=OTHER)
    server.objects[path_of(EXTERNAL)]["metadata"]["annotations"] = mine

    for gone in (EXTERNAL, SECRET, STORE):
        del server.objects[path_of(gone)]
    server.put(STORE, "others")
    hand_over(server, STORE, OTHER)

    kept = {"ClusterSecretStore kept": leaving["objects"]["ClusterSecretStore kept"]}
    assert run(engine, KEPT, leaving, preview=True) == Outcome({"objects": kept})


def test_an_object_that_is_configured_again(engine: Engine, state: dict[str, Any]) -> None:
    leaving = run(engine, inputs(NAMESPACE), state, preview=False).inputs

    outcome = run(engine, inputs(NAMESPACE, EXTERNAL), leaving, preview=False)

    assert outcome.changes == {'objects["ExternalSecret ns/git"]': "ADD"}
    assert outcome.inputs["objects"]["ExternalSecret ns/git"] == state["objects"]["ExternalSecret ns/git"]


def test_an_object_that_is_configured_again_after_its_deletion(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    """The deletion was killed before Pulumi recorded it, so the state still has the object and nothing creates it."""
    removed = run(engine, KEPT, state, preview=False).inputs
    del server.objects[path_of(EXTERNAL)]

    outcome = run(engine, inputs(EXTERNAL), removed, preview=False)

    assert (outcome.failure, outcome.said) == ("", [])
    assert server.objects[path_of(EXTERNAL)]["spec"] == EXTERNAL["spec"]


def test_an_object_that_is_configured_again_without_its_namespace(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    """The engine creates the namespace later in the update, and then the object."""
    removed = run(engine, KEPT, state, preview=False).inputs
    del server.objects[path_of(EXTERNAL)]
    server.refused[f"PATCH {path_of(EXTERNAL)}"] = ClusterError("its namespace does not exist")

    outcome = run(engine, inputs(EXTERNAL), removed, preview=False)

    assert (outcome.failure, outcome.said) == ("", [])


def test_a_leaving_object_of_a_refused_organization(engine: Engine, server: ApiServer, state: dict[str, Any]) -> None:
    """It is registered again, so it is not deleted."""
    leaving = run(engine, inputs(NAMESPACE), state, preview=False).inputs
    hand_over(server, EXTERNAL, OTHER)

    refused = refusing(inputs(NAMESPACE), *(name for name in leaving["objects"] if name != "Namespace ns"))

    assert run(engine, refused, leaving, preview=False) == Outcome(leaving)


def test_an_object_that_is_still_configured_is_left_to_the_preflight_check(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    hand_over(server, EXTERNAL, OTHER)
    program = inputs(EXTERNAL)
    assert "ExternalSecret ns/git" in run(engine, program, state, preview=True).inputs["objects"]


DELETED = {"openchoreo-secrets/offboarding": "delete"}


def namespace(annotations: dict[str, str]) -> Object:
    """A namespace that the stack creates."""
    created = manifest("v1", "Namespace", "ns")
    created["metadata"]["annotations"] |= annotations
    return created


@pytest.mark.parametrize(
    ("recorded", "goes"),
    [
        pytest.param(namespace({}), False, id="it stays without its organization"),
        pytest.param(namespace(DELETED), True, id="it is deleted"),
        pytest.param({**NAMESPACE, "metadata": {"name": "ns", "annotations": DELETED}}, False, id="it is adopted"),
    ],
)
@pytest.mark.parametrize("owner", [OTHER, None], ids=["of another stack", "created again without marks"])
@pytest.mark.parametrize("adopts", [False, True], ids=["removed", "adopted"])
def test_a_namespace(
    engine: Engine, server: ApiServer, recorded: Object, goes: bool, owner: str | None, adopts: bool
) -> None:
    """What the last update has recorded decides, whatever the marks of the live namespace; an adopted one stays."""
    server.put(recorded, OURS)
    state = run(engine, inputs(recorded), None, preview=False).inputs
    assert state["objects"]["Namespace ns"].endswith("!") is goes
    marks = {} if owner is None else {**DELETED, "openchoreo-secrets/stack": owner}
    server.put({**NAMESPACE, "metadata": {"name": "ns", "annotations": marks}}, "others")
    program = inputs({**NAMESPACE, "metadata": {"name": "ns", "labels": {"organization": "acme"}}}) if adopts else KEPT

    if goes and not adopts:
        whose = owner or "others"
        expected = MESSAGE.format(lines=f"  - Namespace ns: {whose}", owners=whose)
        assert failure(engine, state, program) == expected
    else:
        changes = run(engine, program, state, preview=True).changes
        assert changes['objects["Namespace ns"]'] == ("UPDATE" if adopts else "DELETE")


def test_a_namespace_that_is_deleted_leaves(engine: Engine, server: ApiServer) -> None:
    recorded = namespace(DELETED)
    uid = server.put(recorded, OURS)["metadata"]["uid"]
    state = run(engine, inputs(recorded), None, preview=False).inputs

    leaving = run(engine, KEPT, state, preview=False).inputs

    assert leaving["objects"]["Namespace ns"] == f"-{uid}"
    hand_over(server, NAMESPACE, OTHER)
    assert failure(engine, leaving) == MESSAGE.format(lines=f"  - Namespace ns: {OTHER}", owners=OTHER)


def test_a_kind_that_no_stack_creates(engine: Engine, server: ApiServer) -> None:
    server.put(WIDGET, OURS)
    state = run(engine, inputs(WIDGET), None, preview=False).inputs
    hand_over(server, WIDGET, OTHER)

    assert run(engine, KEPT, state, preview=False).changes['objects["Widget w"]'] == "DELETE"
