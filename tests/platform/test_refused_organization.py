"""An organization with a problem, while the engine continues: nothing of it is changed or deleted, anywhere."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest

from tests.platform.harness import Kubernetes, Stack, kubernetes_store, unwrap
from tests.platform.kills import ESO, KINDS as OWNED_KINDS
from tests.platform.openchoreo import API, ControlPlane, comparable, component_type, plane
from tests.platform.releases import Builds, on_each_control_plane
from tests.platform.samples import git_organization
from tests.platform.workflows import RunWorkflow

OTHER = "organization/openchoreo-secrets/other"
KINDS = (
    *OWNED_KINDS,
    (ESO, "ClusterExternalSecret"),
    (API, "ComponentType"),
    (API, "ComponentWorkflow"),
    (API, "ClusterWorkflow"),
    (API, "DataPlane"),
)


@dataclass
class Two:
    """A stack with two organizations, up: the first uses every feature."""

    stack: Stack
    cluster: Kubernetes
    first: str
    second: str
    workflow: RunWorkflow
    builds: Builds

    def configure(self, **more: Any) -> None:
        """Settings of both organizations."""
        registry = {"server": "ghcr.io", "remoteKey": "push", "property": "config"}
        pull = {
            "componentTypes": ["service"],
            "delivery": "namespace",
            "dockerConfig": {"remoteKey": "push", "property": "config"},
            "secretStore": "org",
        }
        features = {
            "registries": [registry],
            "external": [
                {"name": "sonar", "keys": {"token": {"remoteKey": "git", "property": "token"}}},
                {"name": "scanner", "keys": {"token": {"manual": "scanner"}}},
            ],
            **self.workflow.settings,
            "pullSecret": pull,
            "dataPlane": {"name": "edge", "secretStoreRef": f"org-pull-{self.first}"},
        }
        organizations = [
            git_organization(self.first, "git", **features, **more),
            git_organization(self.second, "git", **more),
        ]
        self.stack.configure(clusters=self.stack.every_plane, organizations=organizations)

    def live(self) -> dict[str, Any]:
        """Kind, namespace and name of each object of the first organization -> its content."""
        return {
            f"{kind} {place}": {**comparable(item), "status": None}
            for api, kind in KINDS
            for item in self.cluster.list(api, kind)
            if re.search(
                rf"{self.first}(/|$)", place := f"{item['metadata'].get('namespace')}/{item['metadata']['name']}"
            )
        }

    def recorded(self) -> dict[str, Any]:
        """URN -> inputs of each resource of the state, without encrypted values, which differ in each state."""
        exported = json.loads(self.stack.ok("stack", "export"), object_hook=_without_ciphertext)
        resources = exported["deployment"]["resources"]
        return {resource["urn"]: resource.get("inputs") for resource in resources}


def _without_ciphertext(value: dict[str, Any]) -> dict[str, Any]:
    return {key: inner for key, inner in value.items() if key != "ciphertext"}


@pytest.fixture
def two(
    workflow: RunWorkflow,
    stack: Stack,
    cluster: Kubernetes,
    control_plane: ControlPlane,
    manager: str,
    organization: str,
    builds: Builds,
) -> Two:
    """Two organizations, up."""
    control_plane.create(component_type("service", organization))
    control_plane.create(plane("DataPlane", "edge", organization))
    cluster.put_secret(manager, "git", {"token": "value"})
    cluster.put_secret(manager, "push", {"config": json.dumps({"auths": {"ghcr.io": {"auth": "YTpi"}}})})
    stack.set_secret("openchoreo-secrets:manualSecrets.scanner", "value")
    stack.configure(secretStores={"org": kubernetes_store(manager)})
    two = Two(stack, cluster, organization, organization.replace("acme", "globex"), workflow, builds)
    two.configure()
    stack.up()
    stack.unchanged()
    return two


@on_each_control_plane
def test_an_organization_that_another_stack_owns(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another stack has taken over and changed an object; all other objects are as the last update left them."""
    space, stack = two.builds.namespace(two.first), two.stack
    theirs = {"metadata": {"annotations": {"pulumi.com/patchFieldManager": OTHER}}, "spec": {"refreshInterval": "7m0s"}}
    two.cluster.patch(ESO, "ExternalSecret", "sonar", theirs, space)
    monkeypatch.setenv("PULUMI_CONTINUE_ON_ERROR", "true")
    live, recorded = two.live(), two.recorded()

    _refuses(two)
    assert two.live() == live
    assert two.recorded() == recorded, "the update changed nothing at all"

    two.configure(refreshInterval="17m")
    _refuses(two)
    assert two.live() == live
    after = two.recorded()
    assert after.keys() == recorded.keys()
    assert {urn: after[urn] for urn in after if two.first in urn} == {
        urn: recorded[urn] for urn in recorded if two.first in urn
    }
    external = two.cluster.get(ESO, "ExternalSecret", two.builds.git, two.builds.namespace(two.second))
    assert external is not None
    assert external["spec"]["refreshInterval"] == "17m0s"
    assert _list_objects(after) == _list_objects(recorded)

    back = {
        "metadata": {"annotations": {"pulumi.com/patchFieldManager": f"organization/openchoreo-secrets/{stack.name}"}}
    }
    two.cluster.patch(ESO, "ExternalSecret", "sonar", back, space)
    stack.up()
    stack.unchanged()
    restored = two.cluster.get(ESO, "ExternalSecret", "sonar", space)
    assert restored is not None
    assert restored["spec"]["refreshInterval"] == "17m0s"


def _list_objects(recorded: dict[str, Any]) -> dict[str, list[str]]:
    """URN -> the objects that a comparison of live objects knows; an update of it lists them in another order."""
    return {urn: sorted(inputs["objects"]) for urn, inputs in recorded.items() if ":LiveObjects::" in urn}


def _refuses(two: Two) -> None:
    """A preview and an update name the problem, and neither deletes anything."""
    preview, update = unwrap(two.stack.ok("preview", "--suppress-progress")), two.stack.up_fails()
    problem = f"ExternalSecret {two.builds.namespace(two.first)}/sonar belongs to the stack {OTHER}"
    assert problem in preview
    assert problem in update
    assert "was edited" not in preview + update
    assert " to delete" not in preview
    assert not re.search(r"\d+ deleted|\bdeleted \(", update)
