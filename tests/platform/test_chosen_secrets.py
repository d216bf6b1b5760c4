"""Developers choose a SecretReference for a build: a patched workflow reads it as before, and is restored exactly."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.openchoreo import API, Object
from tests.platform.releases import Builds, on_v1_control_plane
from tests.platform.workflows import RunWorkflow, put_build_values
from tests.unit.runs import STORE, Run, render_run

RUN_GIT: Final = "run-1-git-secret"
RUN_PUSH: Final = "run-1-registry-push-secret"


@pytest.fixture
def building(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, workflow: RunWorkflow
) -> Callable[..., None]:
    """Configures the stack: the organization builds with the shipped workflow, with this delivery."""
    put_build_values(cluster, manager, "quay.io")

    def configure(delivery: str, **git: Any) -> None:
        settings = {
            "name": organization,
            "secretStore": "org",
            "git": {"remoteKey": "git", "property": "token", **git},
            "registries": [{"server": "quay.io", "remoteKey": "push", "property": "config"}],
            "componentWorkflows": {**workflow.settings["componentWorkflows"], "delivery": delivery},
        }
        stack.configure(
            clusters={"buildPlane": stack.here, "controlPlane": stack.here},
            secretStores={"org": kubernetes_store(manager)},
            organizations=[settings],
        )

    return configure


def _expected(delivery: str, store: str) -> dict[str, Run]:
    """Choice of a developer -> the run of the organization."""
    if delivery == "ahead":
        return {
            "": Run("git-secret", "registry-push-secret", (), ()),
            "mine": Run(RUN_GIT, "registry-push-secret", ((RUN_GIT, STORE),), ("mine",)),
        }
    return {
        "": Run(RUN_GIT, RUN_PUSH, ((RUN_GIT, store), (RUN_PUSH, store)), ()),
        "mine": Run(RUN_GIT, RUN_PUSH, ((RUN_GIT, STORE), (RUN_PUSH, store)), ("mine",)),
    }


def _render(live: Object, namespace: str) -> dict[str, Run]:
    return {choice: render_run(live, namespace, choice) for choice in ("", "mine")}


@on_v1_control_plane
@pytest.mark.parametrize("delivery", ["ahead", "run"])
@pytest.mark.parametrize("conditional", [True, False], ids=["shipped", "without-a-condition"])
def test_the_choice_of_a_developer(
    stack: Stack,
    cluster: Kubernetes,
    organization: str,
    workflow: RunWorkflow,
    building: Callable[..., None],
    delivery: str,
    conditional: bool,
) -> None:
    if not conditional:
        kind, name, _ = workflow.place
        cluster.edit(API, kind, name, lambda live: live["spec"]["resources"][0].pop("includeWhen"))
    before = workflow.get()
    foreign = _render(before, "foreign")
    assert foreign["mine"] == Run(RUN_GIT, RUN_PUSH, ((RUN_GIT, STORE), (RUN_PUSH, STORE)), ("mine",))
    building(delivery)
    stack.up()
    stack.unchanged()
    live = workflow.get()
    assert live != before
    assert live["spec"]["externalRefs"] == before["spec"]["externalRefs"]
    assert _render(live, organization) == _expected(delivery, f"org-{organization}")
    assert _render(live, "foreign") == foreign
    stack.destroy()
    assert json.dumps(workflow.get()) == json.dumps(before)


@pytest.fixture
def reading(cluster: Kubernetes, workflow: RunWorkflow) -> str:
    """Name of the workflow: all its runs read one SecretReference, and create the Secret for cloning from it."""

    def fix(live: Object) -> None:
        live["spec"]["externalRefs"][0]["name"] = "company-git"
        del live["spec"]["resources"][0]["includeWhen"]

    kind, name, _ = workflow.place
    cluster.edit(API, kind, name, fix)
    return name


@on_v1_control_plane
def test_a_reference_that_every_run_reads(
    stack: Stack,
    cluster: Kubernetes,
    organization: str,
    builds: Builds,
    workflow: RunWorkflow,
    building: Callable[..., None],
    reading: str,
) -> None:
    before = workflow.get()
    building("ahead")
    problem = (
        f'  - organization "{organization}": ClusterWorkflow {reading}: every run reads the SecretReference '
        f'"company-git" (spec.externalRefs["git-secret-reference"]), which does not exist in the namespace '
        f"{organization}, so no build starts; set secretReference: company-git for the git credential, or create it\n"
    )
    for refused in (stack.preview_fails(), stack.up_fails()):
        assert problem in refused
    assert cluster.get("v1", "Namespace", builds.namespace(organization)) is None
    building("ahead", secretReference="company-git")
    stack.up()
    stack.unchanged()
    assert cluster.names(API, "SecretReference", organization) == {"company-git"}
    run = render_run(workflow.get(), organization, None)
    assert run == Run("git-secret", "registry-push-secret", (), ("company-git",))
    stack.destroy()
    assert json.dumps(workflow.get()) == json.dumps(before)
