"""Builds that would push images without a login."""

from __future__ import annotations

from typing import Any

import pytest

from components.cluster.build_checks import list_build_checks
from components.cluster.connection import Cluster
from components.cluster.obstacles import PreflightError
from components.openchoreo import V0_9
from components.plan.rights import ClusterPlane
from components.plan.stack import Plan
from tests.unit.api import Api, Object
from tests.unit.build_samples import PUSH, build_step, plan_v1, workflow
from tests.unit.objects import shipped_v1
from tests.unit.plans import stack_plan
from tests.unit.preflight_samples import STACK
from tests.unit.samples import GIT, Raw

REGISTRIES = [{"server": "quay.io", "remoteKey": "quay"}]
PUSHING: Raw = {"git": GIT, "registries": REGISTRIES}
GLOBEX: Raw = {
    "name": "globex",
    "git": {"remoteKey": "globex-git"},
    "registries": [{"server": "quay.io", "remoteKey": "globex-quay"}],
}
PUBLIC = (
    "pushes images to ttl.sh, a public registry from which everyone can pull them; set your registry in it (kubectl "
    "edit clusterworkflowtemplate {name}), or apply your own template under this name"
)
HARBOR = "harbor.example"
ARGO = "/apis/argoproj.io/v1alpha1"
PULLING: Raw = {"pullSecret": {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "pull"}}}


def _check(plan: Plan, steps: list[Object], workflows: list[Object] | None, own: list[Object] | None = None) -> None:
    local: dict[str, list[Object]] = {}
    for step in steps:
        namespace = step["metadata"].get("namespace")
        if namespace is not None:
            local.setdefault(f"{ARGO}/namespaces/{namespace}/workflowtemplates", []).append(step)
    build = Api(clusterworkflowtemplates=[step for step in steps if "namespace" not in step["metadata"]], **local)
    control = Api({}, "control plane", clusterworkflows=workflows or [], workflows=own or [])
    clusters: dict[ClusterPlane, Cluster] = {"build": build.cluster}
    if workflows is not None:
        clusters["control"] = control.cluster
    for check in list_build_checks(clusters, plan, STACK):
        check()
    assert build.patches == []


def _refused(
    plan: Plan, steps: list[Object], workflows: list[Object] | None, own: list[Object] | None = None
) -> list[tuple[str | None, str]]:
    with pytest.raises(PreflightError) as caught:
        _check(plan, steps, workflows, own)
    assert str(caught.value).startswith('build plane (context "dev"): nothing was changed\n')
    return [(obstacle.organization, obstacle.text) for obstacle in caught.value.obstacles]


def test_the_shipped_step_without_a_control_plane() -> None:
    said = f"ClusterWorkflowTemplate publish-image {PUBLIC.format(name='publish-image')}"
    assert _refused(plan_v1(PUSHING), [build_step(), build_step("other")], None) == [(None, said)]


def test_steps_that_workflows_use_directly_or_not() -> None:
    pipeline = {"metadata": {"name": "pipeline"}, "spec": {"templates": [{"steps": [[_reference("inner")]]}]}}
    loop = {"templateRef": {"name": "inner", "clusterScope": True}}
    steps = [build_step(), build_step("unused"), pipeline, build_step("inner", more=[loop])]
    whole = workflow(
        "whole", "acme", runTemplate={"spec": {"workflowTemplateRef": _reference("pipeline")["templateRef"]}}
    )
    assert _refused(plan_v1(PUSHING), steps, [workflow(), workflow("paketo")], [whole]) == [
        (
            None,
            f"ClusterWorkflowTemplate inner (used by Workflow acme/whole) {PUBLIC.format(name='inner')}",
        ),
        (
            None,
            (
                "ClusterWorkflowTemplate publish-image (used by ClusterWorkflow docker, ClusterWorkflow paketo) "
                f"{PUBLIC.format(name='publish-image')}"
            ),
        ),
    ]


def test_the_shipped_workflow() -> None:
    shipped = shipped_v1("clusterworkflow-dockerfile-builder")
    said = f"ClusterWorkflowTemplate publish-image (used by ClusterWorkflow dockerfile-builder) {PUBLIC}"
    assert _refused(plan_v1(PUSHING), [build_step()], [shipped]) == [(None, said.format(name="publish-image"))]


def _reference(name: str) -> Object:
    return {"templateRef": {"name": name, "clusterScope": True}}


@pytest.mark.parametrize(
    "step",
    [
        pytest.param(build_step(host=HARBOR), id="another-registry"),
        pytest.param(build_step(host="myttl.sh"), id="the-end-of-another-name"),
        pytest.param(build_step(host="ttl.sh.example"), id="the-start-of-another-name"),
        pytest.param(build_step(host=HARBOR, note="# ttl.sh was here\n  # and ttl.sh"), id="in-a-comment"),
        pytest.param(build_step(host=HARBOR, more=[{"container": {"image": "ttl.sh/tool"}}]), id="an-image-that-runs"),
        pytest.param({"metadata": {"name": "publish-image"}}, id="no-spec"),
    ],
)
def test_other_registries(step: Object) -> None:
    for workflows in (None, [workflow()]):
        _check(plan_v1(PUSHING), [step], workflows)


def _run(*steps: Object) -> Object:
    return {"spec": {"templates": [{"steps": [[*steps]]}]}}


LOCAL: Object = {"templateRef": {"name": "publish-image"}}


def test_a_step_in_a_namespace_is_not_that_of_all() -> None:
    _check(plan_v1(PUSHING), [build_step()], [workflow(runTemplate=_run(LOCAL))])


def test_a_step_in_the_namespace_of_a_build() -> None:
    """The same name is another step in the builds of another organization."""
    plan = plan_v1(PUSHING, GLOBEX, {"name": "initech", "git": {"remoteKey": "initech-git"}})
    steps = [
        build_step(namespace="workflows-acme", more=[LOCAL]),
        build_step(namespace="workflows-globex", host=HARBOR),
        build_step(namespace="workflows-initech", host=HARBOR),
    ]
    assert _refused(plan, steps, [workflow(resources=[], runTemplate=_run(LOCAL))]) == [
        (
            "acme",
            (
                "WorkflowTemplate workflows-acme/publish-image (used by ClusterWorkflow docker) pushes images to "
                "ttl.sh, a public registry from which everyone can pull them; set your registry in it (kubectl edit -n "
                "workflows-acme workflowtemplate publish-image), or apply your own template under this name"
            ),
        ),
        (
            "initech",
            (
                'organization "initech": builds of ClusterWorkflow docker push without a login, because no Secret for '
                "pushing exists and the volume of the WorkflowTemplate workflows-initech/publish-image is optional; "
                "set registries, set optional: false there, or remove the volume if the registry needs no login"
            ),
        ),
    ]


OF_SHARED = (
    "ClusterWorkflow docker pushes images to ttl.sh, a public registry from which everyone can pull them; set your "
    "registry in it (kubectl edit clusterworkflows.openchoreo.dev docker)"
)
OF_OWN = (
    "Workflow acme/own pushes images to ttl.sh, a public registry from which everyone can pull them; set your registry "
    "in it (kubectl edit -n acme workflows.openchoreo.dev own)"
)


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(
            {"runTemplate": {"spec": {"arguments": {"parameters": [{"name": "registry", "value": "ttl.sh/builds"}]}}}},
            id="argument",
        ),
        pytest.param(
            {"runTemplate": _run({"arguments": {"parameters": [{"value": "ttl.sh"}]}})}, id="argument-of-step"
        ),
        pytest.param({"runTemplate": _run({"env": [{"name": "REGISTRY", "value": "https://ttl.sh/a"}]})}, id="env"),
        pytest.param(
            {
                "parameters": {
                    "openAPIV3Schema": {
                        "properties": {"push": {"properties": {"registry": {"default": "ttl.sh/builds"}}}}
                    }
                }
            },
            id="default",
        ),
    ],
)
def test_a_registry_in_a_workflow(spec: Raw) -> None:
    plan = plan_v1(PUSHING, GLOBEX)
    assert _refused(plan, [], [workflow(**spec)], [workflow("own", "acme", **spec)]) == [
        (None, OF_SHARED),
        ("acme", OF_OWN),
    ]


def test_a_description_is_no_registry() -> None:
    schema = {"properties": {"registry": {"type": "string", "description": "such as ttl.sh"}}}
    _check(plan_v1(PUSHING), [], [workflow(parameters={"openAPIV3Schema": schema})])


@pytest.mark.parametrize("place", ["env", "argument", "input"])
def test_a_registry_beside_the_script_of_a_step(place: str) -> None:
    registry = [{"name": "registry", "value": "ttl.sh/builds"}]
    more = {
        "env": {"container": {"env": registry}},
        "argument": {"steps": [[{"arguments": {"parameters": registry}}]]},
        "input": {"inputs": {"parameters": [{"name": "registry", "default": "ttl.sh"}]}},
    }[place]
    step = build_step(host=HARBOR, more=[more])
    said = f"ClusterWorkflowTemplate publish-image (used by ClusterWorkflow docker) {PUBLIC}"
    assert _refused(plan_v1(PUSHING), [step], [workflow()]) == [(None, said.format(name="publish-image"))]


@pytest.mark.parametrize("plan", [plan_v1(PULLING), stack_plan((), release=V0_9)], ids=["no-builds", "v0.9"])
def test_nothing_is_asked(plan: Plan) -> None:
    build = Api(clusterworkflowtemplates=[build_step()])
    for check in list_build_checks({"build": build.cluster}, plan, STACK):
        check()
    assert build.queries == []


def test_a_plane_without_argo() -> None:
    _check(plan_v1({"git": GIT}), [], [workflow(resources=[])])


def test_an_organization_without_a_push_secret() -> None:
    """The build of another one, and a workflow whose runs create the Secret, have a login."""
    plan = plan_v1(
        {"git": {"remoteKey": "own-git"}},
        GLOBEX,
        {"name": "initech", "git": {"remoteKey": "initech-git"}},
    )
    steps = [build_step(host=HARBOR), build_step("strict", host=HARBOR, optional=False)]
    own = [workflow("own", "acme", resources=[]), workflow("fine", "acme", step="strict", resources=[])]
    assert _refused(plan, steps, [workflow()], own) == [
        (
            "acme",
            (
                'organization "acme": builds of Workflow acme/own push without a login, because no Secret for pushing '
                "exists and the volume of the ClusterWorkflowTemplate publish-image is optional; set registries, set "
                "optional: false there, or remove the volume if the registry needs no login"
            ),
        )
    ]


def _named(argument: str, **spec: Any) -> Object:
    """A workflow whose runs create no Secret for pushing, but name one."""
    made = workflow("own", "acme", resources=[], **spec)
    made["spec"]["runTemplate"]["spec"]["arguments"] = {"parameters": [{"name": PUSH, "value": argument}]}
    return made


def test_a_secret_that_nothing_creates() -> None:
    run = f"${{metadata.workflowRunName}}-{PUSH}"
    assert _refused(plan_v1(PUSHING), [build_step(host=HARBOR)], [], [_named(run)]) == [
        (
            "acme",
            (
                'organization "acme": builds of Workflow acme/own push without a login, because no entry creates the '
                f"Secret {run}, which each run names, and the volume of the ClusterWorkflowTemplate publish-image is "
                f'optional; name a Secret that exists in the argument "{PUSH}", set optional: false there, or '
                "remove the volume if the registry needs no login"
            ),
        )
    ]


@pytest.mark.parametrize("argument", [PUSH, "${parameters.login}"], ids=["of-the-stack", "of-the-developer"])
def test_a_secret_that_may_exist(argument: str) -> None:
    _check(plan_v1(PUSHING), [build_step(host=HARBOR)], [], [_named(argument)])


def test_a_volume_in_the_workflow_itself() -> None:
    volumes = [{"secret": {"secretName": "{{ workflow.parameters.registry-push-secret }}", "optional": True}}]
    own = workflow("own", "acme", resources=[], runTemplate={"spec": {"volumes": volumes}})
    ((_, said),) = _refused(plan_v1({"git": GIT}), [], [], [own])
    assert "builds of Workflow acme/own push without a login" in said
    assert "the volume of the Workflow acme/own is optional; set registries" in said


def test_another_secret_may_be_optional() -> None:
    """Two organizations use the step, which is read once."""
    cache = {"volumes": [{"secret": {"secretName": "cache", "optional": True}}]}
    step = build_step(host=HARBOR, optional=False, more=[cache])
    _check(plan_v1({"git": GIT}, {"name": "globex", "git": GLOBEX["git"]}), [step], [workflow(resources=[])])


def test_an_organization_that_moves_from_another_release_counts_once() -> None:
    """The other release has no workflows that are checked, and other ids."""
    plan = plan_v1({"git": {"basicAuth": {"password": GIT}}}, release=["v0.9", "v1"])
    steps = [build_step(host=HARBOR)]
    _check(plan, steps, [workflow()])
    assert [name for name, _ in _refused(plan, steps, [workflow(resources=[])])] == ["acme"]
