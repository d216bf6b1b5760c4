"""What expressions may refer to in the entries of each kind of v1.x, as OpenChoreo's contexts of rendering have it.

Source: ``internal/pipeline/component/context/types.go`` and ``internal/pipeline/workflow/pipeline.go`` of v1.2.3.
"""

from __future__ import annotations

from typing import Final

import pytest

from components.openchoreo import V1
from components.patches.model import Patch, Resource
from components.patches.validity import validate_patch

OF_TYPES: Final = (
    "configurations, dataplane, dependencies, environment, environmentConfigs, gateway, metadata, parameters, workload"
)
OF_WORKFLOWS: Final = "externalRefs, metadata, parameters, workflowplane"
METADATA_OF_TYPES: Final = (
    "annotations, componentName, componentNamespace, componentUID, dataPlaneName, dataPlaneUID, environmentName, "
    "environmentUID, labels, name, namespace, podSelectors, projectName, projectUID"
)
METADATA_OF_WORKFLOWS: Final = "labels, namespace, namespaceName, workflowRunName"
TYPES: Final = ("ComponentType", "ClusterComponentType")
WORKFLOWS: Final = ("Workflow", "ClusterWorkflow")


def _list_problems(kind: str, text: str) -> list[str]:
    metadata = {"name": "a", "namespace": "${metadata.namespace}"}
    template = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"x": text}}
    patch = Patch((Resource("a", template),))
    return [problem.message for problem in validate_patch(V1.kinds[kind], patch, V1)]


@pytest.mark.parametrize(
    ("kind", "variables", "metadata"),
    [(kind, OF_TYPES, METADATA_OF_TYPES) for kind in TYPES]
    + [(kind, OF_WORKFLOWS, METADATA_OF_WORKFLOWS) for kind in WORKFLOWS],
)
def test_variables_of_a_kind(kind: str, variables: str, metadata: str) -> None:
    assert _list_problems(kind, "${nope}") == [f'"nope" is not a variable of a {kind}; expected {variables}']
    assert _list_problems(kind, "${metadata.orgName}") == [f'"metadata.orgName" does not exist; expected {metadata}']
    known = [f"${{has({variable}) ? 1 : 0}}" for variable in variables.split(", ")]
    known += [f"${{metadata.{field}}}" for field in metadata.split(", ")]
    assert [problem for text in known for problem in _list_problems(kind, text)] == []


@pytest.mark.parametrize("kind", WORKFLOWS)
def test_the_store_of_the_plane_of_builds(kind: str) -> None:
    assert _list_problems(kind, "${workflowplane.secretStore}") == []
    assert _list_problems(kind, "${dataplane.secretStore}") == [
        f'"dataplane" is not a variable of a {kind}; expected {OF_WORKFLOWS}'
    ]


@pytest.mark.parametrize("kind", TYPES)
def test_the_store_of_the_data_plane(kind: str) -> None:
    assert _list_problems(kind, "${dataplane.secretStore}") == []
