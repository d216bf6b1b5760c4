"""A patch is repaired, changed and deleted; nothing that belongs to others is lost."""

from __future__ import annotations

import pytest

from tests.mocks.engine import Engine, Patches, Values
from tests.mocks.samples import (
    NAME,
    PODS,
    RECORD,
    added,
    by_hand,
    component_type,
    entry,
    inputs,
    patched,
    state,
    version,
)
from tests.mocks.stubs import Object, Place

WHERE = "ComponentType acme/service"
WHAT = f'(ExternalSecret "{NAME}")'
POD = "imagePullSecrets of its deployment"
CHANGED = "includeWhen, template.spec.refreshInterval"
ANNOTATION = "openchoreo-secrets/stack"


def marked(stack: str) -> Object:
    """An entry that carries its stack's name."""
    made = entry()
    made["template"]["metadata"]["annotations"] = {ANNOTATION: stack}
    return made


@pytest.mark.parametrize(
    ("live", "given", "wanted", "record", "said"),
    [
        pytest.param(
            by_hand(),
            inputs(),
            patched(version="9"),
            RECORD,
            [
                (
                    "warning",
                    f'restores the resource "pull" {WHAT}: someone else changed {CHANGED}',
                )
            ],
            id="the entry was changed",
        ),
        pytest.param(
            version(component_type(), 8),
            inputs(),
            patched(version="9"),
            RECORD,
            [("status", f'adds the resource "pull" {WHAT}'), ("status", f'adds "{NAME}" to the {POD}')],
            id="the object was created again",
        ),
        pytest.param(
            patched(pull=("by-hand",)),
            inputs(),
            patched(pull=("by-hand", NAME), version="9"),
            RECORD,
            [("status", f'adds "{NAME}" to the {POD}')],
            id="the name in the pods is gone, and another is there",
        ),
        pytest.param(
            patched(),
            inputs(entry("other"), pull=("shared",)),
            patched(entry("other"), pull=("shared",), version="9"),
            added(entry("other"), pull=("shared",), resources=["spec"], imagePullSecrets=PODS),
            [
                ("status", f'removes the resource "pull" {WHAT}'),
                ("status", f'adds the resource "other" {WHAT}'),
                ("status", f'removes "{NAME}" from the {POD}'),
                ("status", f'adds "shared" to the {POD}'),
            ],
            id="other inputs: the old out, the new in",
        ),
        pytest.param(
            patched(),
            inputs(entry(refreshInterval="15m0s"), pull=(NAME,)),
            patched(entry(refreshInterval="15m0s"), version="9"),
            added(entry(refreshInterval="15m0s"), pull=(NAME,), resources=["spec"], imagePullSecrets=PODS),
            [("status", f'replaces the resource "pull" {WHAT}')],
            id="another entry of the same id",
        ),
        pytest.param(patched(), inputs(), patched(), RECORD, [], id="nothing"),
    ],
)
def test_update(
    engine: Engine,
    place: Place,
    live: Object,
    given: Values,
    wanted: Object,
    record: Values,
    said: list[tuple[str, str]],
) -> None:
    """First in a preview, which says the same and writes nothing."""
    memory = place(live)
    previewed, done = Patches(engine, "ComponentType"), Patches(engine, "ComponentType")

    assert previewed.update(state(), given, preview=True) == given
    assert previewed.said == [("info", f"{WHERE}: {text}") for _, text in said]
    assert (memory.live("ComponentType"), memory.writers) == (live, [])

    assert done.update(state(), given) == state(given, record)
    assert done.said == [(how, f"{WHERE}: {text}") for how, text in said]
    assert memory.live("ComponentType") == wanted
    assert memory.writers == (["openchoreo-secrets"] if said else [])
    assert done.diff(state(given, record), given) == {"changes": "DIFF_NONE", "hasDetailedDiff": True}


@pytest.mark.parametrize("preview", [True, False])
def test_an_entry_that_was_changed_is_not_replaced_by_another(engine: Engine, place: Place, preview: bool) -> None:
    memory, patch = place(by_hand()), Patches(engine, "ComponentType")

    message = patch.failure(lambda: patch.update(state(), inputs(entry("other")), preview=preview))

    assert message == (
        f'{WHERE}: the resource "pull" was changed after it was added (includeWhen, '
        "template.spec.refreshInterval), so it is not removed. Restore it with `pulumi up` first, or remove it by hand"
    )
    assert (memory.live("ComponentType"), memory.writers, patch.said) == (by_hand(), [], [])


@pytest.mark.parametrize("preview", [True, False])
def test_an_id_that_is_taken_is_not_taken_over(engine: Engine, place: Place, preview: bool) -> None:
    memory, patch = place(by_hand()), Patches(engine, "ComponentType")

    message = patch.failure(lambda: patch.create(inputs(), preview=preview))

    assert message == (
        f'{WHERE}: the resource "pull" exists and differs in includeWhen, template.spec.refreshInterval. '
        "Make both equal to adopt it, remove it, or use another id"
    )
    assert (memory.live("ComponentType"), memory.writers) == (by_hand(), [])


def test_what_an_interrupted_update_has_written_is_known_again(engine: Engine, place: Place) -> None:
    """The entry contains the stack's name; without it, it would count as foreign and stay on destroy."""
    memory, patch = place(patched(marked("acme/credentials/prod"))), Patches(engine, "ComponentType")
    given = inputs(marked("acme/credentials/prod"), pull=(NAME,))

    _, found = patch.create(given)
    patch.delete(found)

    assert memory.live("ComponentType") == version(component_type(), 9)


def test_an_entry_of_another_stack_is_left_alone(engine: Engine, place: Place) -> None:
    memory, patch = place(patched(marked("acme/credentials/prod"))), Patches(engine, "ComponentType")

    message = patch.failure(lambda: patch.create(inputs(marked("acme/credentials/dev"))))

    assert message == (f'{WHERE}: the resource "pull" belongs to the stack acme/credentials/prod; use another id')
    assert memory.live("ComponentType") == patched(marked("acme/credentials/prod"))
