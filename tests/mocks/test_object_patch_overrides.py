"""Values that are other ones for some namespaces, over the protocol of the engine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mocks.engine import UNKNOWN, Engine, Patches, Values
from tests.mocks.samples import version, workflow
from tests.mocks.stubs import Object, Place

WHERE = "ClusterWorkflow docker"
PATH = 'spec.runTemplate.arguments["git-secret"].value'
ORIGINAL = "${metadata.workflowRunName}-git-secret"
CODE = '(string(metadata.workflowRunName) + "-git-secret")'
SHAPE = (
    "must be a mapping such as {path: [spec, key], variable: metadata.namespaceName, namespaces: [acme], value: 'true'}"
)


def override(*namespaces: str, **fields: Any) -> Values:
    path = ["spec", "runTemplate", "arguments", {"name": "git-secret"}, "value"]
    value = {
        "path": path,
        "variable": "metadata.namespaceName",
        "namespaces": list(namespaces),
        "value": '"git-secret"',
    }
    return {**value, **fields}


def inputs(*overrides: Any, stack: str = "corp/secrets/dev") -> Values:
    return {"name": "docker", "overrides": list(overrides), "identity": {"stack": stack, "name": "builds"}}


def live(value: str = ORIGINAL) -> Object:
    target = workflow("ClusterWorkflow", None)
    target["spec"]["runTemplate"]["arguments"] = [{"name": "git-secret", "value": value}]
    return target


def read_value(target: Object) -> str:
    return str(target["spec"]["runTemplate"]["arguments"][0]["value"])


def _set_value(target: Object) -> None:
    target["spec"]["runTemplate"]["arguments"][0]["value"] = "newer"


def test_a_whole_life(engine: Engine, place: Place) -> None:
    memory, patch = place(live()), Patches(engine, "ClusterWorkflow")
    given = inputs(override("acme", "globex"))
    assert patch.check(given) == []

    patch.create(given, preview=True)
    assert memory.live("ClusterWorkflow") == live()
    assert patch.said == [("info", f"{WHERE}: overrides {PATH} for acme, globex")]

    _, state = patch.create(given)
    value = f'${{metadata.namespaceName in ["acme", "globex"] ? "git-secret" : {CODE}}}'
    assert read_value(memory.live("ClusterWorkflow")) == value
    assert patch.diff(state, given)["changes"] == "DIFF_NONE"

    less = inputs(override("acme"))
    assert patch.diff(state, less)["detailedDiff"] == {"overrides": {"kind": "UPDATE", "inputDiff": True}}
    state = patch.update(state, less)
    assert patch.said[-1] == ("status", f"{WHERE}: overrides {PATH} no longer for globex")

    patch.delete(state)
    assert memory.live("ClusterWorkflow") == version(live(), 10)


def test_a_value_that_someone_changed_is_the_new_original(engine: Engine, place: Place) -> None:
    memory, patch = place(live()), Patches(engine, "ClusterWorkflow")
    given = inputs(override("acme"))
    _, state = patch.create(given)
    memory.edit("ClusterWorkflow", _set_value)
    assert patch.diff(state, given)["detailedDiff"] == {"overrides": {"kind": "UPDATE"}}

    state = patch.update(state, given)

    assert patch.said[-1] == ("warning", f"{WHERE}: overrides {PATH} for acme again: someone else changed it")
    patch.delete(state)
    assert read_value(memory.live("ClusterWorkflow")) == "newer"


def test_two_stacks_in_any_order(engine: Engine, place: Place) -> None:
    memory, patch = place(live()), Patches(engine, "ClusterWorkflow")
    one, other = inputs(override("acme")), inputs(override("globex"), stack="corp/secrets/prod")
    _, state = patch.create(one)
    _, second = patch.create(other)
    both = f'${{metadata.namespaceName in ["acme", "globex"] ? "git-secret" : {CODE}}}'
    assert read_value(memory.live("ClusterWorkflow")) == both
    assert patch.diff(state, one)["changes"] == "DIFF_NONE"
    patch.delete(state)
    assert read_value(memory.live("ClusterWorkflow")) == (
        f'${{metadata.namespaceName in ["globex"] ? "git-secret" : {CODE}}}'
    )
    patch.delete(second)
    assert memory.live("ClusterWorkflow") == version(live(), 11)


def test_unknown_overrides(engine: Engine, place: Place) -> None:
    memory, patch = place(live()), Patches(engine, "ClusterWorkflow")
    _, state = patch.create(inputs(override("acme")))
    after = memory.live("ClusterWorkflow")
    assert patch.check(inputs(override(UNKNOWN), UNKNOWN)) == []
    patch.update(state, inputs(override(UNKNOWN), UNKNOWN), preview=True)
    unknown = ("info", f"{WHERE}: adds an override, known after the update")
    assert patch.said[1:] == [unknown, unknown]
    assert memory.live("ClusterWorkflow") == after


@pytest.mark.parametrize(
    "wrong",
    [
        "text",
        {},
        override("acme", path="spec"),
        override("acme", path=["spec", {"name": "a", "id": "b"}, "value"]),
        override("acme", path=["spec", 1]),
        override("acme", namespaces="acme"),
        override("acme", namespaces=[1]),
        override("acme", variable=1),
        override("acme", value=True),
        override("acme", otherwise=True),
        override("acme", unless=["a"]),
    ],
)
def test_wrong_shapes(engine: Engine, place: Place, wrong: Any) -> None:
    place(live())
    given = inputs(override("acme"), wrong)
    assert Patches(engine, "ClusterWorkflow").check(given) == [("overrides[1]", SHAPE)]


def test_problems_have_the_index_of_the_input(engine: Engine, place: Place) -> None:
    place(live())
    given = inputs(UNKNOWN, override("acme", path=["metadata", "labels"]))
    assert Patches(engine, "ClusterWorkflow").check(given) == [
        ("overrides[1].path", "metadata.labels must begin with spec and end with a key")
    ]
