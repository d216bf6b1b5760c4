"""What cannot be patched without breaking or losing something: every message in full."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest

from components.errors import PatchError
from components.manifests import Manifest
from components.openchoreo import V0_9, Release
from components.patches.model import Patch, Resource
from components.patches.patch import apply_patch
from tests.unit.objects import ID, STACK, component_type, entry, plane, pods, pulling, template
from tests.unit.releases import on_each_release

WHERE = "ComponentType acme/service"
BARE = component_type("deployment", {})


def _expression(path: str, shape: str, text: str = "${parameters.x}") -> str:
    return f'{path} is the expression "{text}"; it must be a {shape} to be patched'


def _with(**spec: Any) -> Manifest:
    return {**BARE, "spec": {**BARE["spec"], **spec}}


@pytest.mark.parametrize(
    ("original", "wanted", "problem"),
    [
        pytest.param(
            component_type("proxy", {}),
            pulling(),
            "a proxy has no pods; expected cronjob, deployment, job, statefulset, or set pods",
            id="proxy",
        ),
        pytest.param(
            {**BARE, "spec": {"resources": []}},
            pulling(),
            "spec.workloadType is missing; expected cronjob, deployment, job, statefulset",
            id="no-workload-type",
        ),
        pytest.param(
            {**BARE, "spec": {"workloadType": "job"}},
            pulling(),
            'no resource with a template has the id "job", which its workloadType requires',
            id="no-primary-resource",
        ),
        pytest.param(
            _with(resources=[{"id": "deployment"}]),
            pulling(),
            'no resource with a template has the id "deployment", which its workloadType requires',
            id="no-template-in-the-primary-resource",
        ),
        pytest.param(
            component_type("deployment", {"spec": {"template": "${parameters.x}"}}),
            pulling(),
            _expression("spec.template", "mapping"),
            id="expression-on-the-way",
        ),
        pytest.param(
            component_type("deployment", pods({"imagePullSecrets": "${parameters.x}"})),
            pulling(),
            _expression("spec.template.spec.imagePullSecrets", "list"),
            id="expression-in-place-of-the-list",
        ),
        pytest.param(
            component_type("deployment", pods({"imagePullSecrets": {"name": "a"}})),
            pulling(),
            "spec.template.spec.imagePullSecrets is not a list; it must be a list to be patched",
            id="mapping-in-place-of-the-list",
        ),
        pytest.param(
            component_type("deployment", {"spec": {"template": [{"a": 1}]}}),
            pulling(),
            "spec.template is not a mapping; it must be a mapping to be patched",
            id="list-on-the-way",
        ),
        pytest.param(
            component_type("deployment", {"spec": 5}),
            pulling(),
            "spec is not a mapping; it must be a mapping to be patched",
            id="number-on-the-way",
        ),
        pytest.param(
            _with(resources=[None]),
            Patch(image_pull_secrets=("a",)),
            'no resource with a template has the id "deployment", which its workloadType requires',
            id="no-mapping-among-the-resources",
        ),
        pytest.param(
            _with(resources="${parameters.x}"),
            Patch(image_pull_secrets=("a",)),
            'no resource with a template has the id "deployment", which its workloadType requires',
            id="names-only-and-an-expression-in-place-of-the-resources",
        ),
        pytest.param(
            _with(resources="${parameters.x}"),
            pulling(),
            _expression("spec.resources", "list"),
            id="expression-in-place-of-the-resources",
        ),
        pytest.param(
            component_type("deployment", {}, {"id": ID, "template": {"kind": "ConfigMap"}}),
            pulling(),
            f'the resource "{ID}" exists and differs in template.apiVersion, template.kind, template.metadata, 1 more. '
            "Make both equal to adopt it, remove it, or use another id",
            id="id-is-taken",
        ),
        pytest.param(
            component_type("deployment", {}, {**entry(), "includeWhen": "${parameters.private}"}),
            pulling(),
            f'the resource "{ID}" exists and differs in includeWhen. '
            "Make both equal to adopt it, remove it, or use another id",
            id="a-condition-makes-it-another",
        ),
        pytest.param(
            component_type("deployment", {}, entry(stack="organization/other/prod")),
            pulling(stack=STACK),
            f'the resource "{ID}" belongs to the stack organization/other/prod; use another id',
            id="id-is-taken-by-another-stack",
        ),
        pytest.param(
            component_type("deployment", {}, entry(), entry()),
            pulling(),
            f'2 resources have the id "{ID}"; ids must be unique',
            id="id-is-there-twice",
        ),
        pytest.param(
            component_type("deployment", {}),
            Patch((Resource("second", {"kind": "Deployment"}),)),
            'the resource "second" is a second Deployment; a deployment has exactly one',
            id="second-workload",
        ),
        pytest.param(
            _with(schema={"parameters": {"port": "integer", "exposed": "boolean"}}),
            Patch((Resource("a", template(), "${parameters.nope == 1}"),)),
            'the resource "a" refers to "parameters.nope", which its schema lacks; add it to spec.schema.parameters, '
            "or use one of: exposed, port",
            id="parameter-that-the-schema-lacks",
        ),
        pytest.param(
            BARE,
            Patch(image_pull_secrets=("a", "x-${envOverrides.name}")),
            'imagePullSecrets refers to "envOverrides.name", which its schema lacks; '
            "add it to spec.schema.envOverrides",
            id="parameter-without-a-schema",
        ),
        pytest.param(BARE, Patch(secret_store_ref="default"), "a ComponentType has no secretStoreRef", id="no-store"),
    ],
)
def test_what_cannot_be_done(original: Manifest, wanted: Patch, problem: str) -> None:
    before = copy.deepcopy(original)
    with pytest.raises(PatchError) as caught:
        apply_patch(original, wanted)
    assert str(caught.value) == f"{WHERE}: {problem}"
    assert original == before


@on_each_release
def test_a_workload_of_another_type(release: Release) -> None:
    """Webhooks of v1.x refuse it; those of v0.9 count only resources of the type's own kind."""
    patch = Patch((Resource("second", {**template(), "kind": "StatefulSet"}),))
    if release is V0_9:
        assert [added["id"] for added in apply_patch(BARE, patch, release=release).added.resources] == ["second"]
        return
    problem = 'the resource "second" is a StatefulSet; a deployment has no other workloads'
    with pytest.raises(PatchError, match=f"^{re.escape(f'{WHERE}: {problem}')}$"):
        apply_patch(BARE, patch, release=release)


@pytest.mark.parametrize(
    ("target", "wanted", "problem"),
    [
        pytest.param(
            {"kind": "Trait", "metadata": {"name": "a", "namespace": "acme"}},
            pulling(),
            "Trait acme/a: this kind cannot be patched; expected BuildPlane, ClusterComponentType, ClusterWorkflow, "
            "ComponentType, ComponentWorkflow, DataPlane, Workflow",
            id="another-kind",
        ),
        pytest.param({}, pulling(), "object (no name): this kind cannot be patched; expected ", id="no-kind"),
        pytest.param(
            {"kind": "ComponentWorkflow", "metadata": {"name": "docker", "namespace": "acme"}, "spec": {}},
            pulling(),
            "ComponentWorkflow acme/docker: a ComponentWorkflow has no imagePullSecrets",
            id="no-pods",
        ),
        pytest.param(plane(), pulling(), "DataPlane acme/default: a DataPlane has no resources", id="no-resources"),
    ],
)
def test_what_a_kind_lacks(target: Manifest, wanted: Patch, problem: str) -> None:
    with pytest.raises(PatchError) as caught:
        apply_patch(target, wanted)
    assert str(caught.value).startswith(problem)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        pytest.param({"schema": {"parameters": {"a": {"b": "string"}}}}, "${parameters.a.c}", id="deep"),
        pytest.param({"schema": {"parameters": "${x}"}}, "${parameters.a}", id="schema-of-an-unknown-shape"),
        pytest.param({}, "${parameters}", id="all-parameters"),
        pytest.param({}, "${has(metadata.labels.a)}", id="another-variable"),
        pytest.param({}, "${parameters.a", id="no-expression"),
    ],
)
def test_references_that_the_schema_allows(spec: Manifest, text: str) -> None:
    wanted = Patch((Resource("a", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": text}}),))
    assert apply_patch(_with(**spec), wanted).added.resources == (wanted.resources[0].entry(),)
