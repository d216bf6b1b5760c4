"""A preview of a patch whose inputs are not all known yet: it shows what is known, and writes nothing."""

from __future__ import annotations

import grpc
import pytest

from tests.mocks.engine import UNKNOWN, Engine, Patches, Values
from tests.mocks.samples import NAME, component_type, entry, inputs, patched, plane, state
from tests.mocks.stubs import Place

WHERE = "ComponentType acme/service"
ADDS = (
    f'adds the resource "pull" (ExternalSecret "{NAME}")',
    f'adds "{NAME}" to the imagePullSecrets of its deployment',
)
STORE = {"namespace": "acme", "name": "default", "secretStoreRef": "vault"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param(
            inputs(name=UNKNOWN), ["the name of the ComponentType is known after the update"], id="which object"
        ),
        pytest.param(
            inputs(namespace=UNKNOWN), ["the name of the ComponentType is known after the update"], id="in which place"
        ),
        pytest.param(
            inputs(entry(data=[{"key": UNKNOWN}]), entry("other"), pull=(NAME,)),
            [
                f"{WHERE}: {ADDS[0].replace('pull', 'other', 1)}",
                f"{WHERE}: {ADDS[1]}",
                f'{WHERE}: adds the resource "pull", known after the update',
            ],
            id="a part of a template",
        ),
        pytest.param(
            inputs(resources=UNKNOWN),
            [f"{WHERE}: {ADDS[1]}", f"{WHERE}: resources are known after the update"],
            id="all resources",
        ),
        pytest.param(
            inputs(UNKNOWN, {**entry(), "id": UNKNOWN}),
            [f"{WHERE}: adds a resource, known after the update"] * 2,
            id="a resource, or its id",
        ),
        pytest.param(
            inputs(pull=(UNKNOWN, "shared")),
            [
                f'{WHERE}: adds "shared" to the imagePullSecrets of its deployment',
                f"{WHERE}: adds a name to imagePullSecrets, known after the update",
            ],
            id="a name in the pods",
        ),
        pytest.param(
            inputs(imagePullSecrets=UNKNOWN),
            [f"{WHERE}: {ADDS[0]}", f"{WHERE}: imagePullSecrets are known after the update"],
            id="all names in the pods",
        ),
    ],
)
def test_preview_of_what_is_not_known_yet(engine: Engine, place: Place, given: Values, said: list[str]) -> None:
    """Unknown values come back as unknown, or a program would take them for texts."""
    memory, patch = place(component_type()), Patches(engine, "ComponentType")

    assert patch.check(given) == []
    _, echoed = patch.create(given, preview=True)

    assert echoed == given
    assert patch.said == [("info", text) for text in said]
    assert (memory.live("ComponentType"), memory.writers) == (component_type(), [])


def test_an_unknown_store(engine: Engine, place: Place) -> None:
    place(plane("DataPlane"))
    patch = Patches(engine, "DataPlane")

    assert patch.create({**STORE, "secretStoreRef": UNKNOWN}, preview=True)[1] == {**STORE, "secretStoreRef": UNKNOWN}
    assert patch.said == [("info", "DataPlane acme/default: secretStoreRef is known after the update")]


@pytest.mark.parametrize("unknown", ["name", "namespace"])
def test_the_id_is_not_known_before_the_place_is(engine: Engine, place: Place, unknown: str) -> None:
    """A program that reads it would see the engine's word for "unknown" inside a text."""
    place(component_type())

    assert Patches(engine, "ComponentType").create({**inputs(), unknown: UNKNOWN}, preview=True)[0] == ""


def test_an_update_takes_nothing_out_that_may_still_be_wanted(engine: Engine, place: Place) -> None:
    memory, patch = place(patched()), Patches(engine, "ComponentType")
    given = inputs(UNKNOWN, pull=(UNKNOWN, "shared"))

    assert patch.update(state(), given, preview=True) == given

    assert patch.said == [
        ("info", f'{WHERE}: adds "shared" to the imagePullSecrets of its deployment'),
        ("info", f"{WHERE}: adds a resource, known after the update"),
        ("info", f"{WHERE}: adds a name to imagePullSecrets, known after the update"),
    ]
    assert (memory.live("ComponentType"), memory.writers) == (patched(), [])


def test_a_parameter_that_the_live_type_lacks(engine: Engine, place: Place) -> None:
    """Admission would deny the update."""
    memory, patch = place(component_type()), Patches(engine, "ComponentType")
    wanted = inputs({**entry(), "includeWhen": "${parameters.nope}"})
    assert patch.check(wanted) == []

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        patch.create(wanted, preview=True)

    assert raised.value.details() == (
        f'{WHERE}: the resource "pull" refers to "parameters.nope", which its schema lacks; '
        "add it to spec.schema.parameters, or use one of: replicas"
    )
    assert (memory.live("ComponentType"), memory.writers) == (component_type(), [])
