"""Texts that a workflow would render as another type, and namespaces that webhooks refuse, are rejected."""

from __future__ import annotations

from typing import Any

import pytest

from components.errors import Problem
from components.openchoreo.v0_9 import V0_9
from components.patches.model import Patch, Resource
from components.patches.validity import validate_patch

LIST = "is a JSON array, which OpenChoreo renders as a list; use another text"
MAPPING = "is a mapping, which OpenChoreo renders as a text; use another key than value"


def _problems(kind: str, metadata: dict[str, str], value: Any) -> list[Problem]:
    """Problems of a patch with a value somewhere inside."""
    template = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "x": value}
    return list(validate_patch(V0_9.kinds[kind], Patch((Resource("a", template),)), V0_9))


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        ("[1,2]", [("", f'"[1,2]" {LIST}')]),
        ({"a": ["b", '["c"]']}, [(".a[1]", f'"["c"]" {LIST}')]),
        ('["${metadata.componentName}"]', [("", f'"["${{metadata.componentName}}"]" {LIST}')]),
        ([{"name": "a", "value": {"b": 1}}], [("[0].value", MAPPING)]),
        ({"value": "[1]"}, [(".value", f'"[1]" {LIST}')]),
        ({"value": ["[1]"], "[2]": "a", "b": {"c": '{"d": 1}'}, "e": 1}, []),
    ],
)
@pytest.mark.parametrize("kind", ["ComponentWorkflow", "ComponentType"])
def test_texts_that_a_workflow_renders_as_another_type(value: Any, problems: list[tuple[str, str]], kind: str) -> None:
    expected = [Problem(f"resources[0].template.x{path}", message) for path, message in problems]
    assert _problems(kind, {"name": "a"}, value) == (expected if kind == "ComponentWorkflow" else [])


@pytest.mark.parametrize(
    ("kind", "namespace", "message"),
    [
        ("ClusterWorkflow", "${metadata.namespace}", None),
        ("ClusterWorkflow", None, 'is missing; use "${metadata.namespace}"'),
        ("Workflow", "builds", '"builds" is refused by OpenChoreo in a Workflow; use "${metadata.namespace}"'),
        ("ClusterComponentType", None, None),
        (
            "ClusterComponentType",
            "x",
            '"x" is refused by OpenChoreo in a ClusterComponentType; use "${metadata.namespace}"',
        ),
        ("ComponentType", "x", None),
    ],
)
def test_namespaces_that_later_releases_refuse(kind: str, namespace: str | None, message: str | None) -> None:
    metadata = {"name": "a"} if namespace is None else {"name": "a", "namespace": namespace}
    expected = [] if message is None else [Problem("resources[0].template.metadata.namespace", message)]
    assert _problems(kind, metadata, "") == expected
