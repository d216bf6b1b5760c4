"""A patch is deleted: exactly what it added is removed, and later changes of others stay."""

from __future__ import annotations

import pytest

from tests.mocks.engine import Engine, Patches, Values
from tests.mocks.samples import (
    NAME,
    added,
    by_hand,
    component_type,
    entry,
    inputs,
    patched,
    plane,
    state,
    version,
    workflow,
)
from tests.mocks.stubs import Object, Place

WHERE = "ComponentType acme/service"
STORED = {"namespace": "acme", "name": "default", "secretStoreRef": "vault"}
STORE_RECORD = added(store="vault", secretStoreRef=["spec"])


@pytest.mark.parametrize(
    ("live", "recorded", "wanted"),
    [
        pytest.param(patched(), state(), version(component_type(), 9), id="everything out"),
        pytest.param(
            patched(entry("by-hand"), entry(), pull=("by-hand", NAME)),
            state(),
            patched(entry("by-hand"), pull=("by-hand",), version="9"),
            id="entries of others stay",
        ),
        pytest.param(patched(), state(record=added()), patched(), id="what was adopted stays"),
        pytest.param(version(component_type(), 3), state(), version(component_type(), 3), id="it is out already"),
        pytest.param(
            patched(entry(refreshPolicy="Periodic", refreshInterval="60m")),
            state(),
            version(component_type(), 9),
            id="an entry that says the same in other words",
        ),
        pytest.param(
            workflow(resources=[entry("git")]),
            state({"namespace": "acme", "name": "docker"}, added(entry("git"), resources=["spec"])),
            version(workflow(), 8),
            id="the list that was made for it goes too",
        ),
        pytest.param(
            plane("DataPlane", secretStoreRef={"name": "vault"}),
            state(STORED, STORE_RECORD),
            version(plane("DataPlane"), 8),
            id="a store",
        ),
        pytest.param(
            plane("BuildPlane", secretStoreRef={"name": "theirs"}),
            state(STORED, STORE_RECORD),
            plane("BuildPlane", secretStoreRef={"name": "theirs"}),
            id="another store that somebody has set",
        ),
    ],
)
def test_delete(engine: Engine, place: Place, live: Object, recorded: Values, wanted: Object) -> None:
    memory = place(live)

    Patches(engine, live["kind"]).delete(recorded)

    assert memory.live(live["kind"]) == wanted
    assert memory.writers == ([] if live == wanted else ["openchoreo-secrets"])


def test_an_object_that_has_gone_took_the_patch_along(engine: Engine, place: Place) -> None:
    memory = place()

    patch = Patches(engine, "ComponentType")
    patch.delete(state())

    assert memory.objects == {}
    assert patch.said == [("info", f"{WHERE} is gone, and the patch with it")]


def test_a_kind_that_an_upgrade_has_removed_took_the_patch_along(engine: Engine, place: Place) -> None:
    place().unserved.add("buildplanes")
    patch = Patches(engine, "BuildPlane")

    patch.delete(state(STORED, STORE_RECORD))

    assert patch.said == [
        (
            "info",
            (
                "BuildPlane acme/default is gone, and the patch with it: control plane "
                '(context "kind-control") does not serve its kind any more'
            ),
        )
    ]
    without_id: Values = {"inputs": {}, "properties": {}}
    assert patch.read(state(STORED, STORE_RECORD), STORED) == without_id, "a refresh removes it from the state"


def test_an_entry_that_was_changed_is_not_deleted(engine: Engine, place: Place) -> None:
    memory, patch = place(by_hand()), Patches(engine, "ComponentType")

    message = patch.failure(lambda: patch.delete(state()))

    assert message.startswith(f'{WHERE}: the resource "pull" was changed after it was added (includeWhen, ')
    assert (memory.live("ComponentType"), memory.writers) == (by_hand(), [])


def test_a_life_leaves_no_trace(engine: Engine, place: Place) -> None:
    """With numbers, and through the states that the provider itself has returned."""
    original = component_type()
    memory, patch = place(original), Patches(engine, "ComponentType")

    _, made = patch.create(inputs(entry(replicas=1, weight=0.5)))
    changed = patch.update(made, inputs(entry(replicas=2), entry("other"), pull=(NAME, "shared")))
    patch.delete(changed)

    assert memory.live("ComponentType") == version(original, 10)
