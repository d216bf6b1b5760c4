"""Builds that would push images without a login end a preview and an update, until the step is as the message says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from components.openchoreo import Release
from local.platform import Platform
from tests.platform.build_steps import ARGO, LOCAL, SHARED, push_step, serve_steps
from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.openchoreo import API, Object
from tests.platform.releases import Builds, on_v1_control_plane
from tests.platform.workflows import RunWorkflow, put_build_values

PUBLIC: Final = "ttl.sh/builds"
OWN: Final = "registry.example.com/builds"
STEP: Final = "ClusterWorkflowTemplate publish-image"
PUSH: Final = "registry-push-secret"


@pytest.fixture
def steps(platform: Platform, cluster: Kubernetes, tmp_path: Path) -> Iterator[None]:
    with serve_steps(platform, cluster, tmp_path):
        yield


@pytest.fixture
def building(
    stack: Stack, cluster: Kubernetes, manager: str, organization: str, workflow: RunWorkflow
) -> Callable[..., None]:
    """Configures the stack: the organization builds with the shipped workflow, and has these credentials too."""
    put_build_values(cluster, manager, "registry.example.com")

    def configure(*, registries: bool = True, **keys: Any) -> None:
        git = {"remoteKey": "git", "property": "token"}
        pushing = {"registries": [{"server": "registry.example.com", "remoteKey": "push", "property": "config"}]}
        settings = {"name": organization, "secretStore": "org", "git": git, **(pushing if registries else {}), **keys}
        workflows = {**workflow.settings["componentWorkflows"], "delivery": "ahead"}
        stack.configure(
            clusters={"buildPlane": stack.here, "controlPlane": stack.here},
            secretStores={"org": kubernetes_store(manager)},
            organizations=[settings if "componentWorkflows" in keys else {**settings, "componentWorkflows": workflows}],
        )

    return configure


def _own_workflow(organization: str, *, local: bool = False, argument: str = "images") -> Object:
    """A workflow of a company, whose runs create no Secret."""
    reference = {"name": "publish-image", "template": "publish-image", **({} if local else {"clusterScope": True})}
    run = {
        "apiVersion": ARGO,
        "kind": "Workflow",
        "metadata": {"name": "${metadata.workflowRunName}", "namespace": "${metadata.namespace}"},
        "spec": {
            "arguments": {"parameters": [{"name": "repository", "value": argument}]},
            "templates": [{"name": "build", "steps": [[{"name": "push", "templateRef": reference}]]}],
        },
    }
    name = f"own-{organization}"
    return {"apiVersion": API, "kind": "ClusterWorkflow", "metadata": {"name": name}, "spec": {"runTemplate": run}}


@pytest.fixture
def own(cluster: Kubernetes, organization: str) -> Iterator[Callable[..., str]]:
    """Creates the workflow of a company, and returns its name."""
    name = f"own-{organization}"

    def create(**form: Any) -> str:
        cluster.create(_own_workflow(organization, **form))
        return f"ClusterWorkflow {name}"

    yield create
    cluster.delete(API, "ClusterWorkflow", name)


def _public(step: str, users: str, command: str) -> str:
    by = f" (used by {users})" if users else ""
    return (
        f"  - {step}{by} pushes images to ttl.sh, a public registry from which everyone can pull them; set your "
        f"registry in it ({command})"
    )


def _edit(users: str) -> str:
    command = "kubectl edit clusterworkflowtemplate publish-image"
    return f"{_public(STEP, users, command)}, or apply your own template under this name\n"


def _set_registry(step: Object) -> None:
    container = step["spec"]["templates"][0]["container"]
    container["args"][0] = container["args"][0].replace(PUBLIC, OWN)


@on_v1_control_plane
def test_the_shipped_step_until_it_has_a_registry_of_the_company(
    stack: Stack,
    cluster: Kubernetes,
    organization: str,
    builds: Builds,
    workflow: RunWorkflow,
    building: Callable[..., None],
    steps: None,
) -> None:
    cluster.create(push_step(PUBLIC))
    before, namespace = workflow.get(), builds.namespace(organization)
    building()
    for refused in (stack.preview_fails(), stack.up_fails()):
        assert 'build plane (context "openchoreo-local"): nothing was changed\n' in refused
        assert _edit(f"ClusterWorkflow docker-{organization}") in refused
    assert cluster.get("v1", "Namespace", namespace) is None
    assert f"org-{organization}" not in cluster.names("external-secrets.io/v1", "ClusterSecretStore")
    assert workflow.get() == before

    cluster.edit(ARGO, SHARED, "publish-image", _set_registry)
    stack.ok("preview")
    stack.up()
    stack.unchanged(update=True)
    delivered = cluster.secret(builds.namespace(organization), PUSH)
    assert delivered is not None
    assert delivered[0] == "kubernetes.io/dockerconfigjson"
    assert workflow.get() != before
    stack.destroy()
    assert workflow.get() == before


@on_v1_control_plane
def test_without_a_control_plane_the_shipped_step_is_checked(
    stack: Stack, cluster: Kubernetes, building: Callable[..., None], steps: None
) -> None:
    cluster.create(push_step(PUBLIC))
    building(componentWorkflows=None)
    stack.configure(clusters={"buildPlane": stack.here})
    assert _edit("") in stack.preview_fails()


@on_v1_control_plane
def test_a_registry_beside_the_script(
    stack: Stack, cluster: Kubernetes, organization: str, building: Callable[..., None], steps: None
) -> None:
    cluster.create(push_step("$REGISTRY", env=[{"name": "REGISTRY", "value": PUBLIC}]))
    building()
    assert _edit(f"ClusterWorkflow docker-{organization}") in stack.preview_fails()


@on_v1_control_plane
def test_a_registry_in_an_argument_of_a_workflow(
    stack: Stack, cluster: Kubernetes, building: Callable[..., None], own: Callable[..., str], steps: None
) -> None:
    cluster.create(push_step("{{workflow.parameters.repository}}"))
    name = own(argument=PUBLIC)
    building()
    command = f"kubectl edit clusterworkflows.openchoreo.dev {name.partition(' ')[2]}"
    assert f"{_public(name, '', command)}\n" in stack.preview_fails()


def _anonymous(organization: str, workflow: str, step: str) -> str:
    return (
        f'  - organization "{organization}": builds of {workflow} push without a login, because no Secret for pushing '
        f"exists and the volume of the {step} is optional; set registries, set optional: false there, or remove the "
        "volume if the registry needs no login\n"
    )


def _require_secret(step: Object) -> None:
    step["spec"]["templates"][0]["volumes"][0]["secret"]["optional"] = False


@on_v1_control_plane
def test_a_volume_whose_secret_nothing_creates(
    stack: Stack,
    cluster: Kubernetes,
    organization: str,
    building: Callable[..., None],
    own: Callable[..., str],
    steps: None,
) -> None:
    cluster.create(push_step(OWN))
    name = own()
    building(registries=False)
    assert _anonymous(organization, name, STEP) in stack.preview_fails()
    cluster.edit(ARGO, SHARED, "publish-image", _require_secret)
    stack.ok("preview")
    cluster.delete(ARGO, SHARED, "publish-image")
    cluster.create(push_step(OWN, volume=False))
    stack.ok("preview")


@on_v1_control_plane
def test_a_step_in_the_namespace_of_builds(
    stack: Stack,
    cluster: Kubernetes,
    organization: str,
    builds: Builds,
    building: Callable[..., None],
    own: Callable[..., str],
    steps: None,
) -> None:
    namespace = builds.namespace(organization)
    cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
    cluster.create(push_step(OWN))
    cluster.create(push_step(PUBLIC, namespace=namespace))
    name = own(local=True)
    building(registries=False, namespace="adopt")
    refused = stack.preview_fails()
    step = f"WorkflowTemplate {namespace}/publish-image"
    command = f"kubectl edit -n {namespace} workflowtemplate publish-image"
    assert f"{_public(step, name, command)}, or apply your own template under this name\n" in refused
    assert _anonymous(organization, name, step) in refused
    cluster.edit(ARGO, LOCAL, "publish-image", _set_registry, namespace)
    assert _anonymous(organization, name, step) in stack.preview_fails()
    cluster.edit(ARGO, LOCAL, "publish-image", _require_secret, namespace)
    stack.ok("preview")


@on_v1_control_plane
def test_steps_that_do_not_exist(stack: Stack, cluster: Kubernetes, building: Callable[..., None], steps: None) -> None:
    """A build that cannot start pushes nothing."""
    building()
    assert cluster.names(ARGO, SHARED) == set()
    stack.ok("preview")


@on_v1_control_plane
def test_a_cluster_without_argo(
    stack: Stack, cluster: Kubernetes, release: Release, building: Callable[..., None]
) -> None:
    kinds = {
        item["spec"]["names"]["kind"] for item in cluster.list("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    }
    assert release.builds is not None
    assert release.builds.templates.name not in kinds
    building()
    stack.ok("preview")
