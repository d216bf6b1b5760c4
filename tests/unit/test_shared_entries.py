"""Entries of an object that many namespaces share render for each of them what an entry of its own would."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from components.errors import PatchError
from components.manifests import STACK_ANNOTATION, Manifest
from components.openchoreo.template_engine import becomes_list
from components.patches.model import Patch, Resource
from components.patches.namespaces import read_namespaces
from components.patches.patch import apply_patch
from components.patches.record import Identity
from components.patches.shared_entries import share_entries
from components.patches.written_code import MAX_CODE
from local.proof.cel import EvaluationError, evaluate, render
from tests.unit.deferrable import Later

VARIABLE = "metadata.componentNamespace"
IDENTIFIER = "registry-pull-secret"
FAST = hypothesis_settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
ACME = '${metadata.componentNamespace in ["acme"]}'
BOTH = '${metadata.componentNamespace in ["acme", "globex"]}'


def secret(namespace: str, key: str | None = None, **spec: Any) -> Manifest:
    """The template that a namespace would have alone."""
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {
            "name": "${metadata.name}-pull",
            "namespace": "${metadata.namespace}",
            "labels": {"organization": namespace},
        },
        "spec": {
            "refreshInterval": "1h0m0s",
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": f"org-{namespace}"},
            "data": [{"secretKey": "a", "remoteRef": {"key": key or f"{namespace}/pull"}}],
            **spec,
        },
    }


def share(*templates: tuple[str, Manifest], **options: str) -> tuple[Resource, ...]:
    return share_entries(dict(templates), variable=VARIABLE, identifier=IDENTIFIER, **options)


def variables(namespace: str) -> dict[str, Any]:
    return {"metadata": {"componentNamespace": namespace, "name": "api", "namespace": "dp-x"}, "parameters": {}}


def list_rendered(entries: tuple[Resource, ...], namespace: str) -> list[Any]:
    """What OpenChoreo renders for a component in a namespace."""
    context = variables(namespace)
    included = [entry for entry in entries if entry.include_when is None or render(entry.include_when, context)]
    return [render(entry.template, context) for entry in included]


def test_the_namespace_is_an_expression() -> None:
    (entry,) = share(("globex", secret("globex")), ("acme", secret("acme")))
    assert entry.include_when == BOTH
    assert entry.template == secret("${metadata.componentNamespace}")


def test_other_texts_come_from_a_map() -> None:
    (entry,) = share(("acme", secret("acme", "pull")), ("globex", secret("globex", 'a"b')))
    key = '${{"acme": "pull", "globex": "a\\"b"}[metadata.componentNamespace]}'
    assert entry.template == secret("${metadata.componentNamespace}", key)
    assert list_rendered((entry,), "globex") == [render(secret("globex", 'a"b'), variables("globex"))]


@pytest.mark.parametrize(("before", "after"), [(" ", ""), ("", "\n"), ("[", "]"), (" [", "]")])
def test_texts_that_openchoreo_would_read_in_another_way(before: str, after: str) -> None:
    """Space around a single expression, and what looks like a JSON array with an expression in it."""
    keys = {name: f"{before}{name}{after}" for name in ("acme", "globex")}
    (entry,) = share(*((name, secret(name, key)) for name, key in keys.items()))
    assert not becomes_list(entry.template["spec"]["data"][0]["remoteRef"]["key"])
    for name, key in keys.items():
        (rendered,) = list_rendered((entry,), name)
        assert rendered["spec"]["data"][0]["remoteRef"]["key"] == key


def test_a_single_namespace_has_its_own_texts() -> None:
    (entry,) = share(("acme", secret("acme")))
    assert (entry.template, entry.include_when) == (secret("acme"), ACME)
    assert share() == ()


def test_outputs_have_entries_of_their_own() -> None:
    """Nobody can compare or quote a text that is known later."""
    key = Later("acme-4f3a")
    output = secret("acme")
    output["spec"]["data"][0]["remoteRef"]["key"] = key
    entries = share(("acme", output), ("globex", secret("globex")), ("initech", secret("initech")))
    assert len(entries) == 2
    (entry,) = (entry for entry in entries if entry.include_when == ACME)
    assert entry.template["spec"]["data"][0]["remoteRef"]["key"] is key
    assert entry.id == share(("acme", output))[0].id


def test_unless() -> None:
    (entry,) = share(("acme", secret("acme")), unless="parameters.own")
    assert entry.include_when == '${metadata.componentNamespace in ["acme"] && !(parameters.own)}'


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(secret("globex", refreshPolicy="OnChange"), id="field"),
        pytest.param(secret("globex", data=[]), id="length of a list"),
        pytest.param({**secret("globex"), "apiVersion": "external-secrets.io/v1beta1"}, id="version"),
        pytest.param(secret("globex", "${metadata.componentName}"), id="expression"),
        pytest.param(secret("globex", "[1]"), id="text that OpenChoreo renders as a list"),
        pytest.param(secret("globex", retries=1), id="number"),
    ],
)
def test_another_shape_has_an_entry_of_its_own(other: Manifest) -> None:
    """Its id stays, whatever the others do."""
    entries = share(("acme", secret("acme")), ("globex", other), ("initech", secret("initech")))
    alone = share(("globex", other))
    assert len(entries) == 2
    assert alone[0] in entries
    assert {entry.id for entry in entries} == {alone[0].id, share(("acme", secret("acme")))[0].id}


def test_stacks_have_ids_of_their_own() -> None:
    template = ("acme", secret("acme"))
    ids = [share(template, stack=stack)[0].id for stack in ("a", "b", "a")]
    assert ids[0] == ids[2] != ids[1]
    assert all(identifier.startswith(f"{IDENTIFIER}-") for identifier in ids)


def test_long_expressions_are_split() -> None:
    templates = {f"n{number:03}": secret(f"n{number:03}", f"{number}-{'k' * 253}") for number in range(800)}
    entries = share(*templates.items())
    ids = [entry.id for entry in entries]
    assert ids == [ids[0], *(f"{ids[0]}-{number}" for number in (2, 3, 4))]
    assert all(len(entry.include_when or "") < MAX_CODE for entry in entries)
    for namespace in ("n000", "n399", "n799"):
        assert list_rendered(entries, namespace) == [render(templates[namespace], variables(namespace))]


def test_a_condition_that_is_too_long() -> None:
    with pytest.raises(PatchError) as caught:
        share(("acme", secret("acme")), unless="a" * MAX_CODE)
    assert str(caught.value) == (
        'the condition or a text of the resource "registry-pull-secret" becomes an expression of 100,046 characters; '
        "expected at most 100,000, so use fewer or shorter names"
    )


@pytest.mark.parametrize(
    ("before", "after", "kind", "text"),
    [
        ("", "acme", "add", "adds the resource {} for acme"),
        ("acme", "acme globex", "update", "replaces the resource {} for globex too"),
        ("acme globex", "globex", "update", "replaces the resource {} no longer for acme"),
        ("acme", "", "delete", "removes the resource {} for acme"),
        ("", "n1 n2 n3 n4 n5 n6", "add", "adds the resource {} for n1, n2, n3, n4, n5 and 1 more"),
    ],
)
def test_previews_name_the_namespaces(before: str, after: str, kind: str, text: str) -> None:
    target = {"kind": "ClusterComponentType", "metadata": {"name": "service"}, "spec": {"workloadType": "proxy"}}
    old, new = (Patch(share(*((name, secret(name)) for name in names.split()))) for names in (before, after))
    done = apply_patch(target, old)
    changes = apply_patch(done.object, new, done.added).changes
    identifier = (*old.resources, *new.resources)[0].id
    resource = f'"{identifier}" (ExternalSecret "${{metadata.name}}-pull")'
    assert [(change.kind, change.text) for change in changes] == [(kind, text.format(resource))]


@pytest.mark.parametrize(
    ("template", "signed"),
    [
        pytest.param(secret("acme"), "another stack", id="stack without a name"),
        pytest.param(
            {**secret("acme"), "metadata": {**secret("acme")["metadata"], "annotations": {STACK_ANNOTATION: "a/b/c"}}},
            "the stack a/b/c",
            id="stack with a name",
        ),
    ],
)
def test_an_organization_of_two_stacks(template: Manifest, signed: str) -> None:
    """Both entries would create the same ExternalSecret. Another Secret of the same organization is no problem."""
    target = {"kind": "ClusterComponentType", "metadata": {"name": "service"}, "spec": {"workloadType": "proxy"}}
    first = share(("acme", template), ("globex", template), stack="a/b/c")
    one = apply_patch(target, Patch(first), identity=Identity("a/b/c", "pull")).object
    prod = Identity("a/b/d", "pull")
    with pytest.raises(PatchError) as caught:
        apply_patch(one, Patch(share(("acme", secret("acme")), stack=prod.stack)), identity=prod)
    name = '"${metadata.name}-pull"'
    assert str(caught.value) == (
        f"ClusterComponentType service: {signed} creates the ExternalSecret {name} for acme already, "
        "so the stack a/b/d cannot; remove the organization from one of the stacks"
    )
    other = {**secret("acme"), "metadata": {"name": "other"}}
    both = apply_patch(one, Patch(share(("acme", other), stack=prod.stack)), identity=prod).object
    assert len(both["spec"]["resources"]) == 2


@pytest.mark.parametrize(
    "condition",
    [None, "", "${parameters.private}", "${a in b}", '${a in ["b", c]}', "${a in [1]}", "${a in [", "x ${a in []}"],
)
def test_conditions_of_another_form(condition: str | None) -> None:
    assert read_namespaces(condition) == frozenset()


GO = "{{- $config := fromJson .registry_0 -}}" * 20 + '{{- $user := "%s" -}}{{ fail "a \\" in %s" }}'


def go(user: str, server: str = "quay.io") -> Manifest:
    return secret("acme", "key", target={"template": {"data": {"config": GO % (user, server)}}})


def test_a_go_template_is_written_once() -> None:
    (entry,) = share(("acme", go("robot-1")), ("globex", go("of-globex")), ("initech", go("robot-3")))
    choice = '${{"acme": "robot-1", "globex": "of-globex", "initech": "robot-3"}[metadata.componentNamespace]}'
    assert entry.template["spec"]["target"]["template"]["data"]["config"] == GO % (choice, "quay.io")
    (rendered,) = list_rendered((entry,), "globex")
    assert rendered["spec"]["target"]["template"]["data"]["config"] == GO % ("of-globex", "quay.io")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(go('a "quotation"'), id="another number of literals"),
        pytest.param(secret("acme", "key", target={"template": {"data": {"config": "{{ .password }}"}}}), id="code"),
        pytest.param(go("robot-1", "x" * 4_000), id="a literal that is longer than the code"),
    ],
)
def test_other_go_templates_come_from_a_map(other: Manifest) -> None:
    templates = {"acme": go("robot-1"), "globex": other}
    entries = share(*templates.items())
    for name, template in templates.items():
        assert list_rendered(entries, name) == [render(template, variables(name))]


TEXTS = st.text(max_size=8).filter(lambda text: "${" not in text) | st.sampled_from(
    ["", "acme", "a", "[1]", '"', "\\", "'}", "{{ .a }}", "🔑", "$", "}", "${metadata.name}-x"]
)
NAMES = st.sampled_from(["a", "acme", "o", "org", "org-a", "r", "globex", "x-1"])


@st.composite
def templates_of_namespaces(draw: st.DrawFn) -> dict[str, Manifest]:
    """Templates in which texts contain the namespace or not, sometimes with another shape."""
    prefix, suffix = draw(TEXTS), draw(TEXTS)
    templates = {}
    for namespace in draw(st.sets(NAMES)):
        text = st.just(f"{prefix}{namespace}{suffix}") | st.just(f"{namespace}{prefix}{namespace}") | TEXTS
        shapes: list[Manifest] = [{}, {}, {"refreshPolicy": "OnChange"}, {"retries": 1}, {"data": []}]
        optional = draw(st.sampled_from(shapes))
        interval = draw(st.sampled_from(["1h", "5m"]))
        templates[namespace] = secret(namespace, draw(text) or "k", refreshInterval=interval, **optional)
        templates[namespace]["metadata"]["labels"]["text"] = draw(text)
    return templates


@given(templates_of_namespaces())
@FAST
def test_every_namespace_has_what_it_would_have_alone(templates: dict[str, Manifest]) -> None:
    entries = share(*templates.items())
    for namespace, template in templates.items():
        assert list_rendered(entries, namespace) == [render(template, variables(namespace))]
    assert list_rendered(entries, "foreign") == []
    assert len({entry.id for entry in entries}) == len(entries) <= len(templates)


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("1 in [1, 2] && !false || true", True),
        ('{"a": "b"}["a"] + string(1)', "b1"),
        ("true ? 'a' : b", "a"),
        ("false ? a : c.d", 3),
        ("has(c.x) || has(c.d) && c.d != 4", True),
        ("(c.d == 3) ? (true ? 1 : 2) : 4", 1),
        ("[]", []),
    ],
)
def test_the_evaluator(code: str, result: Any) -> None:
    assert evaluate(code, {"c": {"d": 3}}) == result


@pytest.mark.parametrize("code", ["b", '{"a": 1}["b"]', "c.x"])
def test_what_has_no_value(code: str) -> None:
    with pytest.raises(EvaluationError):
        evaluate(code, {"c": {"d": 3}})
