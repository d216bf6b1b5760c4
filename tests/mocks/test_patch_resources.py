"""The patches as programs write them: what reaches the provider of each class."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from components import (
    BuildPlanePatch,
    ClusterComponentTypePatch,
    ClusterWorkflowPatch,
    ComponentTypePatch,
    ComponentWorkflowPatch,
    DataPlanePatch,
    OpenChoreoProvider,
    OpenChoreoProviderArgs,
    WorkflowPatch,
)
from components.openchoreo import DEFAULT_RELEASE
from components.patches.model import Patch
from components.patches.override import Override
from components.resources.object_patches import ObjectPatch
from tests.mocks.recorder import Recorder, Registered, Secret, Unknown
from tests.mocks.samples import entry

PROVIDER = "pulumi:providers:openchoreo control-plane"
ACME = {"namespace": "acme", "name": "object"}
WIDE = {"name": "object"}
SANDBOX = {"resource": "sandbox-template", "path": "spec.podTemplate.spec"}
OVERRIDE = {
    "path": ["spec", "arguments", {"name": "git-secret"}, "value"],
    "variable": "metadata.namespaceName",
    "namespaces": ["acme"],
    "value": '"git-secret"',
    "unless": "parameters.own",
}
CONDITIONAL = {**entry(), "includeWhen": "${parameters.private}"}


def identity(kind: str) -> dict[str, str]:
    """Whose patch it is, of a resource with the name ``mine``."""
    return {"stack": "acme-corp/openchoreo-secrets/test", "name": f"{kind}Patch/mine"}


Make = Callable[[pulumi.ResourceOptions], pulumi.CustomResource]


def run(recorder: Recorder, make: Make) -> list[Registered]:
    """What is registered beside the provider."""

    def program() -> None:
        args = OpenChoreoProviderArgs("kind-control", "control.yaml", "control plane")
        make(pulumi.ResourceOptions(provider=OpenChoreoProvider("control-plane", args)))

    registered = recorder.run(program)
    provider = {"plane": "control plane", "context": "kind-control", "kubeconfig": "control.yaml", "release": "v0.9"}
    assert registered[-1] == Registered("pulumi:providers:openchoreo", "control-plane", provider)
    return registered[:-1]


@pytest.mark.parametrize(
    ("kind", "make", "inputs"),
    [
        pytest.param(
            "ComponentType",
            lambda opts: ComponentTypePatch(
                "mine", namespace="acme", name="object", resources=[CONDITIONAL], image_pull_secrets=["a"], opts=opts
            ),
            {**ACME, "resources": [CONDITIONAL], "imagePullSecrets": ["a"]},
            id="ComponentType",
        ),
        pytest.param(
            "ComponentType",
            lambda opts: ComponentTypePatch(
                "mine", namespace="acme", name="object", image_pull_secrets=["a"], pods=[SANDBOX], opts=opts
            ),
            {**ACME, "imagePullSecrets": ["a"], "pods": [SANDBOX]},
            id="pods of another resource",
        ),
        pytest.param(
            "ComponentType",
            lambda opts: ComponentTypePatch("mine", namespace="acme", name="object", opts=opts),
            ACME,
            id="what is not given is not sent",
        ),
        pytest.param(
            "ClusterComponentType",
            lambda opts: ClusterComponentTypePatch(
                "mine", name="object", resources=[entry()], image_pull_secrets=["a"], opts=opts
            ),
            {**WIDE, "resources": [entry()], "imagePullSecrets": ["a"]},
            id="ClusterComponentType",
        ),
        pytest.param(
            "ComponentWorkflow",
            lambda opts: ComponentWorkflowPatch(
                "mine", namespace="acme", name="object", resources=[entry()], opts=opts
            ),
            {**ACME, "resources": [entry()]},
            id="ComponentWorkflow",
        ),
        pytest.param(
            "Workflow",
            lambda opts: WorkflowPatch("mine", namespace="acme", name="object", resources=[entry()], opts=opts),
            {**ACME, "resources": [entry()]},
            id="Workflow",
        ),
        pytest.param(
            "ClusterWorkflow",
            lambda opts: ClusterWorkflowPatch("mine", name="object", resources=[entry()], opts=opts),
            {**WIDE, "resources": [entry()]},
            id="ClusterWorkflow",
        ),
        pytest.param(
            "ClusterWorkflow",
            lambda opts: ClusterWorkflowPatch("mine", name="object", overrides=[OVERRIDE], opts=opts),
            {**WIDE, "overrides": [OVERRIDE]},
            id="values of a ClusterWorkflow",
        ),
        pytest.param(
            "ClusterWorkflow",
            lambda opts: ObjectPatch(
                "mine",
                DEFAULT_RELEASE.kinds["ClusterWorkflow"],
                Patch(overrides=(Override.from_plain(OVERRIDE),)),
                name="object",
                opts=opts,
            ),
            {**WIDE, "overrides": [OVERRIDE]},
            id="values of an object of any kind",
        ),
        pytest.param(
            "DataPlane",
            lambda opts: DataPlanePatch("mine", namespace="acme", name="object", secret_store_ref="vault", opts=opts),
            {**ACME, "secretStoreRef": "vault"},
            id="DataPlane",
        ),
        pytest.param(
            "BuildPlane",
            lambda opts: BuildPlanePatch("mine", namespace="acme", name="object", secret_store_ref="vault", opts=opts),
            {**ACME, "secretStoreRef": "vault"},
            id="BuildPlane",
        ),
    ],
)
def test_each_class(recorder: Recorder, kind: str, make: Make, inputs: dict[str, Any]) -> None:
    expected = Registered(
        f"openchoreo:index:{kind}Patch", "mine", {**inputs, "identity": identity(kind)}, provider=PROVIDER
    )

    assert run(recorder, make) == [expected]


def test_outputs_keep_what_is_known_of_them(recorder: Recorder) -> None:
    """A secret arrives as a secret, so that the provider can refuse it; an id in a preview is not known yet."""
    recorder.preview = True

    def make(opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
        first = WorkflowPatch("first", namespace="acme", name="object", resources=[entry()], opts=opts)
        return ComponentTypePatch(
            "mine",
            namespace=pulumi.Output.from_input("acme"),
            name=first.id,
            resources=[entry(data=pulumi.Output.secret("hush"))],
            image_pull_secrets=[first.id, "a"],
            opts=opts,
        )

    (patch,) = (each for each in run(recorder, make) if each.name == "mine")

    assert patch == Registered(
        "openchoreo:index:ComponentTypePatch",
        "mine",
        {
            "namespace": "acme",
            "name": Unknown,
            "resources": [entry(data=Secret("hush"))],
            "imagePullSecrets": [Unknown, "a"],
            "identity": identity("ComponentType"),
        },
        depends_on=frozenset({"openchoreo:index:WorkflowPatch first"}),
        provider=PROVIDER,
    )
