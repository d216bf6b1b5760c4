"""``spec.secretStoreRef`` of a plane: set where it is absent, and never changed where it is present."""

from __future__ import annotations

import pytest

from components.errors import PatchError
from components.manifests import Manifest
from components.patches.model import Added, Change, Patch, Patched
from components.patches.patch import NOTHING, apply_patch, remove_patch
from tests.unit.objects import plane

DEFAULT = Patch(secret_store_ref="default")
SET = plane(secretStoreRef={"name": "default"})
KEPT = {"secretStoreRef": ("spec",)}
OURS = Added((), (), "default", KEPT)


def _change(kind: str, text: str) -> Change:
    return Change("secretStoreRef.name", kind, text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("original", "kept"),
    [
        pytest.param(plane(), ("spec",), id="no-reference"),
        pytest.param(plane(secretStoreRef={}), ("spec", "secretStoreRef"), id="an-empty-reference"),
        pytest.param(plane("BuildPlane"), ("spec",), id="build-plane"),
        pytest.param({"kind": "DataPlane", "metadata": {"name": "default"}}, (), id="no-spec"),
    ],
)
def test_set_and_taken_out(original: Manifest, kept: tuple[str, ...]) -> None:
    done = apply_patch(original, DEFAULT)
    expected = {**original, "spec": {**original.get("spec", {}), "secretStoreRef": {"name": "default"}}}
    added = Added((), (), "default", {"secretStoreRef": kept})
    assert done == Patched(expected, added, (_change("add", 'sets secretStoreRef.name to "default"'),))
    assert apply_patch(done.object, DEFAULT, added) == Patched(expected, added, ())
    assert remove_patch(done.object, added) == original


def test_the_same_name_by_hand_is_left() -> None:
    done = apply_patch(SET, DEFAULT)
    text = 'keeps the existing secretStoreRef.name "default"; destroy keeps it'
    assert done == Patched(SET, Added((), (), None, KEPT), (_change("keep", text),))
    assert remove_patch(SET, done.added) == SET


def test_another_name_by_hand_is_refused() -> None:
    with pytest.raises(PatchError) as caught:
        apply_patch(SET, Patch(secret_store_ref="acme"))
    said = 'spec.secretStoreRef.name is "default", set by someone else; configured is "acme". Make both equal'
    assert str(caught.value) == f"DataPlane acme/default: {said}"


def test_a_name_that_was_changed_by_hand_is_refused() -> None:
    with pytest.raises(PatchError, match='is "theirs", set by someone else; configured is "default"'):
        apply_patch(plane(secretStoreRef={"name": "theirs"}), DEFAULT, OURS)


def test_an_expression_is_refused() -> None:
    with pytest.raises(PatchError) as caught:
        apply_patch(plane(secretStoreRef="${x}"), DEFAULT)
    said = 'spec.secretStoreRef is the expression "${x}"; it must be a mapping to be patched'
    assert str(caught.value) == f"DataPlane acme/default: {said}"


def test_update() -> None:
    done = apply_patch(SET, Patch(secret_store_ref="acme"), OURS)
    changes = (_change("update", 'sets secretStoreRef.name to "acme"'),)
    assert done == Patched(plane(secretStoreRef={"name": "acme"}), Added((), (), "acme", KEPT), changes)
    assert remove_patch(done.object, done.added) == plane()


def test_a_name_that_was_removed_by_hand_is_set_again() -> None:
    done = apply_patch(plane(), DEFAULT, OURS)
    assert done == Patched(SET, OURS, (_change("add", 'sets secretStoreRef.name to "default"'),))


def test_a_store_set_by_hand_that_equals_the_configured_one() -> None:
    done = apply_patch(plane(secretStoreRef={"name": "acme"}), Patch(secret_store_ref="acme"), OURS)
    assert ([change.kind for change in done.changes], done.added.secret_store_ref) == (["keep"], None)


@pytest.mark.parametrize(
    ("live", "left", "kinds"),
    [
        pytest.param(SET, plane(), ["delete"], id="ours"),
        pytest.param(plane(), plane(), [], id="gone"),
        pytest.param(
            plane(secretStoreRef={"name": "theirs"}), plane(secretStoreRef={"name": "theirs"}), [], id="changed"
        ),
        pytest.param(
            plane(secretStoreRef={"name": "default", "kind": "x"}),
            plane(secretStoreRef={"kind": "x"}),
            ["delete"],
            id="with-a-field-of-others",
        ),
        pytest.param(plane(secretStoreRef="${x}"), plane(secretStoreRef="${x}"), [], id="an-expression-now"),
    ],
)
def test_not_wanted_any_more(live: Manifest, left: Manifest, kinds: list[str]) -> None:
    done = apply_patch(live, Patch(), OURS)
    assert (done.object, [change.kind for change in done.changes]) == (left, kinds)
    assert done.added.secret_store_ref is None
    assert remove_patch(live, OURS) == left


def test_taking_out_says_what() -> None:
    assert apply_patch(SET, Patch(), OURS).changes == (_change("delete", 'removes secretStoreRef.name "default"'),)


def test_an_object_that_was_never_patched_is_left() -> None:
    assert remove_patch(SET, NOTHING) == SET
    assert apply_patch(SET, Patch()) == Patched(SET, Added((), (), None, KEPT), ())
