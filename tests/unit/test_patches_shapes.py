"""Labels and annotations of a resource that are no mappings."""

from __future__ import annotations

from typing import Any

import pytest

from components.errors import Problem
from components.openchoreo import V1
from components.patches.model import Patch, Resource
from components.patches.validity import validate_patch


@pytest.mark.parametrize("field", ["labels", "annotations"])
@pytest.mark.parametrize(
    ("value", "fits"), [("x", False), (["x"], False), (7, False), ({"a": "b"}, True), (None, True), ("${a.b}", True)]
)
def test_metadata(field: str, value: Any, fits: bool) -> None:
    metadata = {"name": "a", "namespace": "${metadata.namespace}", field: value}
    template = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}
    problems = [
        problem
        for problem in validate_patch(V1.component_type, Patch((Resource("a", template),)), V1)
        if problem.path.endswith(field) and "mapping" in problem.message
    ]
    expected = Problem(f"resources[0].template.metadata.{field}", "must be a mapping, such as {team: builds}")
    assert problems == ([] if fits else [expected])
