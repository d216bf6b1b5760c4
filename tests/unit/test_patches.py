"""Pull secrets in every shape of a ComponentType, and resources in a ComponentWorkflow: added, and removed exactly."""

from __future__ import annotations

import copy
import json

import pytest

from components.manifests import Manifest
from components.patches.model import Added, Patch, Patched, Resource
from components.patches.patch import NOTHING, apply_patch, describe, remove_patch
from tests.unit.objects import (
    ID,
    NAME,
    REFERENCE,
    STACK,
    adds,
    component_type,
    entry,
    name_change,
    pods,
    pulling,
    resource_change,
    shipped,
    template,
)

SERVICE = {"id": "service", "template": {"kind": "Service"}}
POD_SPEC = ("spec", "template", "spec")
THEIRS = {"name": "theirs"}
OTHER = pulling("other", "other-pull-secret")


@pytest.mark.parametrize(
    ("kind", "before", "after", "kept"),
    [
        pytest.param(
            "deployment",
            pods({"containers": []}),
            pods({"containers": [], "imagePullSecrets": [REFERENCE]}),
            POD_SPEC,
            id="deployment",
        ),
        pytest.param(
            "statefulset",
            pods({"imagePullSecrets": [THEIRS, {"name": "more"}]}),
            pods({"imagePullSecrets": [THEIRS, {"name": "more"}, REFERENCE]}),
            (),
            id="statefulset-with-other-pull-secrets",
        ),
        pytest.param(
            "job",
            {"spec": {"backoffLimit": 2}},
            {"spec": {"backoffLimit": 2, **pods({"imagePullSecrets": [REFERENCE]})["spec"]}},
            ("spec",),
            id="job-without-a-pod-template",
        ),
        pytest.param("job", {}, pods({"imagePullSecrets": [REFERENCE]}), (), id="job-without-anything"),
        pytest.param(
            "job", pods({}), pods({"imagePullSecrets": [REFERENCE]}), POD_SPEC, id="job-with-an-empty-pod-spec"
        ),
        pytest.param(
            "cronjob",
            {"spec": {"jobTemplate": pods({"containers": []})}},
            {"spec": {"jobTemplate": pods({"containers": [], "imagePullSecrets": [REFERENCE]})}},
            ("spec", "jobTemplate", *POD_SPEC),
            id="cronjob",
        ),
        pytest.param(
            "deployment",
            pods({"imagePullSecrets": []}),
            pods({"imagePullSecrets": [REFERENCE]}),
            (*POD_SPEC, "imagePullSecrets"),
            id="empty-list-stays",
        ),
    ],
)
def test_every_workload(kind: str, before: Manifest, after: Manifest, kept: tuple[str, ...]) -> None:
    original = component_type(kind, before, SERVICE)
    untouched = copy.deepcopy(original)

    done = apply_patch(original, pulling())

    added = Added((entry(),), (NAME,), None, {"resources": ("spec",), "imagePullSecrets": kept})
    assert done == Patched(component_type(kind, after, SERVICE, entry()), added, adds(kind))
    assert apply_patch(done.object, pulling(), added) == Patched(done.object, added, ())
    assert remove_patch(done.object, added) == original == untouched


def test_a_fixed_name_needs_no_resource() -> None:
    original = component_type("deployment", pods({}))
    done = apply_patch(original, Patch(image_pull_secrets=("registry-pull-secret",)))
    assert done.object == component_type("deployment", pods({"imagePullSecrets": [{"name": "registry-pull-secret"}]}))
    assert done.changes == (adds(name="registry-pull-secret")[1],)
    assert remove_patch(done.object, done.added) == original


def test_a_condition_is_part_of_the_entry() -> None:
    wanted = Patch((Resource(ID, template(), "${parameters.private}"),))
    original = component_type("deployment", {})
    original["spec"]["schema"] = {"parameters": {"private": "boolean | default=false"}}
    done = apply_patch(original, wanted)
    assert done.object["spec"]["resources"][1] == {
        "id": ID,
        "includeWhen": "${parameters.private}",
        "template": template(),
    }


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({"runTemplate": {"kind": "Workflow"}}, id="no-resources"),
        pytest.param({"resources": []}, id="an-empty-list"),
        pytest.param({"resources": [SERVICE]}, id="resources-of-others"),
        pytest.param({}, id="nothing"),
    ],
)
def test_component_workflow(spec: Manifest) -> None:
    original = {"kind": "ComponentWorkflow", "metadata": {"name": "docker", "namespace": "acme"}, "spec": spec}
    done = apply_patch(original, Patch(pulling().resources))
    assert done.object == {**original, "spec": {**spec, "resources": [*spec.get("resources", []), entry()]}}
    assert done.changes == adds()[:1]
    assert remove_patch(done.object, done.added) == original


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(
    "primary",
    [
        pytest.param({}, id="no-spec"),
        pytest.param({"spec": {"replicas": 1}}, id="no-pod-template"),
        pytest.param(pods({"containers": []}), id="no-pull-secrets"),
        pytest.param(pods({"imagePullSecrets": [THEIRS]}), id="others"),
    ],
)
def test_two_pull_secrets_come_out_in_either_order(order: tuple[int, int], primary: Manifest) -> None:
    original = component_type("deployment", primary)
    one = apply_patch(original, pulling())
    both = apply_patch(one.object, OTHER)
    assert both.object["spec"]["resources"][1:] == [entry(), entry("other", "other-pull-secret")]

    records = (one.added, both.added)
    left = remove_patch(both.object, records[order[0]])
    assert left == apply_patch(original, (OTHER, pulling())[order[0]]).object
    assert remove_patch(left, records[order[1]]) == original


def test_an_update_keeps_the_position() -> None:
    one = apply_patch(component_type("deployment", pods({"containers": []})), pulling())
    one.object["spec"]["resources"].append(SERVICE)
    done = apply_patch(one.object, pulling(refreshInterval="5m0s"), one.added)
    assert done.object["spec"]["resources"][1:] == [entry(refreshInterval="5m0s"), SERVICE]
    assert done.changes == (resource_change("update", f'replaces the resource "{ID}" (ExternalSecret "{NAME}")'),)
    assert done.added == Added((entry(refreshInterval="5m0s"),), (NAME,), None, one.added.kept)


def test_a_secret_is_renamed() -> None:
    original = component_type("deployment", pods({"containers": []}))
    one = apply_patch(original, pulling())
    done = apply_patch(one.object, pulling(name="b"), one.added)
    assert done.object == apply_patch(original, pulling(name="b")).object
    assert done.changes == (
        resource_change("update", f'replaces the resource "{ID}" (ExternalSecret "b")'),
        name_change("delete", f'removes "{NAME}" from the imagePullSecrets of its deployment'),
        adds(name="b")[1],
    )
    assert done.added == Added((entry(name="b"),), ("b",), None, one.added.kept)
    assert remove_patch(done.object, done.added) == original


def test_one_of_two_is_not_wanted_any_more() -> None:
    original = component_type("deployment", {})
    both = Patch((*pulling().resources, *OTHER.resources), (NAME, "other-pull-secret"))
    one = apply_patch(original, both)
    done = apply_patch(one.object, OTHER, one.added)
    assert done.object == apply_patch(original, OTHER).object
    assert done.changes == (
        resource_change("delete", f'removes the resource "{ID}" (ExternalSecret "{NAME}")'),
        name_change("delete", f'removes "{NAME}" from the imagePullSecrets of its deployment'),
    )
    assert remove_patch(done.object, done.added) == original


def test_nothing_is_wanted_any_more() -> None:
    original = component_type("job", {}, SERVICE)
    one = apply_patch(original, pulling())
    done = apply_patch(one.object, Patch(), one.added)
    assert (done.object, [change.kind for change in done.changes]) == (original, ["delete", "delete"])
    assert (done.added.resources, done.added.image_pull_secrets) == ((), ())
    assert apply_patch(original, Patch()).changes == ()


def test_a_recreated_object_is_measured_again() -> None:
    """A chart that deletes and recreates the ComponentType may create it with other surrounding containers."""
    one = apply_patch(component_type("deployment", {}), pulling())
    recreated = component_type("deployment", pods({"containers": []}))
    done = apply_patch(recreated, pulling(), one.added)
    assert done.added.kept == {"resources": ("spec",), "imagePullSecrets": POD_SPEC}
    assert done.changes == adds()
    assert remove_patch(done.object, done.added) == recreated


def test_a_record_survives_the_state() -> None:
    added = apply_patch(component_type("deployment", {}), pulling()).added
    assert Added.from_plain(json.loads(json.dumps(added.plain()))) == added
    assert Added.from_plain(NOTHING.plain()) == NOTHING
    every_field = Added((entry(),), (NAME,), "default", {"secretStoreRef": ("spec",)})
    plain = every_field.plain()
    assert Added.from_plain(plain) == every_field
    assert plain == {
        "resources": [entry()],
        "imagePullSecrets": [NAME],
        "secretStoreRef": "default",
        "kept": {"secretStoreRef": ["spec"]},
    }


def test_names_in_messages() -> None:
    assert describe(component_type("job", {})) == "ComponentType acme/service"
    assert describe({"kind": "ClusterComponentType", "metadata": {"name": "service"}}) == "ClusterComponentType service"
    assert describe({}) == "object (no name)"


def test_the_shipped_service_type() -> None:
    original = shipped("componenttype-service")
    done = apply_patch(original, pulling(stack=STACK))
    expected = copy.deepcopy(original)
    expected["spec"]["resources"][0]["template"]["spec"]["template"]["spec"]["imagePullSecrets"] = [REFERENCE]
    expected["spec"]["resources"].append(entry(stack=STACK))
    assert done.object == expected
    assert remove_patch(done.object, done.added) == original


def test_the_shipped_workflow() -> None:
    original = shipped("componentworkflow-docker")
    done = apply_patch(original, Patch(pulling().resources))
    assert done.object == {**original, "spec": {**original["spec"], "resources": [entry()]}}
    assert remove_patch(done.object, done.added) == original
