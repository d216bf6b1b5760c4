"""Values of a shared object that several stacks override, each for its own namespaces."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, strategies as st

from components.errors import PatchError
from components.manifests import Manifest
from components.openchoreo.kinds import Step
from components.patches.model import Added, Change, History
from components.patches.override import Overridden, Override, combine
from components.patches.overrides import add, remove

OWNER = "ClusterWorkflow docker"
ARGUMENT: tuple[Step, ...] = ("spec", "arguments", ("name", "git-secret"), "value")
CONDITION: tuple[Step, ...] = ("spec", "resources", ("id", "git-secret"), "includeWhen")
WHERE = 'spec.arguments["git-secret"].value'
VARIABLE = "metadata.namespaceName"
ORIGINAL = '"${metadata.workflowRunName}-git-secret"'
CODE = '(string(metadata.workflowRunName) + "-git-secret")'
ADVICE = "expected at most 100,000, so use fewer or shorter names"
ADD = "correct the path, or add the value to the object"
HAS = "spec.arguments has"
NOTHING = History()


def workflow() -> dict[str, Any]:
    return {
        "kind": "ClusterWorkflow",
        "metadata": {"name": "docker"},
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


def history(own: Sequence[Overridden] = (), *others: Sequence[Overridden]) -> History:
    return History(Added(overrides=tuple(own)), tuple(Added(overrides=tuple(entries)) for entries in others))


def change(kind: Any, text: str, path: str = WHERE) -> Change:
    return Change(f"overrides.{path}", kind, text)


def set_value(target: Manifest, value: object) -> None:
    target["spec"]["arguments"][1]["value"] = value


def get_value(target: Manifest) -> Any:
    return target["spec"]["arguments"][1]["value"]


def test_two_values() -> None:
    target = workflow()
    written, changes = add(target, [argument("acme", "globex"), condition("acme")], NOTHING, OWNER)
    expected = workflow()
    set_value(expected, f'${{metadata.namespaceName in ["acme", "globex"] ? "git-secret" : {CODE}}}')
    expected["spec"]["resources"][0]["includeWhen"] = '${metadata.namespaceName in ["acme"] ? false : (true)}'
    assert target == expected
    assert written == (
        Overridden(condition("acme"), None),
        Overridden(argument("acme", "globex"), ORIGINAL),
    )
    include = 'spec.resources["git-secret"].includeWhen'
    assert changes == [
        change("add", f"overrides {WHERE} for acme, globex"),
        change("add", f"overrides {include} for acme", include),
    ]
    assert add(target, [argument("acme", "globex"), condition("acme")], history(written), OWNER) == (written, [])
    assert add(target, [], history(written), OWNER) == (
        (),
        [
            change("delete", f"restores {include} for acme", include),
            change("delete", f"restores {WHERE} for acme, globex"),
        ],
    )
    assert target == workflow()


@pytest.mark.parametrize(
    ("edit", "override", "kind", "text"),
    [
        pytest.param(None, argument("acme", "globex"), "update", "for globex too", id="more"),
        pytest.param(None, argument("globex"), "update", "for globex too, no longer for acme", id="others"),
        pytest.param(None, argument("acme", value='"x"'), "update", "with another value for acme", id="value"),
        pytest.param(
            lambda target: set_value(target, "theirs"),
            argument("acme"),
            "restore",
            "for acme again: someone else changed it",
            id="changed",
        ),
        pytest.param(
            lambda target: set_value(target, json.loads(ORIGINAL)),
            argument("acme"),
            "restore",
            "for acme again: someone else changed it",
            id="undone",
        ),
        pytest.param(
            None, argument(*"abcdefg"), "update", "for a, b, c, d, e and 2 more too, no longer for acme", id="many"
        ),
    ],
)
def test_changes_of_an_override(
    edit: Callable[[Manifest], None] | None, override: Override, kind: str, text: str
) -> None:
    target = workflow()
    written, _ = add(target, [argument("acme")], NOTHING, OWNER)
    if edit is not None:
        edit(target)
    again, changes = add(target, [override], history(written), OWNER)
    assert changes == [change(kind, f"overrides {WHERE} {text}")]
    assert add(target, [override], history(again), OWNER) == (again, [])


def test_unless() -> None:
    """A value of several branches is in brackets, because CEL has no choice between ``?`` and ``:`` without them."""
    override = Override(ARGUMENT, VARIABLE, ("acme",), 'a ? "b" : "c"', unless="parameters.own")
    assert combine(ORIGINAL, [override]) == json.dumps(
        f'${{metadata.namespaceName in ["acme"] && !(parameters.own) ? (a ? "b" : "c") : {CODE}}}'
    )


@pytest.mark.parametrize(
    ("original", "code"),
    [
        ('"${a}"', "a"),
        ('"${ a }\\n"', "a"),
        ('"text"', '"text"'),
        ('"${a}-b${ c }"', 'string(a) + "-b" + string(c)'),
        ('"say \\"no\\" ü\\n"', '"say \\"no\\" ü\\n"'),
        ("true", "dyn(true)"),
        ("3", "dyn(3)"),
        ('""', '""'),
        ("\"${'}'}\"", "'}'"),
        ('"${ a // b\\n }\\n"', "a // b\n"),
        ('"${a // b}-c"', 'string(a // b\n) + "-c"'),
    ],
)
def test_original_as_an_expression(original: str, code: str) -> None:
    expected = f'${{metadata.namespaceName in ["acme"] ? 1 : ({code})}}'
    assert json.loads(combine(original, [argument("acme", value="1")]) or "") == expected


@pytest.mark.parametrize(
    ("edit", "path", "problem"),
    [
        (lambda spec: spec.pop("arguments"), ARGUMENT, f"{WHERE} does not exist; {ADD}"),
        (lambda spec: spec.update(arguments={}), ARGUMENT, f"{WHERE} does not exist; {ADD}"),
        (lambda spec: spec["arguments"].pop(), ARGUMENT, f"{WHERE} does not exist; {HAS} commit; {ADD}"),
        (
            lambda spec: spec["resources"][0].update(id="other"),
            CONDITION,
            f'spec.resources["git-secret"].includeWhen does not exist; spec.resources has other; {ADD}',
        ),
        (lambda spec: spec["arguments"][1].pop("value"), ARGUMENT, f"{WHERE} does not exist; {ADD}"),
        (
            lambda spec: spec["arguments"][1].update(value=["a"]),
            ARGUMENT,
            f"{WHERE} is a list or a mapping; expected a text, a number, true or false",
        ),
        (
            lambda spec: spec["arguments"][1].update(value="${a"),
            ARGUMENT,
            f"{WHERE} has a ${{ without a closing }}",
        ),
        (
            lambda spec: spec["arguments"][1].update(value="a" * 100_000),
            ARGUMENT,
            f"{WHERE} becomes an expression of 100,056 characters; {ADVICE}",
        ),
        (
            lambda spec: spec["resources"].pop(),
            CONDITION,
            'spec.resources["git-secret"].includeWhen does not exist; ' + ADD,
        ),
    ],
)
def test_refused(edit: Any, path: tuple[Step, ...], problem: str) -> None:
    target = workflow()
    edit(target["spec"])
    before = copy.deepcopy(target)
    override = argument("acme") if path == ARGUMENT else condition("acme")
    with pytest.raises(PatchError) as caught:
        add(target, [override], NOTHING, OWNER)
    assert str(caught.value) == f"{OWNER}: {problem}"
    assert target == before


def test_a_newer_version_of_the_object_is_the_new_original() -> None:
    target = workflow()
    written, _ = add(target, [argument("acme")], NOTHING, OWNER)
    set_value(target, "newer")
    again, _ = add(target, [argument("acme")], history(written), OWNER)
    assert get_value(target) == '${metadata.namespaceName in ["acme"] ? "git-secret" : ("newer")}'
    remove(target, history(again), OWNER)
    assert get_value(target) == "newer"


@pytest.mark.parametrize(
    "edit",
    [
        lambda spec: spec["resources"].clear(),
        lambda spec: spec["resources"][0].update(includeWhen=["theirs"]),
        lambda spec: spec["resources"][0].pop("includeWhen"),
    ],
)
def test_what_others_removed_or_replaced_is_not_restored(edit: Callable[[Manifest], None]) -> None:
    target = workflow()
    written, _ = add(target, [condition("acme")], NOTHING, OWNER)
    edit(target["spec"])
    before = copy.deepcopy(target)
    assert add(target, [], history(written), OWNER) == ((), [])
    remove(target, history(written), OWNER)
    assert target == before


@pytest.mark.parametrize("added", ["-x", "\n"])
def test_a_value_that_others_changed_around_an_override_is_not_left_behind(added: str) -> None:
    """Builds of the namespace would go on with the name of a Secret that is deleted."""
    target = workflow()
    written, _ = add(target, [argument("acme")], NOTHING, OWNER)
    set_value(target, get_value(target) + added)
    before = copy.deepcopy(target)
    problem = (
        f"{OWNER}: {WHERE} was changed after it was overridden, so it is not restored. Restore it by hand: "
        f"{json.dumps(get_value(target))}"
    )
    for act in (lambda: remove(target, history(written), OWNER), lambda: add(target, [], history(written), OWNER)):
        with pytest.raises(PatchError) as caught:
            act()
        assert str(caught.value) == problem
        assert target == before


def test_an_unusable_value_of_others_stays() -> None:
    """The record of another patch says that it had been written over a value that cannot be overridden any more."""
    target = workflow()
    written, _ = add(target, [argument("acme")], NOTHING, OWNER)
    set_value(target, ["theirs"])
    before = copy.deepcopy(target)
    others = [Overridden(argument("globex"), '["theirs"]')]
    assert add(target, [], history(written, others), OWNER) == ((), [])
    assert target == before


def test_an_override_whose_record_was_lost_is_kept() -> None:
    target = workflow()
    add(target, [argument("acme")], NOTHING, OWNER)
    before = copy.deepcopy(target)
    kept = change("keep", f"keeps the existing override of {WHERE} for acme; destroy keeps it")
    assert add(target, [argument("acme")], NOTHING, OWNER) == ((), [kept])
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
    for stack, action in actions:
        desired = []
        if action is not None:
            numbers, value = action
            desired = [argument(*(f"{stack}{number}" for number in sorted(numbers)), value=value)]
        others = [entries for other, entries in records.items() if other != stack]
        records[stack], _ = add(target, desired, history(records.get(stack, ()), *others), OWNER)
        overrides = [entry.override for entries in records.values() for entry in entries]
        assert get_value(target) == json.loads(combine(ORIGINAL, overrides) or "")
    for stack in [*records]:
        others = [entries for other, entries in records.items() if other != stack]
        remove(target, history(records.pop(stack), *others), OWNER)
    assert target == workflow()
