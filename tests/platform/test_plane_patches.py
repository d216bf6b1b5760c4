"""ComponentWorkflows that create credentials with each run, and planes whose store is set."""

from __future__ import annotations

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.openchoreo import (
    WORKFLOW,
    ControlPlane,
    component_type,
    configure,
    needs_samples,
    plane,
    pulling,
    shipped,
)


@needs_samples
def test_workflow_creates_credentials_with_each_run(
    stack: Stack, control_plane: ControlPlane, organization: str, cluster: Kubernetes, manager: str
) -> None:
    original = control_plane.create(shipped(WORKFLOW, organization))
    control_plane.create(plane("BuildPlane", "default", organization))
    configure(
        stack,
        {
            "name": organization,
            "secretStore": "org",
            "git": {"remoteKey": "git", "property": "token"},
            "registries": [{"server": "ghcr.io", "remoteKey": "docker", "property": "config"}],
            "componentWorkflows": {"names": ["docker"]},
            "buildPlane": {"secretStoreRef": f"org-{organization}"},
        },
        secretStores={"org": kubernetes_store(manager)},
    )
    stack.up()

    entries = list(control_plane.entries("docker", "ComponentWorkflow"))
    assert [each["id"] for each in entries] == ["git-credentials", "registry-credentials"]
    for entry, name in zip(entries, ("git-clone-secret", "registry-push-secret"), strict=True):
        metadata, spec = entry["template"]["metadata"], entry["template"]["spec"]
        assert metadata["name"] == f"${{metadata.workflowRunName}}-{name}"
        assert metadata["namespace"] == "openchoreo-ci-${metadata.orgName}"
        assert spec["secretStoreRef"] == {"kind": "ClusterSecretStore", "name": f"org-{organization}"}
    assert cluster.names("external-secrets.io/v1", "ExternalSecret", f"openchoreo-ci-{organization}") == set()
    assert control_plane.get("BuildPlane", "default")["spec"]["secretStoreRef"] == {"name": f"org-{organization}"}
    stack.unchanged()
    stack.destroy()

    assert control_plane.get("ComponentWorkflow", "docker") == original
    assert "secretStoreRef" not in control_plane.get("BuildPlane", "default")["spec"]


def test_data_plane_without_a_store_is_reported_and_can_be_patched(
    stack: Stack, control_plane: ControlPlane, organization: str
) -> None:
    control_plane.create(component_type("service", organization))
    original = control_plane.create(plane("DataPlane", "default", organization))
    configure(stack, pulling(organization, "service"))
    assert f"DataPlane {organization}/default has no spec.secretStoreRef" in stack.preview_fails()

    configure(stack, {**pulling(organization, "service"), "dataPlane": {"secretStoreRef": "platform"}})
    stack.up()
    assert control_plane.get("DataPlane", "default")["spec"]["secretStoreRef"] == {"name": "platform"}
    stack.unchanged()

    control_plane.patch("DataPlane", "default", {"spec": {"secretStoreRef": {"name": "other"}}})
    said = stack.preview_fails()
    assert 'secretStoreRef.name is "other", set by someone else; configured is "platform"' in said
    stack.destroy()
    original["spec"]["secretStoreRef"] = {"name": "other"}
    assert control_plane.get("DataPlane", "default") == original
