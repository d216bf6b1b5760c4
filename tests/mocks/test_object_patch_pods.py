"""Pods of a resource that is not the primary workload, over the protocol of the engine."""

from __future__ import annotations

import copy

from tests.mocks.engine import UNKNOWN, Engine, Patches
from tests.mocks.samples import component_type, inputs, version
from tests.mocks.stubs import Object, Place

PLACE = {"resource": "sandbox", "path": "spec.podTemplate.spec"}
REFERENCE = {"name": "pull"}
WHERE = "ComponentType acme/service"
ADDS = f'{WHERE}: adds "pull" to the imagePullSecrets of its resource "sandbox"'


def _proxy(**pods: object) -> Object:
    live = component_type()
    template = {
        "apiVersion": "extensions.agents.x-k8s.io/v1alpha1",
        "kind": "SandboxTemplate",
        "metadata": {"name": "${metadata.name}"},
        "spec": {"podTemplate": {"spec": {"containers": [{"name": "main"}], **pods}}},
    }
    live["spec"] |= {"workloadType": "proxy"}
    live["spec"]["resources"] = [{"id": "sandbox", "targetPlane": "dataplane", "template": template}]
    return live


def _remove_names(live: Object) -> None:
    del live["spec"]["resources"][0]["template"]["spec"]["podTemplate"]["spec"]["imagePullSecrets"]


def test_a_whole_life(engine: Engine, place: Place) -> None:
    memory, patch = place(_proxy()), Patches(engine, "ComponentType")
    given = inputs(pull=("pull",), pods=[PLACE])

    patch.create(given, preview=True)
    assert (memory.live("ComponentType"), patch.said) == (_proxy(), [("info", ADDS)])

    _, state = patch.create(given)
    assert memory.live("ComponentType") == version(_proxy(imagePullSecrets=[REFERENCE]), 8)
    assert state["added"]["pods"] == [{**PLACE, "names": ["pull"], "kept": ["spec", "podTemplate", "spec"]}]
    assert patch.diff(state, given)["changes"] == "DIFF_NONE"
    elsewhere = {**given, "pods": [{**PLACE, "path": "spec.template.spec"}]}
    assert patch.failure(lambda: patch.update(state, elsewhere)) == (
        f'{WHERE}: the resource "sandbox" has no pod spec at spec.template.spec; use spec.podTemplate.spec'
    )

    patch.delete(state)
    assert memory.live("ComponentType") == version(_proxy(), 9)


def test_a_name_that_someone_removed_is_drift(engine: Engine, place: Place) -> None:
    memory, patch = place(_proxy()), Patches(engine, "ComponentType")
    given = inputs(pull=("pull",), pods=[PLACE])
    _, state = patch.create(given)
    memory.edit("ComponentType", _remove_names)
    assert patch.diff(state, given)["detailedDiff"].keys() == {"imagePullSecrets"}


def test_places_that_are_not_known_yet_remove_nothing(engine: Engine, place: Place) -> None:
    memory, patch = place(_proxy()), Patches(engine, "ComponentType")
    given = inputs(pull=("pull",), pods=[PLACE])
    _, state = patch.create(given)
    before = copy.deepcopy(memory.live("ComponentType"))
    patch.terminal.said.clear()

    patch.update(state, {**given, "pods": [PLACE, {**PLACE, "path": UNKNOWN}]}, preview=True)

    assert memory.live("ComponentType") == before
    assert patch.said == [("info", f"{WHERE}: adds the names to pods, known after the update")]
