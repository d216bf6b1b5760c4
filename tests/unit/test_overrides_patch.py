"""Overrides as a part of a patch: their record, and what is wrong with them in any object of the kind."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from components.errors import PatchError, Problem
from components.openchoreo import DEFAULT_RELEASE
from components.openchoreo.kinds import Step
from components.patches.model import Added, Patch, Resource
from components.patches.override import Override, combine
from components.patches.patch import apply_patch
from components.patches.record import Identity
from components.patches.validity import validate_patch
from local.proof.cel import render
from tests.unit.objects import plane, template

VARIABLE = "metadata.namespaceName"
PATH: tuple[Step, ...] = ("spec", "arguments", ("name", "git-secret"), "value")
IDENTITY = Identity("corp/secrets/dev", "builds")
OVERRIDE = Override(PATH, VARIABLE, ("acme",), '"git-secret"')


def test_the_record_lists_namespaces_once() -> None:
    arguments = [{"name": "git-secret", "value": "${metadata.workflowRunName}-git-secret"}]
    resources = [{"id": "git-secret", "template": template()}]
    target = {"kind": "ClusterWorkflow", "spec": {"arguments": arguments, "resources": resources}}
    condition = ("spec", "resources", ("id", "git-secret"), "includeWhen")
    include = Override(condition, VARIABLE, ("acme", "globex"), "false", "true")
    own = Override(PATH, VARIABLE, ("acme", "globex"), '"git-secret"', unless="parameters.own")
    done = apply_patch(target, Patch(overrides=(own, include)))
    assert done.added.plain()["overrides"] == [
        {
            "variable": VARIABLE,
            "namespaces": ["acme", "globex"],
            "values": [
                {
                    "path": ["spec", "arguments", {"name": "git-secret"}, "value"],
                    "value": '"git-secret"',
                    "unless": "parameters.own",
                    "original": '"${metadata.workflowRunName}-git-secret"',
                },
                {
                    "path": ["spec", "resources", {"id": "git-secret"}, "includeWhen"],
                    "value": "false",
                    "otherwise": "true",
                },
            ],
        }
    ]
    assert Added.from_plain(json.loads(json.dumps(done.added.plain()))) == done.added
    assert Override.from_plain(own.plain()) == own


def test_planes_have_no_overrides() -> None:
    with pytest.raises(PatchError) as caught:
        apply_patch(plane(), Patch(overrides=(OVERRIDE,)))
    assert str(caught.value) == "DataPlane acme/default: a DataPlane has no overrides"


def test_expressions_use_parameters_of_the_schema() -> None:
    target = {
        "kind": "ComponentType",
        "metadata": {"name": "service", "namespace": "acme"},
        "spec": {"schema": {"parameters": {"own": "boolean"}}, "resources": []},
    }
    override = Override(("spec", "value"), VARIABLE, ("acme",), "parameters.other", "true")
    with pytest.raises(PatchError) as caught:
        apply_patch(target, Patch(overrides=(override,)))
    assert str(caught.value) == (
        'ComponentType acme/service: the override of spec.value refers to "parameters.other", which its schema lacks; '
        "add it to spec.schema.parameters, or use one of: own"
    )


def test_problems_of_overrides() -> None:
    kind = DEFAULT_RELEASE.kinds["ComponentWorkflow"]
    overrides = (
        Override((), "metadata.orgName", ("acme",), "1 +"),
        Override(("metadata", "labels"), "metadata.nope", (), "1"),
        Override(("spec", ("name", "a")), "metadata.orgName", ("acme",), "1", "nope", "(x"),
        Override(("spec", "resources", ("id", "git"), "template"), "metadata.orgName", ("acme",), "1"),
        OVERRIDE,
        OVERRIDE,
    )
    name = {"name": "git", "namespace": "openchoreo-ci-${metadata.orgName}"}
    patch = Patch((Resource("git", {"apiVersion": "v1", "kind": "Secret", "metadata": name}),), overrides=overrides)
    spec = "must begin with spec and end with a key"
    variables = "componentName, orgName, projectName, workflowRunName"
    unsupported = '"metadata.namespaceName" does not exist; expected ' + variables
    assert list(validate_patch(kind, patch, DEFAULT_RELEASE)) == [
        Problem("overrides[0].path", f'"" {spec}'),
        Problem("overrides[0].value", '"${1 +}" has an invalid expression: nothing follows "+"'),
        Problem("overrides[1].path", f"metadata.labels {spec}"),
        Problem("overrides[1].namespaces", "is empty; list at least one namespace"),
        Problem("overrides[1].variable", f'"metadata.nope" does not exist; expected {variables}'),
        Problem("overrides[2].path", f'spec["a"] {spec}'),
        Problem(
            "overrides[2].otherwise",
            '"nope" is not a variable of a ComponentWorkflow; expected metadata, parameters, systemParameters',
        ),
        Problem("overrides[2].unless", '"${(x}" has an invalid expression: a "(" is not closed'),
        Problem(
            "overrides[3].path",
            'spec.resources["git"].template is in a resource of this patch; write its value there',
        ),
        Problem("overrides[4].variable", unsupported),
        Problem("overrides[5].path", 'spec.arguments["git-secret"].value is overridden twice; use one override'),
        Problem("overrides[5].variable", unsupported),
    ]


def _for_namespaces(count: int) -> tuple[dict[str, Any], Patch]:
    resources = [{"id": "git-secret", "template": template()}]
    namespaces = tuple(f"{number:04}".rjust(20, "n") for number in range(count))
    path = ("spec", "resources", ("id", "git-secret"), "includeWhen")
    override = Override(path, VARIABLE, namespaces, "false", "true")
    return {"kind": "ClusterWorkflow", "spec": {"resources": resources}}, Patch(overrides=(override,))


def test_a_thousand_namespaces_are_far_below_the_limits() -> None:
    target, patch = _for_namespaces(1000)
    done = apply_patch(target, patch, identity=IDENTITY)
    annotations = done.object["metadata"]["annotations"]
    assert 1_000 < sum(len(key + value) for key, value in annotations.items()) < 262_144 / 100, "limit of annotations"
    assert 20_000 < len(json.dumps(done.object)) < 1_572_864 / 20, "limit of etcd"


@pytest.mark.parametrize(
    ("override", "stack"),
    [
        pytest.param(OVERRIDE, "the stack corp/secrets/prod", id="another-stack"),
        pytest.param(replace(OVERRIDE, value='"other"'), "the stack corp/secrets/dev", id="another-value"),
    ],
)
def test_a_namespace_has_one_override(override: Override, stack: str) -> None:
    arguments = [{"name": "git-secret", "value": "x"}]
    target = {"kind": "ClusterWorkflow", "metadata": {"name": "docker"}, "spec": {"arguments": arguments}}
    one = apply_patch(target, Patch(overrides=(OVERRIDE,)), identity=IDENTITY).object
    second = Identity(stack.removeprefix("the stack "), "other")
    with pytest.raises(PatchError) as caught:
        apply_patch(one, Patch(overrides=(override,)), identity=second)
    assert str(caught.value) == (
        'ClusterWorkflow docker: the stack corp/secrets/dev overrides spec.arguments["git-secret"].value for acme '
        f"already, so {stack} cannot; remove the organization from one of the stacks"
    )


def test_overrides_that_agree_or_are_for_others_are_shared() -> None:
    """Two patches of one stack, another namespace, and another value of the object."""
    arguments = [{"name": name, "value": "x"} for name in ("git-secret", "other")]
    target = {"kind": "ClusterWorkflow", "metadata": {"name": "docker"}, "spec": {"arguments": arguments}}
    one = apply_patch(target, Patch(overrides=(OVERRIDE,)), identity=IDENTITY).object
    elsewhere = replace(OVERRIDE, path=("spec", "arguments", ("name", "other"), "value"))
    prod = Identity("corp/secrets/prod", "builds")
    patched = [
        apply_patch(one, Patch(overrides=(override,)), identity=identity).object
        for override, identity in (
            (OVERRIDE, replace(IDENTITY, name="twin")),
            (replace(OVERRIDE, namespaces=("globex",)), prod),
            (elsewhere, prod),
        )
    ]
    assert [len(live["metadata"]["annotations"]) for live in patched] == [2, 2, 2]


def test_annotations_have_a_limit() -> None:
    target, patch = _for_namespaces(1)
    target["metadata"] = {"name": "docker", "annotations": {"theirs": "ü" * 131_000}}
    with pytest.raises(PatchError) as caught:
        apply_patch(target, patch, identity=IDENTITY)
    assert str(caught.value) == (
        "ClusterWorkflow docker: its annotations would have 262,411 bytes with the record of this patch; Kubernetes "
        "allows 262,144 for the patches of all stacks, so use remote keys that contain the namespace, delivery ahead "
        "for builds or namespace for pull secrets, or fewer organizations for this object"
    )


ORIGINALS = (
    st.booleans()
    | st.integers(min_value=0)
    | st.text().filter(lambda text: "${" not in text)
    | st.lists(
        st.sampled_from(["${metadata.run}", "${ n }", "${b}", "-git", '"', "\\", "\n", " ", "'", "{", "}", "${'}'}"]),
        max_size=4,
    ).map("".join)
)


@given(ORIGINALS)
def test_foreign_namespaces_have_what_was_there(original: str | bool | int) -> None:
    """The type of the value is the same too."""
    variables = {"metadata": {"namespaceName": "foreign", "run": "run-1"}, "n": 3, "b": True}
    written = json.loads(combine(json.dumps(original), [OVERRIDE]) or "")
    before, after = render(original, variables), render(written, variables)
    assert (type(after), after) == (type(before), before)
    ours = {**variables, "metadata": {"namespaceName": "acme"}}
    assert render(written, ours) == "git-secret"
