"""The diff of a patch: changed inputs, and inputs that the live object lacks."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.mocks.engine import UNKNOWN, Engine, Patches, Values
from tests.mocks.samples import NAME, added, by_hand, component_type, entry, inputs, patched, plane, state
from tests.mocks.stubs import Object, Place

STORE = {"namespace": "acme", "name": "default", "secretStoreRef": "vault"}
STORED = {**STORE, "added": added(store="vault", secretStoreRef=["spec"])}
INPUT = {"kind": "UPDATE", "inputDiff": True}
DRIFT = {"kind": "UPDATE"}
REPLACE = {"kind": "UPDATE_REPLACE", "inputDiff": True}


def response(changed: dict[str, Any], *replaces: str) -> Values:
    if not changed:
        return {"changes": "DIFF_NONE", "hasDetailedDiff": True}
    replaced = {"replaces": list(replaces)} if replaces else {}
    some = {"changes": "DIFF_SOME", "diffs": list(changed), "detailedDiff": changed, "hasDetailedDiff": True}
    return {**some, **replaced}


@pytest.mark.parametrize(
    ("live", "old", "new", "changed"),
    [
        pytest.param(patched(), state(), inputs(), {}, id="nothing"),
        pytest.param(
            patched(entry("by-hand"), entry(), pull=("by-hand", NAME)), state(), inputs(), {}, id="entries of others"
        ),
        pytest.param(
            patched(),
            state(),
            inputs(entry(data=[]), pull=(NAME, "shared")),
            {"resources": INPUT, "imagePullSecrets": INPUT},
            id="other inputs",
        ),
        pytest.param(patched(), state(), inputs(entry()), {"imagePullSecrets": INPUT}, id="an input that is gone"),
        pytest.param(
            patched(entry("by-hand"), pull=(NAME,)), state(), inputs(), {"resources": DRIFT}, id="the entry is gone"
        ),
        pytest.param(by_hand(), state(), inputs(), {"resources": DRIFT}, id="the entry was changed"),
        pytest.param(
            patched(pull=("by-hand",)),
            state(),
            inputs(),
            {"imagePullSecrets": DRIFT},
            id="the name in the pods is gone",
        ),
        pytest.param(
            component_type(),
            state(),
            inputs(),
            {"resources": DRIFT, "imagePullSecrets": DRIFT},
            id="the object was created again",
        ),
        pytest.param(
            component_type(),
            state(),
            inputs(entry("other"), pull=(NAME,)),
            {"resources": INPUT, "imagePullSecrets": DRIFT},
            id="other inputs, and drift elsewhere",
        ),
        pytest.param(patched(), state(record=added()), inputs(), {}, id="what was adopted is still there"),
        pytest.param(
            component_type(),
            state(record=added()),
            inputs(),
            {"resources": DRIFT, "imagePullSecrets": DRIFT},
            id="what was adopted has been taken away by its owner",
        ),
        pytest.param(
            patched(),
            state(),
            inputs(entry(data=UNKNOWN), pull=(NAME,)),
            {"resources": INPUT},
            id="what is not known yet may be other than before",
        ),
    ],
)
def test_diff_of_a_component_type(
    engine: Engine, place: Place, live: Object, old: Values, new: Values, changed: dict[str, Any]
) -> None:
    memory, patch = place(live), Patches(engine, "ComponentType")

    assert patch.diff(old, new) == response(changed)
    assert (memory.live("ComponentType"), memory.writers, patch.said) == (live, [], [])


@pytest.mark.parametrize(
    ("spec", "new", "changed"),
    [
        pytest.param({"secretStoreRef": {"name": "vault"}}, STORE, {}, id="nothing"),
        pytest.param({}, STORE, {"secretStoreRef": DRIFT}, id="it is gone"),
        pytest.param(
            {"secretStoreRef": {"name": "vault"}},
            {**STORE, "secretStoreRef": "other"},
            {"secretStoreRef": INPUT},
            id="another store",
        ),
    ],
)
def test_diff_of_a_plane(engine: Engine, place: Place, spec: Values, new: Values, changed: dict[str, Any]) -> None:
    place(plane("DataPlane", **spec))

    assert Patches(engine, "DataPlane").diff(STORED, new) == response(changed)


@pytest.mark.parametrize(
    ("moved", "changed", "replaces"),
    [
        pytest.param({"name": "other"}, {"name": REPLACE}, ["name"], id="name"),
        pytest.param({"namespace": "globex"}, {"namespace": REPLACE}, ["namespace"], id="namespace"),
        pytest.param({"name": UNKNOWN}, {"name": REPLACE}, ["name"], id="a name that is not known yet"),
        pytest.param(
            {"name": "other", "namespace": "globex", "imagePullSecrets": ["shared"]},
            {"imagePullSecrets": INPUT, "namespace": REPLACE, "name": REPLACE},
            ["namespace", "name"],
            id="everything",
        ),
    ],
)
def test_another_object_is_a_replacement(
    engine: Engine, place: Place, moved: Values, changed: dict[str, Any], replaces: list[str]
) -> None:
    """The diff reads neither object: the old one may not exist, and the create reads the new one."""
    place().refused = dict.fromkeys(("get", "list"), "nothing is asked")

    found = Patches(engine, "ComponentType").diff(state(), inputs(**moved))

    assert found == response(changed, *replaces)


def test_a_missing_object_is_an_error_that_names_those_that_exist(engine: Engine, place: Place) -> None:
    web, worker, foreign = (component_type() for _ in range(3))
    web["metadata"]["name"], worker["metadata"]["name"], foreign["metadata"]["namespace"] = "web", "worker", "globex"
    place(worker, web, foreign)
    patch = Patches(engine, "ComponentType")

    assert patch.failure(lambda: patch.diff(state(), inputs())) == (
        'control plane (context "kind-control"): there is no ComponentType service in the namespace acme; '
        "there are: web, worker"
    )


def test_a_store_set_by_others_is_an_error(engine: Engine, place: Place) -> None:
    place(plane("DataPlane", secretStoreRef={"name": "theirs"}))
    patch = Patches(engine, "DataPlane")

    assert patch.failure(lambda: patch.diff(STORED, copy.deepcopy(STORE))) == (
        'DataPlane acme/default: spec.secretStoreRef.name is "theirs", set by someone else; configured is "vault". '
        "Make both equal"
    )


def test_a_read_gives_back_what_is_recorded(engine: Engine, place: Place) -> None:
    """A refresh calls read; the diff after it reads the live object."""
    place(component_type())

    found = Patches(engine, "ComponentType").read(state(), inputs())

    assert found == {"id": "1", "properties": state(), "inputs": inputs()}


def test_an_import_is_refused(engine: Engine, place: Place) -> None:
    place(component_type())
    patch = Patches(engine, "ComponentType")

    assert patch.failure(lambda: patch.read({}, {})) == (
        "openchoreo:index:ComponentTypePatch cannot be imported; declare it, and it adopts the existing entries"
    )
