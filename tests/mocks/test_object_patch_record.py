"""The record of a patch on the object, as the provider writes, reads, moves and removes it."""

from __future__ import annotations

import copy
import json

import pytest

from components.patches.record import Identity
from tests.mocks.engine import UNKNOWN, Engine, Patches, Values
from tests.mocks.samples import added, component_type, entry, inputs, patched, plane, state, version
from tests.mocks.stubs import Object, Place

DEV = {"stack": "acme-corp/openchoreo-secrets/dev", "name": "acme"}
PROD = {"stack": "acme-corp/openchoreo-secrets/prod", "name": "acme"}
KEY, OTHER_KEY = (Identity(each["stack"], each["name"]).annotation for each in (DEV, PROD))
WHERE = "DataPlane acme/default"
STORE = {"namespace": "acme", "name": "default", "secretStoreRef": "vault", "identity": DEV}
STORED = added(store="vault", secretStoreRef=["spec"], annotations=["metadata"])
WRITES = f"{WHERE}: writes what it added to the annotation {KEY}"
CHANGED = f"{WHERE}: ignores the annotation {KEY}, which somebody has changed; the state of the stack is used instead"
NO_CHANGE = {"changes": "DIFF_NONE", "hasDetailedDiff": True}


def drift(part: str, **kind: object) -> Values:
    changed = {part: {"kind": "UPDATE", **kind}}
    return {"changes": "DIFF_SOME", "diffs": [part], "detailedDiff": changed, "hasDetailedDiff": True}


def annotate(value: str | None) -> Object:
    """The patched DataPlane with another value of the record. None: without it."""
    live = version(plane("DataPlane", secretStoreRef={"name": "vault"}), 8)
    if value is not None:
        live["metadata"]["annotations"] = {KEY: value}
    return live


def test_a_patch_is_written_with_its_record(engine: Engine, place: Place) -> None:
    memory, patch = place(plane("DataPlane")), Patches(engine, "DataPlane")

    assert patch.create(STORE) == (WHERE, state(STORE, STORED))

    live = copy.deepcopy(memory.live("DataPlane"))
    record = json.loads(live["metadata"]["annotations"].pop(KEY))
    assert live == {**annotate(None), "metadata": {**annotate(None)["metadata"], "annotations": {}}}
    expected = {**DEV, "object": WHERE, "uid": "5f1c", "added": {key: value for key, value in STORED.items() if value}}
    assert {key: value for key, value in record.items() if key != "digest"} == expected
    assert memory.writers == ["openchoreo-secrets"], "one write"
    assert patch.diff(state(STORE, STORED), STORE) == NO_CHANGE


@pytest.mark.parametrize("known", [added(), added(store="older", secretStoreRef=[])], ids=["nothing", "older"])
def test_a_state_that_has_missed_the_write_does_not_matter(engine: Engine, place: Place, known: Values) -> None:
    memory, patch = place(plane("DataPlane")), Patches(engine, "DataPlane")
    patch.create(STORE)

    assert patch.diff(state(STORE, known), STORE) == NO_CHANGE
    assert patch.create(STORE) == (WHERE, state(STORE, STORED))
    assert patch.update(state(STORE, known), STORE) == state(STORE, STORED)
    patch.delete(state(STORE, known))

    assert memory.live("DataPlane") == version(plane("DataPlane"), 9)


def test_a_state_without_an_identity_gains_it(engine: Engine, place: Place) -> None:
    """States of stacks from before there were records."""
    memory, patch = place(annotate(None)), Patches(engine, "DataPlane")
    before = state({key: value for key, value in STORE.items() if key != "identity"}, STORED)

    assert patch.diff(before, STORE) == drift("identity", inputDiff=True)
    assert patch.update(before, STORE) == state(STORE, STORED)

    assert patch.said == [("status", WRITES)]
    assert [*memory.live("DataPlane")["metadata"]["annotations"]] == [KEY]


@pytest.mark.parametrize(
    ("value", "said"),
    [pytest.param(None, ("status", WRITES), id="removed"), pytest.param("{}", ("warning", CHANGED), id="garbage")],
)
def test_a_damaged_record_is_written_again(
    engine: Engine, place: Place, value: str | None, said: tuple[str, str]
) -> None:
    memory, patch = place(annotate(value)), Patches(engine, "DataPlane")

    assert patch.diff(state(STORE, STORED), STORE) == drift("identity")
    assert patch.update(state(STORE, STORED), STORE) == state(STORE, STORED)

    assert patch.said == [said]
    assert patch.diff(state(STORE, STORED), STORE) == NO_CHANGE
    patch.delete(state(STORE, STORED))
    assert memory.live("DataPlane") == version(plane("DataPlane"), 10)


def test_a_damaged_record_is_removed_with_the_patch(engine: Engine, place: Place) -> None:
    memory, patch = place(annotate("{}")), Patches(engine, "DataPlane")

    patch.delete(state(STORE, STORED))

    assert patch.said == [("warning", CHANGED)]
    assert memory.live("DataPlane") == version(plane("DataPlane"), 9)


def test_a_renamed_stack_keeps_its_patch(engine: Engine, place: Place) -> None:
    memory, patch = place(plane("DataPlane")), Patches(engine, "DataPlane")
    _, before = patch.create({**STORE, "identity": PROD})
    assert [*memory.live("DataPlane")["metadata"]["annotations"]] == [OTHER_KEY]

    assert patch.diff(before, STORE) == drift("identity", inputDiff=True)
    after = patch.update(before, STORE)

    assert [*memory.live("DataPlane")["metadata"]["annotations"]] == [KEY]
    patch.delete(after)
    assert memory.live("DataPlane") == version(plane("DataPlane"), 10)


def test_a_preview_of_unknown_inputs_says_nothing_of_the_record(engine: Engine, place: Place) -> None:
    place(patched())
    patch = Patches(engine, "ComponentType")

    patch.update(
        state(inputs(identity=DEV)),
        inputs(entry(data=UNKNOWN), pull=("${metadata.name}-pull",), identity=DEV),
        preview=True,
    )

    where = "ComponentType acme/service"
    assert patch.said == [("info", f'{where}: adds the resource "pull", known after the update')]


def test_two_organizations_of_one_stack(engine: Engine, place: Place) -> None:
    memory, patch = place(component_type()), Patches(engine, "ComponentType")
    globex = {**DEV, "name": "globex"}
    _, one = patch.create(inputs(pull=("shared", "acme"), identity=DEV))
    _, two = patch.create(inputs(pull=("shared", "globex"), identity=globex))

    patch.delete(one)
    (workload,) = memory.live("ComponentType")["spec"]["resources"]
    assert workload["template"]["spec"]["template"]["spec"]["imagePullSecrets"] == [
        {"name": "shared"},
        {"name": "globex"},
    ]
    patch.delete(two)

    assert memory.live("ComponentType") == version(component_type(), 11)
