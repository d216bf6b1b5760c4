"""Build planes without a store, from which a workflow reads."""

from __future__ import annotations

import pytest

from components.cluster.obstacles import PreflightError
from components.cluster.workflow_stores import check_stores
from components.cluster.workflows import Workflows
from components.plan.stack import Plan
from tests.unit.api import Api, Object
from tests.unit.build_samples import BUILDS, OPENCHOREO, plan_v1, workflow
from tests.unit.objects import shipped_v1
from tests.unit.samples import GIT, Raw

SHARED_PLANE = f"{OPENCHOREO}/clusterworkflowplanes/default"
OWN_PLANE = f"{OPENCHOREO}/namespaces/acme/workflowplanes/own"
PULLING: Raw = {"pullSecret": {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "pull"}}}
WITHOUT: Object = {"spec": {}}
WITH: Object = {"spec": {"secretStoreRef": {"name": "org"}}}
TO_OWN: Object = {"kind": "WorkflowPlane", "name": "own"}


def _api(planes: dict[str, Object], *, shared: list[Object] = [], own: list[Object] = []) -> Api:  # noqa: B006
    return Api(planes, "control plane", workflows=own, clusterworkflows=shared)


def _check(api: Api, plan: Plan) -> None:
    check_stores(Workflows(api.cluster, plan, BUILDS))


def _refused(api: Api, plan: Plan) -> list[tuple[str | None, str]]:
    with pytest.raises(PreflightError) as caught:
        _check(api, plan)
    return [(obstacle.organization, obstacle.text) for obstacle in caught.value.obstacles]


def test_planes_of_workflows_without_a_store() -> None:
    api = _api(
        {SHARED_PLANE: WITHOUT, OWN_PLANE: WITHOUT},
        shared=[workflow(), workflow("paketo")],
        own=[workflow("own", "acme", workflowPlaneRef=TO_OWN), workflow("foreign", "other")],
    )
    plan = plan_v1({"git": GIT}, {"name": "globex", "git": {"remoteKey": "globex-git"}})
    of_all = (
        "ClusterWorkflowPlane default has no spec.secretStoreRef, so no run of ClusterWorkflow docker, ClusterWorkflow "
        "paketo can start; set workflowPlane: {kind: ClusterWorkflowPlane, name: default, secretStoreRef: "
        "<ClusterSecretStore>}"
    )
    assert _refused(api, plan) == [
        (
            "acme",
            (
                'organization "acme": WorkflowPlane acme/own has no spec.secretStoreRef, so no run of Workflow '
                "acme/own can start; set workflowPlane: {name: own, secretStoreRef: <ClusterSecretStore>}"
            ),
        ),
        ("acme", f'organization "acme": {of_all}'),
        ("globex", f'organization "globex": {of_all}'),
    ]


@pytest.mark.parametrize(
    ("planes", "shared", "organization"),
    [
        pytest.param({SHARED_PLANE: WITH}, [workflow()], {"git": GIT}, id="it-has-a-store"),
        pytest.param({}, [workflow()], {"git": GIT}, id="no-such-plane"),
        pytest.param({SHARED_PLANE: WITHOUT}, [workflow(resources=[])], {"git": GIT}, id="nothing-is-read"),
        pytest.param({SHARED_PLANE: WITHOUT}, [workflow(resources=None)], {"git": GIT}, id="null"),
        pytest.param(
            {SHARED_PLANE: WITHOUT},
            [workflow(resources=[{**workflow()["spec"]["resources"][0], "includeWhen": "${false}"}])],
            {"git": GIT},
            id="under-a-condition",
        ),
        pytest.param(
            {SHARED_PLANE: WITHOUT},
            [workflow(workflowPlaneRef={"kind": "OtherPlane", "name": "default"})],
            {"git": GIT},
            id="an-unknown-kind",
        ),
        pytest.param({SHARED_PLANE: WITHOUT}, [workflow()], PULLING, id="no-credentials-of-builds"),
        pytest.param(
            {SHARED_PLANE: WITHOUT},
            [workflow()],
            {"git": GIT, "buildPlane": {"kind": "ClusterWorkflowPlane", "secretStoreRef": "org"}},
            id="this-stack-sets-it",
        ),
    ],
)
def test_a_store_is_there_or_not_needed(planes: dict[str, Object], shared: list[Object], organization: Raw) -> None:
    _check(_api(planes, shared=shared), plan_v1(organization))


_QUAY: Raw = {"server": "quay.io", "remoteKey": "acme-quay"}


@pytest.mark.parametrize("namespace", [None, "acme"], ids=["shared", "own"])
@pytest.mark.parametrize("delivery", ["ahead", "run"])
@pytest.mark.parametrize("name", ["docker", "other"])
def test_a_patch_of_this_stack_replaces_the_entry(namespace: str | None, delivery: str, name: str) -> None:
    key = "clusterWorkflows" if namespace is None else "names"
    builds = {"git": GIT, "registries": [_QUAY], "componentWorkflows": {key: ["docker"], "delivery": delivery}}
    live = [workflow(name, namespace)]
    api = _api({SHARED_PLANE: WITHOUT}, **{"shared" if namespace is None else "own": live})
    if name == "docker":
        _check(api, plan_v1(builds))
    else:
        assert [organization for organization, _ in _refused(api, plan_v1(builds))] == ["acme"]


def test_the_shipped_workflow() -> None:
    shipped = shipped_v1("clusterworkflow-dockerfile-builder")
    ((organization, text),) = _refused(_api({SHARED_PLANE: WITHOUT}, shared=[shipped]), plan_v1())
    assert organization == "acme"
    assert text.startswith(
        'organization "acme": ClusterWorkflowPlane default has no spec.secretStoreRef, so no run of ClusterWorkflow '
        "dockerfile-builder can start; "
    )


def test_everything_is_read_with_two_calls() -> None:
    api = _api({SHARED_PLANE: WITH}, shared=[workflow()])
    workflows = Workflows(
        api.cluster, plan_v1({"git": GIT}, {"name": "globex", "git": {"remoteKey": "globex-git"}}), BUILDS
    )
    check_stores(workflows)
    check_stores(workflows)
    assert api.queries == [(f"{OPENCHOREO}/workflows", {}), (f"{OPENCHOREO}/clusterworkflows", {})]


def test_a_user_who_may_read_in_the_namespaces_only() -> None:
    api = _api({SHARED_PLANE: WITHOUT}, own=[workflow("own", "acme")])
    api.forbidden = {f"{OPENCHOREO}/workflows"}
    assert [name for name, _ in _refused(api, plan_v1())] == ["acme"]
    assert [path for path, _ in api.queries] == [
        f"{OPENCHOREO}/workflows",
        f"{OPENCHOREO}/namespaces/acme/workflows",
        f"{OPENCHOREO}/clusterworkflows",
    ]


def test_without_credentials_of_builds_nothing_is_read() -> None:
    api = _api({SHARED_PLANE: WITHOUT}, shared=[workflow()])
    _check(api, plan_v1(PULLING))
    assert api.queries == []
