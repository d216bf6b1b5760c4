"""What OpenChoreo would not render is rejected before anything is written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from components.errors import Problem
from components.manifests import Manifest
from components.openchoreo.v0_9 import V0_9
from components.patches.model import Patch, Resource
from components.patches.validity import validate_patch
from components.schema.text import quote
from tests.unit.objects import pulling, template

COMPONENT_TYPE = "configurations, dataplane, envOverrides, metadata, parameters, workload"
METADATA = (
    "annotations, componentName, componentUID, dataPlaneName, dataPlaneUID, environmentName, environmentUID, labels, "
    "name, namespace, podSelectors, projectName, projectUID"
)
COMPONENT_WORKFLOW = "metadata, parameters, systemParameters"


def _found(patch: Patch, kind: str = "ComponentType") -> list[Problem]:
    return list(validate_patch(V0_9.kinds[kind], patch, V0_9))


def _resource(text: Any, **keys: Any) -> Patch:
    """A patch with a text somewhere inside."""
    return Patch(
        (Resource("a", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, **keys, "x": text}),)
    )


def test_a_pull_secret_is_fine() -> None:
    assert _found(pulling()) == []


@pytest.mark.parametrize(
    ("patch", "path", "message"),
    [
        pytest.param(pulling(""), "resources[0].id", "is empty", id="no-id"),
        pytest.param(
            Patch(pulling().resources * 2), "resources[1].id", '"registry-pull-secret" is used twice', id="id-twice"
        ),
        pytest.param(pulling("job"), "resources[0].id", '"job" is a workload type; use another id', id="workload-type"),
        pytest.param(
            pulling("proxy"), "resources[0].id", '"proxy" is a workload type; use another id', id="workload-proxy"
        ),
        pytest.param(_resource("", apiVersion=""), "resources[0].template.apiVersion", "is missing", id="no-version"),
        pytest.param(_resource("", kind=None), "resources[0].template.kind", "is missing", id="no-kind"),
        pytest.param(
            _resource("", kind="${parameters.kind}"),
            "resources[0].template.kind",
            '"${parameters.kind}" is an expression; it must be literal text',
            id="kind-by-expression",
        ),
        pytest.param(_resource("", metadata={}), "resources[0].template.metadata.name", "is missing", id="no-name"),
        pytest.param(
            _resource("", metadata={"name": ""}), "resources[0].template.metadata.name", "is missing", id="empty-name"
        ),
        pytest.param(
            _resource("", metadata={"name": 5}), "resources[0].template.metadata.name", "is missing", id="name-no-text"
        ),
        pytest.param(
            _resource("", metadata="${metadata}"), "resources[0].template.metadata.name", "is missing", id="no-metadata"
        ),
        pytest.param(
            _resource({"a": ["", {"b": "${metadata.name"}]}),
            "resources[0].template.x.a[1].b",
            '"${metadata.name" has a ${ without a closing }',
            id="never-closed",
        ),
        pytest.param(
            _resource("${a.map(x, {x: 1)}"),
            "resources[0].template.x",
            '"${a.map(x, {x: 1)}" has a ${ without a closing }',
            id="an-inner-brace-never-closed",
        ),
        pytest.param(
            _resource({"${x": 1}), "resources[0].template.x (key)", '"${x" has a ${ without a closing }', id="in-a-key"
        ),
        pytest.param(
            _resource("${metadata.name} ${has(${metadata.name})}"),
            "resources[0].template.x",
            '"${metadata.name} ${has(${metadata.name})}" has an expression inside an expression',
            id="nested",
        ),
        pytest.param(
            _resource("${metadta.name}"),
            "resources[0].template.x",
            f'"metadta" is not a variable of a ComponentType; expected {COMPONENT_TYPE}',
            id="unknown-variable",
        ),
        pytest.param(
            _resource("${ dataplane.secretStor.name }"),
            "resources[0].template.x",
            '"dataplane.secretStor" does not exist; expected observabilityPlaneRef, publicVirtualHost, secretStore',
            id="unknown-field",
        ),
        pytest.param(
            _resource("${metadata.orgName}"),
            "resources[0].template.x",
            f'"metadata.orgName" does not exist; expected {METADATA}',
            id="field-of-another-kind",
        ),
        pytest.param(
            _resource("${has(workload.nope) ? workload.nope : ''}"),
            "resources[0].template.x",
            '"workload.nope" does not exist; expected containers',
            id="unknown-field-twice",
        ),
        pytest.param(
            _resource("${unknown[0]}"),
            "resources[0].template.x",
            f'"unknown" is not a variable of a ComponentType; expected {COMPONENT_TYPE}',
            id="unknown-variable-with-an-index",
        ),
        pytest.param(
            _resource("${1 +}"),
            "resources[0].template.x",
            '"${1 +}" has an invalid expression: nothing follows "+"',
            id="no-operand",
        ),
        pytest.param(
            _resource("a ${metadata.name b} ${'open}"),
            "resources[0].template.x",
            '"a ${metadata.name b} ${\'open}" has a ${ without a closing }',
            id="no-quotation-mark",
        ),
        pytest.param(
            Patch((Resource("a", template(), "${metadata.name"),)),
            "resources[0].includeWhen",
            '"${metadata.name" has a ${ without a closing }',
            id="condition-never-closed",
        ),
        *(
            pytest.param(
                Patch((Resource("a", template(), condition),)),
                "resources[0].includeWhen",
                f"{quote(condition)} is never true or false; compare it with a value",
                id=f"condition-{condition}",
            )
            for condition in (
                "${'yes'}",
                "${1}",
                "${null}",
                "${metadata.name}",
                "${workload}",
                "${('a' + 'b')}",
                "${[true]}",
            )
        ),
        pytest.param(
            Patch((Resource("a", template(), "${parameters.x} and more"),)),
            "resources[0].includeWhen",
            '"${parameters.x} and more" must be exactly one ${...} expression',
            id="condition-with-text",
        ),
        pytest.param(
            Patch((Resource("a", template(), "${parameters.x} ${parameters.y}\n"),)),
            "resources[0].includeWhen",
            '"${parameters.x} ${parameters.y}\\n" must be exactly one ${...} expression',
            id="condition-of-two-expressions",
        ),
        pytest.param(
            Patch((Resource("a", template(), "${spec.x}"),)),
            "resources[0].includeWhen",
            f'"spec" is not a variable of a ComponentType; expected {COMPONENT_TYPE}',
            id="condition-with-an-unknown-variable",
        ),
        pytest.param(
            Patch((Resource("a", template(), "parameters.x"),)),
            "resources[0].includeWhen",
            '"parameters.x" must be exactly one ${...} expression',
            id="condition-without-expression",
        ),
        pytest.param(
            Patch(image_pull_secrets=("a", "${metadata.name")),
            "imagePullSecrets[1]",
            '"${metadata.name" has a ${ without a closing }',
            id="name",
        ),
    ],
)
def test_problem(patch: Patch, path: str, message: str) -> None:
    assert _found(patch) == [Problem(path, message)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("${metadata.orgName}", None),
        ("${systemParameters.repository.url}", None),
        (
            "${metadata.namespace}",
            '"metadata.namespace" does not exist; expected componentName, orgName, projectName, workflowRunName',
        ),
        (
            "${dataplane.secretStore}",
            f'"dataplane" is not a variable of a ComponentWorkflow; expected {COMPONENT_WORKFLOW}',
        ),
    ],
)
def test_a_workflow_knows_other_variables(text: str, said: str | None) -> None:
    expected = [] if said is None else [Problem("resources[0].template.x", said)]
    assert _found(_resource(text), "ComponentWorkflow") == expected


def test_a_workflow_has_no_conditions() -> None:
    """The API server would drop it, and every preview would find the entry changed."""
    wanted = Patch((Resource("a", template("${metadata.componentName}", data=[]), "${parameters.x}"),))
    wanted.resources[0].template["metadata"].pop("namespace")
    wanted.resources[0].template["spec"].pop("secretStoreRef")
    said = Problem("resources[0].includeWhen", "does not exist in a ComponentWorkflow of OpenChoreo v0.9")
    assert (_found(wanted, "ComponentWorkflow"), _found(wanted)) == ([said], [])


def test_a_workflow_has_no_workload() -> None:
    assert _found(Patch(pulling("job", "${metadata.workflowRunName}").resources), "Workflow") == []


@pytest.mark.parametrize(
    "text",
    [
        "${metadata.name}-${metadata.environmentName}",
        "${dataplane}",
        "${parameters.a.b.c}",
        '${workload.containers.map(c, {"name": c.name}).size() > 0 ? "a" : oc_omit()}',
        "${true}",
        "${'{'}",
        '${"${x}"}',
        '${metadata.name == "}"}',
        "${'it\\'s }' + metadata.name}",
        "${metadata.labels.map(key, value, key + value).join(',')}",
        "${configurations.toVolumes()}",
        "{{ .x }} $x $$ } {",
        "",
    ],
)
def test_no_problem(text: str) -> None:
    assert _found(_resource(text)) == []
    assert _found(Patch(image_pull_secrets=(text,))) == []


def test_variables_of_a_kind_that_the_release_does_not_know_are_not_judged() -> None:
    assert _found(_resource("${whatever.it.is}"), "ClusterComponentType") == []


FAST = hypothesis_settings(deadline=None, max_examples=200)
ANY = st.text(max_size=20) | st.text(alphabet="${}.a ", max_size=12)
LITERAL = ANY.filter(lambda text: "${" not in text)
PLAIN = st.text(max_size=8).filter(lambda text: not set(text) & set("${}'\""))
PLACES = st.sampled_from(["template", "key", "condition", "name"])


def _at(place: str, text: str) -> Patch:
    if place == "condition":
        return Patch((Resource("a", template(), text),))
    if place == "name":
        return Patch(image_pull_secrets=(text,))
    return _resource({text: 1} if place == "key" else [text])


def _messages(place: str, text: str, kind: str = "ComponentType") -> list[str]:
    found = [problem.message for problem in _found(_at(place, text), kind)]
    return [message for message in found if not message.endswith("must be exactly one ${...} expression")]


@given(ANY, PLACES, st.sampled_from(["ComponentType", "ComponentWorkflow", "ClusterWorkflow"]))
@FAST
def test_any_text_has_problems_that_can_be_shown(text: str, place: str, kind: str) -> None:
    assert all(str(problem).isprintable() for problem in _found(_at(place, text), kind))


@given(LITERAL, PLACES)
@FAST
def test_text_without_expressions_is_never_a_problem(text: str, place: str) -> None:
    assert _messages(place, text) == []


@given(LITERAL, st.text(max_size=8).filter(lambda text: "}" not in text and "${" not in text), PLACES)
@FAST
def test_what_is_never_closed_is_always_found(before: str, inside: str, place: str) -> None:
    (message,) = _messages(place, f"{before}${{{inside}")
    assert message.endswith(" has a ${ without a closing }")


@given(LITERAL, PLAIN, PLAIN, PLAIN, LITERAL, PLACES)
@FAST
def test_what_is_nested_is_always_found(before: str, a: str, b: str, c: str, after: str, place: str) -> None:
    (message,) = _messages(place, f"{before}${{{a}${{{b}}}{c}}}{after}")
    assert message.endswith(" has an expression inside an expression")


def test_templates_hold_more_than_text() -> None:
    rest: Manifest = {"a": 1, "b": None, "c": True, "d": 1.5, "e": [[], {}]}
    assert _found(_resource(rest)) == []
