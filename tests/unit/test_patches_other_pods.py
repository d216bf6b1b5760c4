"""Pods of resources that are not the primary workload: added at the path that the user names, and undone exactly."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from components.errors import PatchError, SettingsError
from components.manifests import Manifest
from components.openchoreo import V0_9, V1
from components.patches.model import Added, AddedPods, Change, Patch, PodPath
from components.patches.patch import apply_patch, remove_patch
from components.patches.record import Identity
from components.plan.organization import OrganizationPlan
from components.plan.patches import with_pull_secret
from components.settings.parsing import parse
from tests.unit.releases import in_words
from tests.unit.samples import AT_ACME, Raw, assert_rejected, on_every_plane, raw, rejection, settings

NAME = "${metadata.name}-registry-pull-secret"
REFERENCES = [{"name": NAME}]
CONTAINERS = [{"name": "main", "image": "${workload.container.image}"}]
SANDBOX = PodPath("sandbox-template", "spec.podTemplate.spec")
KNATIVE = PodPath("service", "spec.template.spec")
MINE, THEIRS = (Identity(f"organization/project/{name}", "acme") for name in ("mine", "theirs"))
ADDS = Change(
    f'imagePullSecrets["{NAME}"]', "add", f'adds "{NAME}" to the imagePullSecrets of its resource "sandbox-template"'
)


def _resource(name: str, kind: str, spec: Manifest) -> Manifest:
    template = {"apiVersion": "example.com/v1", "kind": kind, "metadata": {"name": "${metadata.name}"}, "spec": spec}
    return {"id": name, "template": template}


def _sandbox(**pod: Any) -> Manifest:
    return _resource(
        "sandbox-template", "SandboxTemplate", {"podTemplate": {"spec": {"containers": CONTAINERS, **pod}}}
    )


def _knative(**pod: Any) -> Manifest:
    return _resource("service", "Service", {"template": {"spec": {"containers": CONTAINERS, **pod}}})


def _type(*resources: Manifest, workload: str = "proxy") -> Manifest:
    return {
        "apiVersion": "openchoreo.dev/v1alpha1",
        "kind": "ComponentType",
        "metadata": {"name": "ai-agent", "namespace": "acme", "uid": "1"},
        "spec": {"workloadType": workload, "resources": [*copy.deepcopy(resources)]},
    }


def _patch(*places: PodPath) -> Patch:
    return Patch(image_pull_secrets=(NAME,), pods=places)


def test_a_proxy_whose_pods_are_in_another_resource() -> None:
    live = _type(_sandbox())
    patched = apply_patch(live, _patch(SANDBOX))
    assert patched.object == _type(_sandbox(imagePullSecrets=REFERENCES))
    assert patched.changes == (ADDS,)
    (pods,) = patched.added.pods
    assert (pods.place, pods.names, pods.original.kept) == (SANDBOX, (NAME,), SANDBOX.steps)
    assert remove_patch(patched.object, patched.added) == live


def test_a_deployment_with_further_pods() -> None:
    primary = _resource("deployment", "Deployment", {"template": {"spec": {}}})
    live = _type(primary, _sandbox(), _knative(), workload="deployment")
    patched = apply_patch(live, _patch(SANDBOX, KNATIVE))
    primary["template"]["spec"]["template"]["spec"]["imagePullSecrets"] = REFERENCES
    assert patched.object == _type(
        primary, _sandbox(imagePullSecrets=REFERENCES), _knative(imagePullSecrets=REFERENCES), workload="deployment"
    )
    assert patched.added.image_pull_secrets == (NAME,)
    assert remove_patch(patched.object, patched.added) == live


@pytest.mark.parametrize("before", [[], [{"name": "theirs"}], None], ids=["empty", "of-others", "null"])
def test_what_was_there_before_is_restored(before: Any) -> None:
    live = _type(_sandbox(imagePullSecrets=before))
    patched = apply_patch(live, _patch(SANDBOX), identity=MINE)
    references = patched.object["spec"]["resources"][0]["template"]["spec"]["podTemplate"]["spec"]["imagePullSecrets"]
    assert references == [*(before or []), *REFERENCES]
    assert remove_patch(patched.object, patched.added, identity=MINE) == live


def test_a_name_that_exists_is_kept() -> None:
    live = _type(_sandbox(imagePullSecrets=REFERENCES))
    patched = apply_patch(live, _patch(SANDBOX))
    assert (patched.object, patched.added.pods) == (live, ())
    existing = f'"{NAME}" in the imagePullSecrets of its resource "sandbox-template"'
    kept = f"keeps the existing {existing}; destroy keeps it"
    assert patched.changes == (Change(f'imagePullSecrets["{NAME}"]', "keep", kept),)
    assert remove_patch(patched.object, patched.added) == live


def test_another_path_moves_the_name() -> None:
    live = _type(_sandbox(), _knative())
    first = apply_patch(live, _patch(SANDBOX))
    second = apply_patch(first.object, _patch(KNATIVE), first.added)
    assert second.object == _type(_sandbox(), _knative(imagePullSecrets=REFERENCES))
    assert [change.kind for change in second.changes] == ["delete", "add"]
    assert remove_patch(second.object, second.added) == live


def test_an_update_without_a_change() -> None:
    first = apply_patch(_type(_sandbox()), _patch(SANDBOX), identity=MINE)
    again = apply_patch(first.object, _patch(SANDBOX), first.added, identity=MINE)
    assert (again.object, again.added, again.changes) == (first.object, first.added, ())


def test_the_record_on_the_object_is_enough_for_the_removal() -> None:
    """The state is lost: the annotation says what was added, and where."""
    live = _type(_sandbox())
    patched = apply_patch(live, _patch(SANDBOX), identity=MINE)
    assert remove_patch(patched.object, Added(), identity=MINE) == live


def test_two_stacks_share_a_name_until_the_last_is_removed() -> None:
    live = _type(_sandbox())
    mine = apply_patch(live, _patch(SANDBOX), identity=MINE)
    both = apply_patch(mine.object, _patch(SANDBOX), identity=THEIRS)
    rest = remove_patch(both.object, mine.added, identity=MINE)
    assert rest["spec"] == mine.object["spec"]
    assert remove_patch(rest, both.added, identity=THEIRS) == live


def test_a_resource_that_is_gone_took_the_names_along() -> None:
    first = apply_patch(_type(_sandbox(), _knative()), _patch(SANDBOX))
    rest = _type(_knative())
    assert remove_patch(rest, first.added) == rest
    assert apply_patch(rest, Patch(pods=(), image_pull_secrets=()), first.added).object == rest


def test_the_record_is_the_same_after_it_was_stored() -> None:
    for before in (None, [], [{"name": "theirs"}]):
        added = apply_patch(_type(_sandbox(imagePullSecrets=before)), _patch(SANDBOX)).added
        assert Added.from_plain(added.plain()) == added
        assert [AddedPods.from_plain(pods.plain()) for pods in added.pods] == [*added.pods]
    assert "pods" not in Added().plain()


@pytest.mark.parametrize(
    ("live", "patch", "problem"),
    [
        pytest.param(
            _type(_sandbox(), _knative()),
            _patch(PodPath("sandbox", "spec.podTemplate.spec")),
            'no resource with a template has the id "sandbox" of pods; the ids are: sandbox-template, service',
            id="another-resource",
        ),
        pytest.param(
            _type(),
            _patch(SANDBOX),
            'no resource with a template has the id "sandbox-template" of pods; the ids are: none',
            id="no-resource",
        ),
        pytest.param(
            _type(_sandbox()),
            _patch(PodPath("sandbox-template", "spec.template.spec")),
            'the resource "sandbox-template" has no pod spec at spec.template.spec; use spec.podTemplate.spec',
            id="another-path",
        ),
        pytest.param(
            _type(_resource("sandbox-template", "SandboxTemplate", {"groups": [{"containers": []}]})),
            _patch(SANDBOX),
            'the resource "sandbox-template" has no pod spec at spec.podTemplate.spec; its template has no pod spec',
            id="no-pods",
        ),
        pytest.param(
            _type(_sandbox(imagePullSecrets="${parameters.secrets}")),
            _patch(SANDBOX),
            'spec.podTemplate.spec.imagePullSecrets is the expression "${parameters.secrets}"; it must be a list to be '
            "patched",
            id="an-expression",
        ),
        pytest.param(
            _type(_sandbox()),
            _patch(),
            "a proxy has no pods; expected cronjob, deployment, job, statefulset, or set pods",
            id="a-proxy-without-pods",
        ),
    ],
)
def test_errors_name_what_exists(live: Manifest, patch: Patch, problem: str) -> None:
    with pytest.raises(PatchError) as raised:
        apply_patch(live, patch)
    assert str(raised.value) == f"ComponentType acme/ai-agent: {problem}"


PULL: Raw = {
    "componentTypes": ["service", "ai-agent"],
    "dockerConfig": {"remoteKey": "acme-pull"},
    "pods": [{"componentType": "ai-agent", "resource": "sandbox-template", "path": "spec.podTemplate.spec"}],
}


def test_only_the_named_component_type_has_further_pods() -> None:
    plan = OrganizationPlan(settings(on_every_plane(pullSecret=PULL)).organizations[0])
    assert {patch.name: patch.patch.pods for patch in plan.patches} == {"service": (), "ai-agent": (SANDBOX,)}


def test_component_types_that_are_kept_in_git() -> None:
    organization = settings(on_every_plane(pullSecret=PULL)).organizations[0]
    patched = with_pull_secret(_type(_sandbox()), organization, release=V0_9)
    assert patched["spec"]["resources"][0] == _sandbox(imagePullSecrets=REFERENCES)


@pytest.mark.parametrize(
    ("types", "keys"),
    [
        ({"clusterComponentTypes": ["service"]}, "clusterComponentTypes"),
        ({"componentTypes": ["a"], "clusterComponentTypes": ["b"]}, "componentTypes or clusterComponentTypes"),
        ({}, "componentTypes"),
    ],
)
def test_the_lists_in_which_the_type_of_further_pods_can_be(types: Raw, keys: str) -> None:
    pull = {"dockerConfig": PULL["dockerConfig"], "pods": [{**PULL["pods"][0], "componentType": "agent"}], **types}
    message = rejection(in_words(raw(on_every_plane(pullSecret=pull)), V1))
    assert f'.pullSecret: pods[0].componentType "agent" is not one of {keys}; add it there' in message


def test_a_type_of_all_namespaces_is_not_kept_in_git() -> None:
    pull = {"clusterComponentTypes": ["service"], "dockerConfig": PULL["dockerConfig"]}
    config = in_words(raw(on_every_plane(pullSecret=pull)), V1)
    with pytest.raises(SettingsError) as caught:
        with_pull_secret(_type(_sandbox()), parse(config, source="test").organizations[0], release=V1)
    (problem,) = caught.value.problems
    assert str(problem) == (
        "organization.pullSecret.componentTypes: is missing; clusterComponentTypes are of all namespaces, so only a "
        "patch of a stack can serve them"
    )


@pytest.mark.parametrize(
    ("pods", "problem"),
    [
        (
            [{**PULL["pods"][0], "componentType": "agent"}],
            ': pods[0].componentType "agent" is not one of componentTypes; add it there',
        ),
        ([PULL["pods"][0]] * 2, ": pods[1] is the same as pods[0]; remove one of them"),
        ([], ".pods: is empty; expected at least one entry"),
        (
            [{**PULL["pods"][0], "path": "spec.groups[0].spec"}],
            (
                '.pods[0].path: "spec.groups[0].spec" is not a path of a pod spec; expected keys joined by dots, '
                "without lists, such as spec.template.spec"
            ),
        ),
        (
            ["sandbox-template"],
            (
                ".pods[0]: must be a mapping, such as {componentType: ai-agent, resource: sandbox-template, path: "
                "spec.podTemplate.spec}"
            ),
        ),
    ],
)
def test_messages(pods: list[Any], problem: str) -> None:
    assert_rejected(on_every_plane(pullSecret={**PULL, "pods": pods}), f"{AT_ACME}.pullSecret{problem}")
