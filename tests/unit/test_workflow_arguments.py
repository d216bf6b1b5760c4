"""Workflows without an argument or an entry for a Secret of builds, for both deliveries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import pytest

from components.cluster.obstacles import PreflightError
from components.cluster.workflow_arguments import check_arguments
from components.cluster.workflows import Workflows
from components.plan.stack import Plan
from tests.unit.api import Api, Object
from tests.unit.build_samples import BUILDS, OPENCHOREO, plan_v1, workflow
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


def _check(plan: Plan, *live: Object, references: tuple[str, ...] = ()) -> None:
    objects: dict[str, Object] = {f"{OPENCHOREO}/namespaces/{place}": {"metadata": {}} for place in references}
    api = Api(objects, "control plane", workflows=[], clusterworkflows=[*live])
    check_arguments(Workflows(api.cluster, plan, BUILDS))


def _refuse(plan: Plan, *live: Object, references: tuple[str, ...] = ()) -> str:
    """The only problem."""
    with pytest.raises(PreflightError) as caught:
        _check(plan, *live, references=references)
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


def _reading(name: str, *, entry: str = "git-secret", form: str = "externalRefs['company']") -> Object:
    """A workflow whose entry for cloning has no condition, and reads a SecretReference."""
    live = _live("git-secret", "registry-push-secret")
    for resource in live["spec"]["resources"]:
        if resource["id"] == entry:
            resource["template"] = {"spec": {"data": f"${{{form}.spec.data}}"}}
    live["spec"]["externalRefs"] = [
        {"id": "company", "apiVersion": "openchoreo.dev/v1alpha1", "kind": "SecretReference", "name": name}
    ]
    return live


@DELIVERIES
@pytest.mark.parametrize("form", ["externalRefs['company']", 'externalRefs["company"]', "externalRefs.company"])
@pytest.mark.parametrize(
    ("written", "name"),
    [("company-git", "company-git"), ("${metadata.namespaceName}-git", "acme-git")],
    ids=["fixed", "of-the-namespace"],
)
def test_a_secret_reference_that_every_run_reads(written: str, name: str, form: str, delivery: str) -> None:
    plan = _plan(delivery, git=GIT)
    live = _reading(written, form=form)
    assert _refuse(plan, live, references=("globex/secretreferences/company-git",)) == (
        f'organization "acme": ClusterWorkflow docker: every run reads the SecretReference "{name}" '
        '(spec.externalRefs["company"]), which does not exist in the namespace acme, so no build starts; set '
        f"secretReference: {name} for the git credential, or create it"
    )
    _check(plan, live, references=(f"acme/secretreferences/{name}",))


@pytest.mark.parametrize(
    "live",
    [
        pytest.param(_reading("${parameters.repository.secretRef}"), id="what-a-developer-selects"),
        pytest.param(_reading(""), id="nothing"),
        pytest.param(_reading("company-git", form="externalRefs.company2"), id="another-reference"),
        pytest.param(_reading("company-git", entry="registry-push-secret"), id="for-an-entry-that-stays"),
        pytest.param(_reading("own"), id="that-of-the-stack"),
    ],
)
def test_references_that_need_not_exist(live: Object) -> None:
    _check(_plan("ahead", git={**GIT, "secretReference": "own"}), live)


def _choosing(default: str) -> Object:
    live = _live("git-secret")
    repository = {"type": "object", "properties": {"secretRef": {"type": "string", "default": default}}}
    live["spec"]["parameters"] = {"openAPIV3Schema": {"type": "object", "properties": {"repository": repository}}}
    return live


@DELIVERIES
def test_a_default_for_what_developers_select(delivery: str) -> None:
    plan = _plan(delivery, git=GIT)
    assert _refuse(plan, _choosing("company-git"), references=("acme/secretreferences/company-git",)) == (
        'organization "acme": ClusterWorkflow docker: spec.parameters.openAPIV3Schema.properties.repository.properties.'
        'secretRef.default is "company-git", so its builds use that SecretReference and not the Secret of the stack; '
        "remove the default, or set secretReference: company-git for the git credential"
    )
    _check(plan, _choosing(""))
    _check(_plan(delivery, git={**GIT, "secretReference": "company-git"}), _choosing("company-git"))


def test_a_release_without_secret_references() -> None:
    plan = _plan("ahead", git=GIT)
    older = replace(plan.release, secret_reference=None)
    plans = tuple(replace(organization, release=older) for organization in plan.organizations)
    _check(replace(plan, organizations=plans), _reading("company-git"), _choosing("company-git"))
