"""Builds that would push images without a login."""

from __future__ import annotations

import pytest

from components.cluster.build_checks import list_build_checks
from components.cluster.connection import Cluster
from components.cluster.obstacles import PreflightError
from components.openchoreo import V0_9
from components.plan.rights import ClusterPlane
from components.plan.stack import Plan
from tests.unit.api import Api, Object
from tests.unit.build_samples import build_step, plan_v1, workflow
from tests.unit.objects import shipped_v1
from tests.unit.plans import stack_plan
from tests.unit.preflight_samples import STACK
from tests.unit.samples import GIT, Raw

REGISTRIES = [{"server": "quay.io", "remoteKey": "quay"}]
PUSHING: Raw = {"git": GIT, "registries": REGISTRIES}
PUBLIC = (
    "pushes images to ttl.sh, a public registry from which everyone can pull them; set your registry in it (kubectl "
    "edit clusterworkflowtemplate {name}), or apply your own template under this name"
)
HARBOR = "harbor.example"
PULLING: Raw = {"pullSecret": {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "pull"}}}


def _check(plan: Plan, steps: list[Object], workflows: list[Object] | None, own: list[Object] | None = None) -> None:
    build = Api(clusterworkflowtemplates=steps)
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
        pytest.param({"metadata": {"name": "publish-image"}}, id="no-spec"),
    ],
)
def test_other_registries(step: Object) -> None:
    for workflows in (None, [workflow()]):
        _check(plan_v1(PUSHING), [step], workflows)


def test_a_step_in_a_namespace_is_not_that_of_all() -> None:
    local = {"templateRef": {"name": "publish-image"}}
    run = {"spec": {"templates": [{"steps": [[local]]}]}}
    _check(plan_v1(PUSHING), [build_step()], [workflow(runTemplate=run)])


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
        {"name": "globex", **PUSHING},
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
