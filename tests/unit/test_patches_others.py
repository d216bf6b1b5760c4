"""What belongs to others in an object that is patched: it stays, is adopted, or is put back."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from components.errors import PatchError
from components.manifests import Manifest
from components.patches.model import Added, Patch, Resource
from components.patches.patch import apply_patch, remove_patch
from tests.unit.objects import (
    ID,
    NAME,
    REFERENCE,
    STACK,
    adds,
    component_type,
    entry,
    name_change,
    pods,
    pulling,
    resource_change,
    template,
)

WHERE = "ComponentType acme/service"
BARE = component_type("deployment", {})
FOUND = resource_change("keep", f'keeps the existing resource "{ID}" (ExternalSecret "{NAME}"); destroy keeps it')
NAME_FOUND = name_change(
    "keep", f'keeps the existing "{NAME}" in the imagePullSecrets of its deployment; destroy keeps it'
)


def _with(**spec: Any) -> Manifest:
    return {**BARE, "spec": {**BARE["spec"], **spec}}


def test_entries_added_by_hand_are_adopted_and_left() -> None:
    defaults: Any = {"refreshInterval": "60m", "refreshPolicy": "Periodic", "target": {"creationPolicy": "Owner"}}
    by_hand = component_type(
        "deployment",
        pods({"imagePullSecrets": [REFERENCE]}),
        {**entry(**defaults), "targetPlane": "dataplane"},
    )
    done = apply_patch(by_hand, pulling(stack=STACK, refreshInterval="1h0m0s"))
    assert (done.object, done.changes) == (by_hand, (FOUND, NAME_FOUND))
    assert (done.added.resources, done.added.image_pull_secrets) == ((), ())
    assert apply_patch(by_hand, pulling(stack=STACK, refreshInterval="1h0m0s"), done.added) == done
    assert remove_patch(by_hand, done.added) == by_hand


def test_an_equal_entry_without_a_signature_is_not_ours() -> None:
    by_hand = component_type("deployment", {}, entry())
    done = apply_patch(by_hand, pulling())
    assert (done.changes, done.added.resources) == ((FOUND, adds()[1]), ())
    assert remove_patch(done.object, done.added) == by_hand


def test_a_name_that_was_there_before_the_entry_stays() -> None:
    original = component_type("deployment", pods({"imagePullSecrets": [{"name": "a"}, REFERENCE]}))
    done = apply_patch(original, pulling(stack=STACK))
    assert done.changes == (adds()[0], NAME_FOUND)
    assert done.added.image_pull_secrets == ()
    assert remove_patch(done.object, done.added) == original


@pytest.mark.parametrize("primary", [{}, pods({"containers": []})], ids=["no-spec", "a-pod-spec"])
def test_after_a_crash_before_the_record_both_parts_are_ours_again(primary: Manifest) -> None:
    original = component_type("deployment", primary)
    lost = apply_patch(original, pulling(stack=STACK))
    done = apply_patch(lost.object, pulling(stack=STACK))
    assert (done.object, done.changes) == (lost.object, ())
    assert (done.added.resources, done.added.image_pull_secrets) == ((entry(stack=STACK),), (NAME,))


def test_after_a_crash_the_name_is_that_of_the_target() -> None:
    wanted = Patch(pulling(stack=STACK, target={"name": "pull"}).resources, ("pull", "by-hand"))
    original = component_type("deployment", pods({"imagePullSecrets": [{"name": "by-hand"}]}))
    done = apply_patch(apply_patch(original, wanted).object, wanted)
    assert done.added.image_pull_secrets == ("pull",)
    assert remove_patch(done.object, done.added) == original


def test_after_a_crash_another_configuration_is_not_written_over_the_entry() -> None:
    """Two patches of one stack with one id would otherwise take it from each other, update after update."""
    lost = apply_patch(BARE, pulling(stack=STACK))
    with pytest.raises(PatchError, match=f'the resource "{ID}" exists and differs in template.spec.refreshInterval. '):
        apply_patch(lost.object, pulling(stack=STACK, refreshInterval="5m0s"))


def test_a_changed_entry_is_put_back_but_not_thrown_away() -> None:
    one = apply_patch(BARE, pulling())
    drifted = copy.deepcopy(one.object)
    drifted["spec"]["resources"][1]["template"]["spec"]["refreshInterval"] = "5s"
    drifted["spec"]["resources"][1]["includeWhen"] = "${parameters.private}"

    with pytest.raises(PatchError) as caught:
        remove_patch(drifted, one.added)
    assert str(caught.value) == (
        f'{WHERE}: the resource "{ID}" was changed after it was added (includeWhen, '
        "template.spec.refreshInterval), so it is not removed. Restore it with `pulumi up` first, or remove it by hand"
    )
    with pytest.raises(PatchError, match="was changed after it was added"):
        apply_patch(drifted, Patch(), one.added)

    text = f'restores the resource "{ID}" (ExternalSecret "{NAME}"): someone else changed includeWhen, '
    done = apply_patch(drifted, pulling(), one.added)
    assert (done.object, done.added) == (one.object, one.added)
    assert done.changes == (resource_change("restore", f"{text}template.spec.refreshInterval"),)


def test_removing_our_labels_is_no_change_by_others() -> None:
    one = apply_patch(BARE, pulling(stack=STACK))
    stripped = component_type("deployment", one.object["spec"]["resources"][0]["template"], entry())
    done = apply_patch(stripped, pulling(stack=STACK), one.added)
    assert (done.object, [change.kind for change in done.changes]) == (one.object, ["update"])
    assert remove_patch(stripped, one.added) == BARE


def test_what_others_changed_meanwhile_stays() -> None:
    one = apply_patch(BARE, pulling())
    primary = one.object["spec"]["resources"][0]["template"]
    primary["spec"]["template"]["metadata"] = {"labels": {"theirs": "x"}}
    one.object["spec"]["resources"].insert(0, {"id": "config", "template": {"kind": "ConfigMap"}})
    one.object["spec"]["resources"].append({"id": "last", "template": {"kind": "ConfigMap"}})
    one.object["metadata"]["labels"] = {"team": "a"}

    kept = component_type("deployment", {"spec": {"template": {"metadata": {"labels": {"theirs": "x"}}}}})
    kept["spec"]["resources"].insert(0, {"id": "config", "template": {"kind": "ConfigMap"}})
    kept["spec"]["resources"].append({"id": "last", "template": {"kind": "ConfigMap"}})
    kept["metadata"]["labels"] = {"team": "a"}
    assert remove_patch(one.object, one.added) == kept


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(_with(resources=[]), id="the-workload"),
        pytest.param(_with(resources=[{"id": "service", "template": {}}]), id="the-workload-and-the-entry"),
        pytest.param(_with(workloadType="proxy"), id="the-pods"),
        pytest.param({**BARE, "spec": {}}, id="everything"),
        pytest.param(component_type("deployment", pods({"imagePullSecrets": "${parameters.x}"})), id="the-list"),
        pytest.param(component_type("deployment", pods({"imagePullSecrets": [{"name": "a"}]})), id="the-name"),
        pytest.param(component_type("deployment", pods({"containers": []})), id="all-names"),
    ],
)
def test_what_has_gone_needs_no_taking_out(left: Manifest) -> None:
    added = Added((entry(),), (NAME,), None, {"resources": ("spec", "resources"), "imagePullSecrets": ()})
    before = copy.deepcopy(left)
    assert remove_patch(left, added) == before == left


def test_our_containers_are_removed_even_if_emptied_by_others() -> None:
    one = apply_patch(BARE, pulling())
    del one.object["spec"]["resources"][0]["template"]["spec"]["template"]["spec"]["imagePullSecrets"]
    assert remove_patch(one.object, one.added) == BARE


def test_one_entry_has_gone_and_the_other_has_not() -> None:
    one = apply_patch(BARE, Patch((*pulling().resources, *pulling("other", "b").resources)))
    del one.object["spec"]["resources"][1]
    assert remove_patch(one.object, one.added) == BARE
    done = apply_patch(one.object, Patch(), one.added)
    assert (done.object, [change.path for change in done.changes]) == (BARE, ['resources["other"]'])


def test_of_a_template_nothing_but_the_name_is_shown() -> None:
    original = apply_patch(BARE, Patch((Resource("a", {"kind": "ConfigMap"}), Resource("b", template("\x1b[31m")))))
    assert [change.text for change in original.changes] == [
        'adds the resource "a" (ConfigMap "None")',
        'adds the resource "b" (ExternalSecret "\\x1b[31m")',
    ]
