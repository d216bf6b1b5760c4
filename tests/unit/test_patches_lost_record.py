"""Somebody removes the annotation of one of two stacks that share an object: nothing of either stack is lost."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from typing import Any, Final

import pytest

from components.errors import PatchError
from components.manifests import STACK_ANNOTATION, Manifest
from components.openchoreo import V1
from components.patches.lost_overrides import find_lost
from components.patches.model import Added, History, Patch, Resource
from components.patches.override import Overridden, Override, combine
from components.patches.overrides import add
from components.patches.patch import apply_patch, remove_patch
from components.patches.record import Identity
from components.patches.written_code import write_choice
from tests.unit.objects import component_type, pods

DEV, PROD = Identity("corp/secrets/dev", "builds"), Identity("corp/secrets/prod", "builds")
VARIABLE: Final = "metadata.namespaceName"
VALUE: Final = ("spec", "arguments", ("name", "git-secret"), "value")
CONDITION: Final = ("spec", "resources", ("id", "git-secret"), "includeWhen")
SAME: Final = '"git-secret"'
WORKFLOW: Final[Manifest] = {
    "kind": "ClusterWorkflow",
    "metadata": {"name": "docker", "uid": "5f1c"},
    "spec": {
        "arguments": [{"name": "git-secret", "value": "${metadata.workflowRunName}-git-secret"}],
        "resources": [{"id": "git-secret", "template": {"kind": "ExternalSecret", "metadata": {"name": "x"}}}],
    },
}


def _patch(*namespaces: str, value: str = SAME, unless: str = "") -> Patch:
    argument = Override(VALUE, VARIABLE, namespaces, value, unless=unless)
    return Patch(overrides=(argument, Override(CONDITION, VARIABLE, namespaces, "false", "true", unless)))


def _forget(live: Manifest, identity: Identity) -> Manifest:
    """The object without the record of a stack."""
    left = copy.deepcopy(live)
    del left["metadata"]["annotations"][identity.annotation]
    return left


def _argument(live: Manifest) -> str:
    return str(live["spec"]["arguments"][0]["value"])


CHOICE: Final = write_choice(VARIABLE, {"globex": 'a ? "b', "initech": " : ("})


@pytest.mark.parametrize(
    ("value", "unless"),
    [
        pytest.param(SAME, "", id="the-same-value"),
        pytest.param('"other"', 'has(parameters.x) && parameters.x != ""', id="another-condition"),
        pytest.param(CHOICE, "", id="a-map"),
        pytest.param("parameters.x ? 'a' : (\"b\")", "", id="a-choice"),
    ],
)
def test_the_other_stack_stays(value: str, unless: str) -> None:
    prod = _patch("globex", "initech", value=value, unless=unless)
    one = apply_patch(WORKFLOW, _patch("acme"), identity=DEV)
    two = apply_patch(one.object, prod, identity=PROD)
    lost = _forget(two.object, PROD)

    more = apply_patch(lost, _patch("acme", "umbrella"), one.added, identity=DEV)
    kept = "whose record is gone; the next update of its stack writes it again"
    assert [change.text for change in more.changes if change.path.endswith("value")] == [
        f'keeps the override of spec.arguments["git-secret"].value for globex, initech, {kept}',
        'overrides spec.arguments["git-secret"].value for umbrella too',
    ]
    left = remove_patch(more.object, more.added, identity=DEV)
    assert left == _forget(apply_patch(WORKFLOW, prod, identity=PROD).object, PROD) | {"metadata": WORKFLOW["metadata"]}
    healed = apply_patch(left, prod, two.added, identity=PROD)
    assert remove_patch(healed.object, healed.added, identity=PROD) == WORKFLOW
    assert remove_patch(left, two.added, identity=PROD) == WORKFLOW


def test_without_changes_only_the_loss_is_said() -> None:
    one = apply_patch(WORKFLOW, _patch("acme"), identity=DEV)
    lost = _forget(apply_patch(one.object, _patch("globex"), identity=PROD).object, PROD)
    again = apply_patch(lost, _patch("acme"), one.added, identity=DEV)
    assert again.object == lost
    assert [change.kind for change in again.changes] == ["keep", "keep"]


def test_a_namespace_of_the_other_stack_is_refused() -> None:
    one = apply_patch(WORKFLOW, _patch("acme"), identity=DEV)
    lost = _forget(apply_patch(one.object, _patch("globex", value='"other"'), identity=PROD).object, PROD)
    with pytest.raises(PatchError) as caught:
        apply_patch(lost, _patch("acme", "globex"), one.added, identity=DEV)
    assert str(caught.value) == (
        'ClusterWorkflow docker: spec.arguments["git-secret"].value has an override for globex already, and somebody '
        "has removed the annotation that says of which stack it is; run pulumi up of that stack, and remove the "
        "organization from one of the stacks"
    )


def test_a_stack_without_its_record_and_its_state() -> None:
    """What is the same as its overrides is its own."""
    one = apply_patch(WORKFLOW, _patch("acme", "globex"), identity=DEV)
    two = apply_patch(one.object, _patch("initech"), identity=PROD)
    again = apply_patch(_forget(two.object, DEV), _patch("acme"), identity=DEV)
    assert "acme" in _argument(again.object)
    left = remove_patch(again.object, again.added, identity=DEV)
    assert '"acme"' not in _argument(left)
    assert '"globex", "initech"' in _argument(left), "nobody says whose globex is"


ORIGINAL: Final = json.dumps("x")
OURS: Final = Overridden(Override(VALUE, VARIABLE, ("acme",), SAME), ORIGINAL)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="nothing"),
        pytest.param(7, id="no text"),
        pytest.param("text", id="no expression"),
        pytest.param("${a}", id="another expression"),
        pytest.param("${m in [b] ? c : (d)}", id="no names"),
        pytest.param("${m in [1] ? c : (d)}", id="numbers"),
        pytest.param('${m in ["b"] ? c}', id="no alternative"),
        pytest.param('${m in ["b"] || x ? c : ("x")}', id="another condition"),
        pytest.param('${m in ["b"] ? c : ("y")}', id="another original"),
        pytest.param('${m in ["b"]? c :("x")}', id="other spaces"),
        pytest.param("${m in [\"b\"] ? '\\\\'", id="no end"),
    ],
)
def test_values_of_another_form(value: Any) -> None:
    assert find_lost(None if value is None else json.dumps(value), [OURS]) == []


def test_what_is_combined_in_another_way() -> None:
    """A clause in an order that this package does not write."""
    first, second = (Override(VALUE, VARIABLE, (name,), SAME) for name in ("b", "c"))
    inner = json.loads(str(combine(ORIGINAL, [first])))[2:-1]
    twice = json.dumps(f"${{{second.clause}({inner})}}")
    assert find_lost(twice, [OURS]) == []
    lost = replace(first, namespaces=("b", "c"))
    assert find_lost(combine(ORIGINAL, [OURS.override, lost]), [OURS]) == [Overridden(lost, ORIGINAL)]


def _pull(stack: str, identifier: str) -> Patch:
    metadata = {"name": "pull", "namespace": "${metadata.namespace}", "annotations": {STACK_ANNOTATION: stack}}
    template = {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": metadata, "spec": {}}
    condition = f'${{metadata.componentNamespace in ["{identifier}"]}}'
    return Patch((Resource(identifier, template, condition),), ("pull",))


def test_a_name_in_the_pods_stays_while_an_entry_of_the_other_stack_creates_its_secret() -> None:
    target = component_type("deployment", pods({"containers": []}))
    target |= {"kind": "ClusterComponentType", "metadata": {"name": "service", "uid": "5f1c"}}
    one = apply_patch(target, _pull(DEV.stack, "acme"), release=V1, identity=DEV)
    two = apply_patch(one.object, _pull(PROD.stack, "globex"), release=V1, identity=PROD)
    left = remove_patch(_forget(two.object, PROD), one.added, release=V1, identity=DEV)
    alone = _forget(apply_patch(target, _pull(PROD.stack, "globex"), release=V1, identity=PROD).object, PROD)
    del alone["metadata"]["annotations"]
    assert left == alone
    assert remove_patch(left, two.added, release=V1, identity=PROD) == target
    assert remove_patch(left, Added(), release=V1, identity=PROD) == left


def test_a_record_of_what_cannot_be_overridden_is_not_used() -> None:
    target = copy.deepcopy(WORKFLOW)
    recorded = Added(overrides=(replace(OURS, original="[1]"),))
    written, _ = add(target, [OURS.override], History(recorded), "ClusterWorkflow docker")
    assert written == (Overridden(OURS.override, json.dumps("${metadata.workflowRunName}-git-secret")),)
