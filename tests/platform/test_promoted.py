"""Environments that were promoted with an older pull secret, with OpenChoreo's own CRDs."""

from __future__ import annotations

import re
from typing import Any

from tests.platform.harness import Kubernetes, Stack, kubernetes_store
from tests.platform.openchoreo import (
    API,
    ControlPlane,
    Object,
    component_type,
    configure,
    needs_samples,
    plane,
    pulling,
)
from tests.platform.samples import git_organization

CHANGED = {"remoteKey": "registry-credentials-2"}
OWNER = {"projectName": "shop", "componentName": "api"}


def promote(control_plane: ControlPlane, environment: str) -> None:
    """Deploy an environment with the ComponentType as it is now, as OpenChoreo's controllers do."""
    live = control_plane.get("ComponentType", "service")["spec"]
    snapshot = {key: live[key] for key in ("workloadType", "resources")}
    name, namespace = f"api-{environment}", control_plane.namespace
    spec: Object = {"owner": OWNER, "componentProfile": {}, "componentType": snapshot, "workload": {}}
    binding: dict[str, Any] = {"owner": OWNER, "environment": environment, "releaseName": name}
    for kind, content in (("ComponentRelease", spec), ("ReleaseBinding", binding)):
        metadata = {"name": name, "namespace": namespace}
        control_plane.create({"apiVersion": API, "kind": kind, "metadata": metadata, "spec": content})


def outdated(output: str) -> set[str]:
    """Environments that a command names."""
    sentence = re.compile(
        r"the environment (\S+) of the component shop/api still renders registry-pull-secret as before"
    )
    return set(sentence.findall(output))


@needs_samples
def test_a_change_names_the_environments_to_deploy_again(
    stack: Stack, control_plane: ControlPlane, organization: str
) -> None:
    control_plane.create(component_type("service", organization))
    control_plane.create(plane("DataPlane", "default", organization, "platform"))
    configure(stack, pulling(organization, "service"))
    stack.up()
    promote(control_plane, "production")
    assert outdated(stack.ok("preview")) == set()

    configure(stack, pulling(organization, "service", dockerConfig={"remoteKey": "registry-credentials-2"}))
    assert outdated(stack.ok("preview")) == {"production"}
    assert outdated(stack.up()) == {"production"}
    promote(control_plane, "staging")
    stack.unchanged()

    refused = stack.run("destroy", "--yes", "--skip-preview", "--suppress-progress")
    assert refused.returncode != 0
    assert outdated(refused.stdout) == {"production", "staging"}
    assert "set releasePromoted: ignore, run pulumi up, and try again" in refused.stdout
    assert [entry["id"] for entry in control_plane.entries("service")] == ["deployment", "registry-pull-secret"]
    # What the patch does not need may be gone already; the update that sets the word creates it again.
    configure(stack, pulling(organization, "service", dockerConfig=CHANGED), releasePromoted="ignore")
    stack.up()
    assert outdated(stack.destroy()) == {"production", "staging"}


@needs_samples
def test_what_production_reads_is_not_taken_away_silently(
    stack: Stack, control_plane: ControlPlane, cluster: Kubernetes, manager: str, organization: str
) -> None:
    """The store can read the keys of the organization only, and its pull secret gets another key, then goes."""
    cluster.put_secret(manager, "git", {"token": "value"})
    for key in ("pull", "pull-2"):
        cluster.put_secret(manager, key, {"config": '{"auths":{}}'})
    control_plane.create(component_type("service", organization))
    git = git_organization(organization, "git")

    def read(key: str) -> dict[str, Any]:
        return {**pulling(organization, "service", secretStore="org", dockerConfig=config(key)), **git}

    configure(stack, read("pull"), secretStores={"org": kubernetes_store(manager)})
    stack.up()
    promote(control_plane, "production")
    stack.unchanged()

    configure(stack, read("pull-2"))
    refusal = stack.preview_fails()
    assert f"and this update takes away the right of the store org-pull-{organization} to read pull; " in refusal
    assert "the environment production of the component shop/api still renders registry-pull-secret" in refusal
    configure(stack, git)
    assert f"and this update takes away its entry in ComponentType {organization}/service" in stack.preview_fails()
    configure(stack, git, releasePromoted="ignore")
    assert "deploy the component there again after the update" in stack.up()


def config(key: str) -> dict[str, str]:
    return {"remoteKey": key, "property": "config"}
