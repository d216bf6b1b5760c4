"""The pull secret in a ComponentType: every workload shape, and edits that are taken back exactly."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, strategies as st

from components.errors import PatchError
from components.patches import Added, PullSecret, patch, unpatch

NAME = "${metadata.name}-registry-pull-secret"
TEMPLATE = {
    "apiVersion": "external-secrets.io/v1",
    "kind": "ExternalSecret",
    "metadata": {"name": NAME, "namespace": "${metadata.namespace}"},
    "spec": {"secretStoreRef": {"kind": "ClusterSecretStore", "name": "${dataplane.secretStore}"}},
}
OURS = PullSecret(NAME, TEMPLATE)
ENTRY = {"id": "registry-pull-secret", "template": TEMPLATE}
REFERENCE = {"name": NAME}
SHIPPED = Path(__file__).resolve().parents[3] / "shared" / "samples" / "openchoreo-v0.9.0-componenttype-service.yaml"


def component_type(kind: str, template: dict[str, Any], *more: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "openchoreo.dev/v1alpha1",
        "kind": "ComponentType",
        "metadata": {"name": "service", "namespace": "acme"},
        "spec": {"workloadType": kind, "resources": [{"id": kind, "template": template}, *more]},
    }


def pods(spec: dict[str, Any]) -> dict[str, Any]:
    return {"spec": {"template": {"spec": spec}}}


@pytest.mark.parametrize(
    ("kind", "before", "after", "created"),
    [
        pytest.param(
            "deployment",
            pods({"containers": []}),
            pods({"containers": [], "imagePullSecrets": [REFERENCE]}),
            ("spec", "template", "spec", "imagePullSecrets"),
            id="deployment",
        ),
        pytest.param(
            "statefulset",
            pods({"imagePullSecrets": [{"name": "theirs"}]}),
            pods({"imagePullSecrets": [{"name": "theirs"}, REFERENCE]}),
            (),
            id="statefulset-with-another-pull-secret",
        ),
        pytest.param(
            "job",
            {"spec": {"backoffLimit": 2}},
            {"spec": {"backoffLimit": 2, "template": {"spec": {"imagePullSecrets": [REFERENCE]}}}},
            ("spec", "template"),
            id="job-without-a-pod-template",
        ),
        pytest.param(
            "cronjob",
            {"spec": {"jobTemplate": pods({"containers": []})}},
            {"spec": {"jobTemplate": pods({"containers": [], "imagePullSecrets": [REFERENCE]})}},
            ("spec", "jobTemplate", "spec", "template", "spec", "imagePullSecrets"),
            id="cronjob",
        ),
        pytest.param(
            "deployment", pods({"imagePullSecrets": []}), pods({"imagePullSecrets": [REFERENCE]}), (), id="[]"
        ),
    ],
)
def test_every_workload(kind: str, before: dict[str, Any], after: dict[str, Any], created: tuple[str, ...]) -> None:
    original = component_type(kind, before, {"id": "service", "template": {"kind": "Service"}})

    patched, added = patch(original, OURS)

    assert patched == component_type(kind, after, {"id": "service", "template": {"kind": "Service"}}, ENTRY)
    assert added == Added(entry=True, reference=True, created=created)
    assert unpatch(patched, OURS, added) == original
    assert original == component_type(kind, before, {"id": "service", "template": {"kind": "Service"}})


def test_what_is_there_already_stays_on_the_way_out() -> None:
    by_hand = component_type(
        "deployment", pods({"imagePullSecrets": [REFERENCE]}), ENTRY | {"targetPlane": "dataplane"}
    )
    assert patch(by_hand, OURS) == (by_hand, Added(entry=False, reference=False))
    assert unpatch(by_hand, OURS, Added(entry=False, reference=False)) == by_hand


def test_without_an_object_only_the_workload_changes() -> None:
    manual = PullSecret("registry-pull-secret")
    patched, added = patch(component_type("deployment", pods({})), manual)
    assert patched == component_type("deployment", pods({"imagePullSecrets": [{"name": "registry-pull-secret"}]}))
    assert added == Added(entry=False, reference=True, created=("spec", "template", "spec", "imagePullSecrets"))


def test_two_pull_secrets_come_out_in_either_order() -> None:
    other = PullSecret("other", TEMPLATE, id="other-pull-secret")
    original = component_type("deployment", pods({}))
    one, added_one = patch(original, OURS)
    both, added_other = patch(one, other)
    assert unpatch(unpatch(both, other, added_other), OURS, added_one) == original
    rest = unpatch(unpatch(both, OURS, added_one), other, added_other)
    assert rest == component_type("deployment", pods({"imagePullSecrets": []}))


def test_what_others_changed_meanwhile_stays() -> None:
    patched, added = patch(component_type("deployment", {}), OURS)
    patched["spec"]["resources"][0]["template"]["spec"]["template"]["metadata"] = {"labels": {"theirs": "x"}}
    patched["spec"]["resources"].insert(0, {"id": "config", "template": {"kind": "ConfigMap"}})

    taken_out = unpatch(patched, OURS, added)

    kept = component_type("deployment", {"spec": {"template": {"metadata": {"labels": {"theirs": "x"}}}}})
    kept["spec"]["resources"].insert(0, {"id": "config", "template": {"kind": "ConfigMap"}})
    assert taken_out == kept


@pytest.mark.parametrize(
    ("original", "pull_secret", "problem"),
    [
        pytest.param(
            component_type("proxy", {}),
            OURS,
            "a proxy has no pods of its own; allowed are cronjob, deployment, job, statefulset",
            id="proxy",
        ),
        pytest.param(
            component_type("deployment", {"spec": {"template": "${parameters.pod}"}}),
            OURS,
            "spec.template is the expression '${parameters.pod}'; it must be a mapping to be edited",
            id="expression-on-the-way",
        ),
        pytest.param(
            component_type("deployment", pods({"imagePullSecrets": "${parameters.secrets}"})),
            OURS,
            "imagePullSecrets is the expression '${parameters.secrets}'; add the pull secret where it is computed",
            id="list-is-an-expression",
        ),
        pytest.param(
            component_type("deployment", {}, {"id": "registry-pull-secret", "template": {"kind": "ConfigMap"}}),
            OURS,
            'the id "registry-pull-secret" is taken by another resource; choose another id',
            id="id-is-taken",
        ),
        pytest.param(
            component_type("deployment", {}),
            PullSecret(NAME, TEMPLATE, id="job"),
            '"job" is a workload type and cannot be the id of a pull secret',
            id="id-of-a-workload",
        ),
        pytest.param(
            {**component_type("deployment", {}), "spec": {"workloadType": "job", "resources": []}},
            OURS,
            'no resource has the id "job", which its workloadType asks for',
            id="no-primary-resource",
        ),
    ],
)
def test_what_cannot_be_done(original: dict[str, Any], pull_secret: PullSecret, problem: str) -> None:
    before = copy.deepcopy(original)
    with pytest.raises(PatchError) as caught:
        patch(original, pull_secret)
    assert str(caught.value) == f"ComponentType acme/service: {problem}"
    assert original == before


def test_a_changed_entry_is_not_thrown_away() -> None:
    patched, added = patch(component_type("deployment", {}), OURS)
    patched["spec"]["resources"][1]["includeWhen"] = "${parameters.private}"
    with pytest.raises(PatchError, match='the resource "registry-pull-secret" was changed since it was added'):
        unpatch(patched, OURS, added)


def test_the_shipped_service_type() -> None:
    if not SHIPPED.is_file():
        pytest.skip("the ComponentType that OpenChoreo v0.9.0 ships is not beside this checkout")
    original = yaml.safe_load(SHIPPED.read_text())
    patched, added = patch(original, OURS)
    assert patched["spec"]["resources"] == [patched["spec"]["resources"][0], *original["spec"]["resources"][1:], ENTRY]
    assert unpatch(patched, OURS, added) == original


SCALARS = st.one_of(st.text(max_size=5), st.integers(), st.booleans(), st.none())
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))
REFERENCES = st.lists(st.fixed_dictionaries({"name": st.sampled_from(["a", "b", NAME])}), max_size=3, unique_by=str)
POD = st.dictionaries(st.sampled_from(["containers", "volumes"]), JSON, max_size=2)
POD_SPEC = st.builds(
    lambda pod, more: pod | more, POD, st.fixed_dictionaries({}, optional={"imagePullSecrets": REFERENCES})
)
OTHERS = st.lists(st.fixed_dictionaries({"id": st.sampled_from(["service", "config"]), "template": JSON}), max_size=2)


@st.composite
def component_types(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(["deployment", "statefulset", "job", "cronjob"]))
    inner: dict[str, Any] = draw(POD_SPEC)
    path = ("spec", "jobTemplate", "spec", "template", "spec") if kind == "cronjob" else ("spec", "template", "spec")
    for step in reversed(path):
        inner = draw(st.sampled_from([{step: inner}, {step: inner}, {}]))
    return component_type(kind, inner, *draw(OTHERS))


@given(component_types())
def test_patching_twice_is_patching_once_and_unpatching_is_exact(original: dict[str, Any]) -> None:
    patched, added = patch(original, OURS)

    assert patch(patched, OURS) == (patched, Added(entry=False, reference=False))
    assert unpatch(patched, OURS, added) == original
    others = [each for each in original["spec"]["resources"] if each["id"] != original["spec"]["workloadType"]]
    assert patched["spec"]["resources"][1:-1] == others
