"""Workflows without an argument or an entry for a Secret of builds, for both deliveries."""

from __future__ import annotations

from typing import Any, Final

import pytest

from components.cluster.obstacles import PreflightError
from components.cluster.workflow_arguments import check_arguments
from components.cluster.workflows import Workflows
from components.plan.stack import Plan
from tests.unit.api import Api, Object
from tests.unit.build_samples import BUILDS, plan_v1, workflow
from tests.unit.objects import shipped_v1
from tests.unit.samples import GIT, Raw

DELIVERIES: Final = pytest.mark.parametrize("delivery", ["ahead", "run"])
QUAY: Final[Raw] = {"server": "quay.io", "remoteKey": "acme-quay"}
ENDING: Final = (
    "its builds would not use the Secrets of the stack, so add what is missing, or remove the workflow from workflows"
)


def _live(*arguments: str, entries: tuple[str, ...] = ("git-secret", "registry-push-secret")) -> Object:
    parameters = [{"name": name, "value": "x"} for name in arguments]
    run = {"spec": {"arguments": {"parameters": parameters}}}
    return workflow(runTemplate=run, resources=[{"id": name, "template": {}} for name in entries])


def _plan(delivery: str, **credentials: Any) -> Plan:
    return plan_v1({**credentials, "componentWorkflows": {"clusterWorkflows": ["docker"], "delivery": delivery}})


def _check(plan: Plan, *live: Object) -> None:
    api = Api({}, "control plane", workflows=[], clusterworkflows=[*live])
    check_arguments(Workflows(api.cluster, plan, BUILDS))


def _refuse(plan: Plan, *live: Object) -> str:
    """The only problem."""
    with pytest.raises(PreflightError) as caught:
        _check(plan, *live)
    (obstacle,) = caught.value.obstacles
    assert obstacle.organization == "acme"
    return obstacle.text


@DELIVERIES
def test_a_missing_argument(delivery: str) -> None:
    plan = _plan(delivery, git=GIT, registries=[QUAY])
    assert _refuse(plan, _live("image-name", "git-secret")) == (
        'organization "acme": ClusterWorkflow docker has no argument "registry-push-secret"; '
        f"spec.runTemplate.spec.arguments.parameters has image-name, git-secret; {ENDING}"
    )


@DELIVERIES
def test_a_missing_entry(delivery: str) -> None:
    assert _refuse(_plan(delivery, git=GIT), _live("git-secret", entries=("other",))) == (
        f'organization "acme": ClusterWorkflow docker has no resource "git-secret"; spec.resources has other; {ENDING}'
    )


def test_neither_exists() -> None:
    names = [f"a{number:02}" for number in range(22)]
    assert _refuse(_plan("run", git=GIT), _live(*names, entries=())) == (
        'organization "acme": ClusterWorkflow docker has no argument "git-secret"; '
        f"spec.runTemplate.spec.arguments.parameters has {', '.join(names[:20])} and 2 more; "
        f'has no resource "git-secret"; spec.resources has none; {ENDING}'
    )


@DELIVERIES
def test_what_is_not_used_may_be_missing(delivery: str) -> None:
    plan = _plan(delivery, git=GIT)
    _check(plan, _live("git-secret", entries=("git-secret",)), workflow("other"))
    _check(plan)
    _check(plan_v1({"git": GIT}), workflow())


def test_a_workflow_that_openchoreo_ships() -> None:
    shipped = shipped_v1("clusterworkflow-dockerfile-builder")
    shipped["metadata"]["name"] = "docker"
    _check(_plan("run", git=GIT, registries=[QUAY]), shipped)
