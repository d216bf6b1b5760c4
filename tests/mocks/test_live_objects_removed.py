"""Objects that the configuration no longer has: an update that would delete those of another stack ends at once."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from tests.mocks.api_server import ApiServer, Object, path_of
from tests.mocks.comparing import ESO, EXTERNAL, NAMESPACE, OURS, SECRET, STACK, STORE, inputs, manifest, run
from tests.mocks.engine import Engine

OTHER, THIRD = "acme-corp/openchoreo-secrets/other", "acme-corp/openchoreo-secrets/third"
WIDGET = manifest("example.com/v1", "Widget", "w")
KEPT = inputs(manifest(ESO, "ClusterSecretStore", "kept"))
MESSAGE = """\
build plane (context "kind-build"): nothing was changed. These objects are no longer configured, and an update would \
delete them, but another stack owns them by now:
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
        assert sorted(run(engine, KEPT, state, preview=False).inputs["objects"]) == ["ClusterSecretStore kept"]


def test_own_and_absent_objects_and_those_of_nobody_are_deleted(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    del server.objects[path_of(SECRET)]
    server.objects[path_of(EXTERNAL)]["metadata"]["annotations"] = {}
    hand_over(server, STORE, STACK)

    outcome = run(engine, KEPT, state, preview=False)

    assert {path: kind for path, kind in outcome.changes.items() if kind == "DELETE"} == {
        f'objects["{name}"]': "DELETE" for name in state["objects"]
    }


def test_an_object_that_is_still_configured_is_left_to_the_preflight_check(
    engine: Engine, server: ApiServer, state: dict[str, Any]
) -> None:
    hand_over(server, EXTERNAL, OTHER)
    program = inputs(EXTERNAL)
    assert "ExternalSecret ns/git" in run(engine, program, state, preview=True).inputs["objects"]


@pytest.mark.parametrize(
    ("annotations", "manager", "ends"),
    [
        pytest.param({}, OURS, False, id="it stays without its organization"),
        pytest.param({"openchoreo-secrets/offboarding": "delete"}, OURS, True, id="it is deleted"),
        pytest.param({"openchoreo-secrets/offboarding": "delete"}, "others", False, id="this stack has adopted it"),
    ],
)
def test_a_namespace(engine: Engine, server: ApiServer, annotations: dict[str, str], manager: str, ends: bool) -> None:
    own = manifest("v1", "Namespace", "ns")
    own["metadata"]["annotations"] |= annotations
    server.put(own, OURS)
    state = run(engine, inputs(own), None, preview=False).inputs
    server.put(own, manager)
    hand_over(server, NAMESPACE, OTHER)

    if ends:
        assert failure(engine, state) == MESSAGE.format(lines=f"  - Namespace ns: {OTHER}", owners=OTHER)
    else:
        assert run(engine, KEPT, state, preview=False).changes['objects["Namespace ns"]'] == "DELETE"


def test_a_kind_that_no_stack_creates(engine: Engine, server: ApiServer) -> None:
    server.put(WIDGET, OURS)
    state = run(engine, inputs(WIDGET), None, preview=False).inputs
    hand_over(server, WIDGET, OTHER)

    assert run(engine, KEPT, state, preview=False).changes['objects["Widget w"]'] == "DELETE"
