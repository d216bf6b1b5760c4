"""Objects of the control plane that an organization changes."""

from __future__ import annotations

from components.openchoreo import V0_9, V1
from components.plan.patched_objects import PatchedObject, list_patched_objects
from components.settings.organization import Organization


def test_a_kind_that_the_release_does_not_have() -> None:
    organization = Organization.model_validate(
        {"name": "acme", "componentWorkflows": {"names": ["own"], "clusterWorkflows": ["shared"]}}
    )

    assert list(list_patched_objects(organization, V0_9)) == [
        PatchedObject(V0_9.component_workflow, "acme", "own", "builds")
    ]
    assert [place.name for place in list_patched_objects(organization, V1)] == ["own", "shared"]
