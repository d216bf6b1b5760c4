"""Values of a shared object that several stacks override, each for its own namespaces."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from components.errors import PatchError
from components.patches.overrides import Overridden, Override, Step, add, combine

OWNER = "ClusterWorkflow dockerfile-builder"
ARGUMENT: tuple[Step, ...] = ("spec", "arguments", ("name", "git-secret"), "value")
CONDITION: tuple[Step, ...] = ("spec", "resources", ("id", "git-secret"), "includeWhen")
VARIABLE = "metadata.namespaceName"


def workflow() -> dict[str, Any]:
    return {
        "kind": "ClusterWorkflow",
        "spec": {
            "arguments": [
                {"name": "commit", "value": "${parameters.commit}"},
                {"name": "git-secret", "value": "${metadata.workflowRunName}-git-secret"},
            ],
            "resources": [{"id": "git-secret", "template": {"kind": "ExternalSecret"}}],
        },
    }


def argument(*namespaces: str, value: str = '"git-secret"') -> Override:
    return Override(ARGUMENT, VARIABLE, namespaces, value)


def condition(*namespaces: str) -> Override:
    return Override(CONDITION, VARIABLE, namespaces, "false", "true")


def test_two_values() -> None:
    target = workflow()
    written = add(target, [argument("acme", "globex"), condition("acme")], (), (), OWNER)
    expected = workflow()
    expected["spec"]["arguments"][1]["value"] = (
        '${metadata.namespaceName in ["acme", "globex"] ? "git-secret" : '
        '(string(metadata.workflowRunName) + "-git-secret")}'
    )
    expected["spec"]["resources"][0]["includeWhen"] = '${metadata.namespaceName in ["acme"] ? false : (true)}'
    assert target == expected
    assert written == (
        Overridden(argument("acme", "globex"), '"${metadata.workflowRunName}-git-secret"'),
        Overridden(condition("acme"), None),
    )
    assert add(target, [], written, (), OWNER) == ()
    assert target == workflow()


@pytest.mark.parametrize(
    ("original", "code"),
    [
        ('"${a}"', "a"),
        ('"text"', '"text"'),
        ('"${a}-b${c}"', 'string(a) + "-b" + string(c)'),
        ('"say \\"no\\""', '"say \\"no\\""'),
        ("true", "true"),
        ("3", "3"),
        ('""', '""'),
        ("\"${'}'}\"", "'}'"),
    ],
)
def test_original_as_an_expression(original: str, code: str) -> None:
    assert combine(original, [argument("acme", value="1")]) == json.dumps(
        f'${{metadata.namespaceName in ["acme"] ? 1 : ({code})}}'
    )


@pytest.mark.parametrize(
    ("edit", "path", "problem"),
    [
        (lambda spec: spec.pop("arguments"), ARGUMENT, 'spec.arguments["git-secret"].value does not exist'),
        (lambda spec: spec["arguments"].pop(), ARGUMENT, 'spec.arguments["git-secret"].value does not exist'),
        (lambda spec: spec["arguments"][1].pop("value"), ARGUMENT, 'spec.arguments["git-secret"].value does not exist'),
        (
            lambda spec: spec["arguments"][1].update(value=["a"]),
            ARGUMENT,
            'spec.arguments["git-secret"].value is a list or a mapping; expected a text, a number, true or false',
        ),
        (
            lambda spec: spec["arguments"][1].update(value="${a"),
            ARGUMENT,
            'spec.arguments["git-secret"].value has a ${ without a closing }',
        ),
        (lambda spec: spec["resources"].pop(), CONDITION, 'spec.resources["git-secret"].includeWhen does not exist'),
    ],
)
def test_refused(edit: Any, path: tuple[Step, ...], problem: str) -> None:
    target = workflow()
    edit(target["spec"])
    before = copy.deepcopy(target)
    override = next(each for each in (argument("acme"), condition("acme")) if each.path == path)
    with pytest.raises(PatchError) as caught:
        add(target, [override], (), (), OWNER)
    assert str(caught.value) == f"{OWNER}: {problem}"
    assert target == before


def test_a_newer_version_of_the_object_is_the_new_original() -> None:
    target = workflow()
    written = add(target, [argument("acme")], (), (), OWNER)
    target["spec"]["arguments"][1]["value"] = "newer"
    again = add(target, [argument("acme")], written, (), OWNER)
    assert target["spec"]["arguments"][1]["value"] == '${metadata.namespaceName in ["acme"] ? "git-secret" : ("newer")}'
    add(target, [], again, (), OWNER)
    assert target["spec"]["arguments"][1]["value"] == "newer"


def test_an_entry_that_is_gone_needs_no_restoring() -> None:
    target = workflow()
    written = add(target, [condition("acme")], (), (), OWNER)
    target["spec"]["resources"].clear()
    before = copy.deepcopy(target)
    assert add(target, [], written, (), OWNER) == ()
    assert target == before


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.none() | st.tuples(st.sets(st.integers(0, 3), min_size=1), st.sampled_from("12"))
        )
    )
)
def test_stacks_in_any_order(actions: list[tuple[str, tuple[set[int], str] | None]]) -> None:
    """What is written follows from the overrides alone, and the last stack to go restores the original."""
    target = workflow()
    records: dict[str, tuple[Overridden, ...]] = {}
    for stack, wanted in actions:
        desired = []
        if wanted is not None:
            numbers, value = wanted
            desired = [argument(*(f"{stack}{number}" for number in sorted(numbers)), value=value)]
        others = [entry for other, entries in records.items() if other != stack for entry in entries]
        records[stack] = add(target, desired, records.get(stack, ()), others, OWNER)
        overrides = [entry.override for entries in records.values() for entry in entries]
        original = workflow()["spec"]["arguments"][1]["value"]
        assert target["spec"]["arguments"][1]["value"] == json.loads(combine(json.dumps(original), overrides) or "")
    for stack in [*records]:
        others = [entry for other, entries in records.items() if other != stack for entry in entries]
        records[stack] = add(target, [], records[stack], others, OWNER)
    assert target == workflow()
