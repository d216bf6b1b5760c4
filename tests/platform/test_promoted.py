"""Environments that were promoted with an older pull secret, with OpenChoreo's own CRDs."""

from __future__ import annotations

import re
from typing import Any

from tests.platform.harness import Stack
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

    assert outdated(stack.destroy()) == {"production", "staging"}
