"""Two stacks patch one object while states are lost and others edit it: in the end, only the edits of others remain."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from components.manifests import Manifest
from components.patches.model import Added, Patch, Resource
from components.patches.override import Override
from components.patches.patch import NOTHING, apply_patch, remove_patch
from components.patches.record import Identity
from tests.unit.objects import component_type, entry, plane, pods, template

FAST = hypothesis_settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
STACKS = ("organization/openchoreo-secrets/dev", "organization/openchoreo-secrets/prod")

Edit = Callable[[Manifest], None]


def _resource(stack: str, identity: str, **spec: str) -> Resource:
    return Resource(identity, template(identity, stack=stack, **spec))


def _type_patches(stack: str) -> st.SearchStrategy[Patch]:
    """Entries with the stack's name and ids of its own; names that both stacks may want."""
    own = stack.rpartition("/")[2]
    resources = st.lists(
        st.builds(
            _resource,
            st.just(stack),
            st.sampled_from([f"{own}-1", f"{own}-2"]),
            refreshInterval=st.sampled_from(["1h0m0s", "5m0s"]),
        ),
        max_size=2,
        unique_by=lambda resource: resource.id,
    )
    names = st.lists(st.sampled_from([own, "shared", "theirs"]), max_size=3, unique=True)
    return st.builds(lambda r, n: Patch(tuple(r), tuple(n)), resources, names)


def _plane_patches(_: str) -> st.SearchStrategy[Patch]:
    """One name for both stacks: another one is refused."""
    return st.sampled_from([Patch(), Patch(secret_store_ref="vault")])


VALUES = ("spec", "runTemplate", "arguments", ("name", "git-secret"), "value")
CONDITION = ("spec", "resources", ("id", "shipped"), "includeWhen")


def _workflow_patches(stack: str) -> st.SearchStrategy[Patch]:
    """Overrides of the same values, for namespaces of its own stack, because nobody may override one for two stacks."""
    own = stack.rpartition("/")[2]
    namespaces = st.sets(st.sampled_from([own, f"{own}-2"]), min_size=1).map(sorted)
    values = st.builds(
        lambda names, value: Override(VALUES, "metadata.namespaceName", tuple(names), value),
        namespaces,
        st.sampled_from(['"a"', 'true ? "b" : "c"']),
    )
    conditions = st.builds(
        lambda names, unless: Override(CONDITION, "metadata.namespaceName", tuple(names), "false", "true", unless),
        namespaces,
        st.sampled_from(["", "parameters.own"]),
    )
    return st.builds(
        lambda value, condition: Patch(overrides=tuple(filter(None, (value, condition)))),
        st.none() | values,
        st.none() | conditions,
    )


def _workflow(value: object, conditions: Manifest) -> Manifest:
    """An object of a cluster-scoped kind, with a value and a condition that others set."""
    return {
        "kind": "ClusterWorkflow",
        "metadata": {"name": "docker"},
        "spec": {
            "runTemplate": {"arguments": [{"name": "git-secret", "value": value}]},
            "resources": [{"id": "shipped", **conditions, "template": template()}],
        },
    }


PODS = st.sampled_from(
    [
        {},
        {"spec": None},
        pods({}),
        pods({"containers": []}),
        pods({"imagePullSecrets": None}),
        pods({"imagePullSecrets": []}),
        pods({"imagePullSecrets": [{"name": "theirs"}], "containers": []}),
        {"spec": {"template": {"metadata": {}, "spec": None}}},
    ]
)
ANNOTATIONS = st.sampled_from([None, {}, {"team": "platform"}])
TYPES = st.builds(lambda primary: component_type("deployment", copy.deepcopy(primary)), PODS)
PLANES = st.sampled_from(
    [
        plane(),
        plane(secretStoreRef=None),
        plane(secretStoreRef={}),
        plane(secretStoreRef={"name": ""}),
        plane(secretStoreRef={"name": None, "kind": "x"}),
        plane(secretStoreRef={"kind": "x"}),
        plane(secretStoreRef={"name": "vault", "kind": "x"}),
    ]
)

WORKFLOWS = st.builds(
    _workflow,
    st.sampled_from(["", 3, "${metadata.workflowRunName}-git-secret", "${metadata.workflowRunName}\n"]),
    st.sampled_from([{}, {"includeWhen": "${parameters.private}"}]),
)


def _label(target: Manifest) -> None:
    target["metadata"]["labels"] = {"team": "a"}


def _annotate(target: Manifest) -> None:
    annotations = target["metadata"].get("annotations") or {}
    target["metadata"]["annotations"] = {**annotations, "description": "theirs"}


def _spec(target: Manifest) -> None:
    target["spec"]["description"] = "theirs"


def _entry(target: Manifest) -> None:
    resources = target["spec"].get("resources")
    if resources is not None and all(each["id"] != "theirs" for each in resources):
        resources.insert(0, entry("theirs"))


def _value(target: Manifest) -> None:
    for argument in target["spec"].get("runTemplate", {}).get("arguments", ()):
        argument["value"] = "theirs"


def _condition(target: Manifest) -> None:
    for resource in target["spec"].get("resources", ()):
        if resource["id"] == "shipped":
            resource["includeWhen"] = "${parameters.theirs}"


EDITS: tuple[Edit, ...] = (_label, _annotate, _spec, _entry, _value, _condition)


@dataclass
class Stack:
    """One stack: what its state says about the patch."""

    identity: Identity
    state: Added = NOTHING
    kept: list[Added] = field(default_factory=list)
    """Backups of the state."""


def _start(original: Manifest, annotations: Manifest | None) -> Manifest:
    target = copy.deepcopy(original)
    target["metadata"]["uid"] = "5f1c"
    if annotations is not None:
        target["metadata"]["annotations"] = dict(annotations)
    return target


@pytest.mark.parametrize(
    ("targets", "patches"),
    [(TYPES, _type_patches), (PLANES, _plane_patches), (WORKFLOWS, _workflow_patches)],
    ids=["type", "plane", "workflow"],
)
@given(data=st.data())
@FAST
def test_whatever_happens_only_the_edits_of_others_remain(
    targets: st.SearchStrategy[Manifest], patches: Callable[[str], st.SearchStrategy[Patch]], data: st.DataObject
) -> None:
    live = _start(data.draw(targets), data.draw(ANNOTATIONS))
    expected = copy.deepcopy(live)
    stacks = [Stack(Identity(name, "acme")) for name in STACKS]
    for action in data.draw(
        st.lists(st.sampled_from(["up", "killed", "lose", "restore", "destroy", "edit"]), max_size=12)
    ):
        if action == "edit":
            edit = data.draw(st.sampled_from(EDITS))
            edit(live)
            edit(expected)
            continue
        stack = data.draw(st.sampled_from(stacks))
        stack.kept.append(stack.state)
        if action == "lose":
            stack.state = NOTHING
        elif action == "restore":
            stack.state = data.draw(st.sampled_from(stack.kept))
        elif action == "destroy":
            live, stack.state = remove_patch(live, stack.state, identity=stack.identity), NOTHING
        else:
            patched = apply_patch(live, data.draw(patches(stack.identity.stack)), stack.state, identity=stack.identity)
            live = patched.object
            stack.state = patched.added if action == "up" else stack.state
    for stack in data.draw(st.permutations(stacks)):
        live = remove_patch(live, stack.state, identity=stack.identity)
    assert live == expected
