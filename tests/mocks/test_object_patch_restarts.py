"""A preview warns that OpenChoreo v1.x restarts the pods of a changed component type."""

from __future__ import annotations

import pytest

from tests.mocks.engine import Engine, Patches
from tests.mocks.samples import entry, inputs, patched, state
from tests.mocks.stubs import Place

WARNING = (
    "warning",
    (
        "ComponentType acme/service: restarts every pod of its components when OpenChoreo renders them again, because "
        "these resources change: pull"
    ),
)


@pytest.mark.parametrize(("release", "warnings"), [("v1", [WARNING]), ("v0.9", [])])
def test_another_interval(engine: Engine, place: Place, release: str, warnings: list[tuple[str, str]]) -> None:
    place(patched())
    patch = Patches(engine, "ComponentType", release=release)

    patch.update(state(), inputs(entry(refreshInterval="5m0s"), pull=("${metadata.name}-pull",)), preview=True)

    assert [message for message in patch.said if message[0] == "warning"] == warnings


def test_a_preview_without_changes(engine: Engine, place: Place) -> None:
    place(patched())
    patch = Patches(engine, "ComponentType", release="v1")

    patch.update(state(), inputs(), preview=True)

    assert patch.said == []
