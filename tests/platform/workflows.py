"""A workflow whose runs create the credentials of an organization, in the form of each release."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import yaml

from components.openchoreo import V0_9, Release
from local.proof.components import build_variables, render_external_secrets
from tests.platform.harness import Kubernetes
from tests.platform.openchoreo import API, SHARED, Object, comparable, component_workflow
from tests.platform.samples import auth

_STORE = "platform"
"""What the plane of builds names; nothing reads from it."""


def put_build_values(cluster: Kubernetes, manager: str, server: str) -> None:
    """Put a token for git and a docker config for a registry into the secret manager, as ``git`` and ``push``."""
    cluster.put_secret(manager, "git", {"token": "value"})
    config = json.dumps({"auths": {server: {"auth": auth("robot", "password")}}})
    cluster.put_secret(manager, "push", {"config": config})


@dataclass(frozen=True)
class RunWorkflow:
    """The workflow of one organization."""

    settings: dict[str, Any]
    """Key of the organization that names it."""
    cluster: Kubernetes
    place: tuple[str, str, str | None]
    """Kind, name and namespace."""
    organization: str
    release: Release

    def get(self) -> Object:
        """The workflow as it is now, without the metadata that changes at every write."""
        return comparable(self.cluster.get(API, *self.place))

    def render(self, secret: str) -> Object:
        """The ExternalSecret that OpenChoreo creates for the run ``run-1``; its name is ``run-1-<secret>``."""
        target = self.release.build_namespace(self.organization)
        variables = build_variables(self.organization, target, build_store=_STORE, data_store=None)
        variables["metadata"] |= {"workflowRunName": "run-1"}
        rendered = {item["metadata"]["name"]: item for item in render_external_secrets(self.get(), variables)}
        return rendered[f"run-1-{secret}"]


@contextmanager
def start_workflow(cluster: Kubernetes, organization: str, release: Release) -> Iterator[RunWorkflow]:
    """A ComponentWorkflow in the namespace of the organization; with v1.x a ClusterWorkflow and its plane."""
    if release is V0_9:
        cluster.create(component_workflow("docker", organization))
        place = ("ComponentWorkflow", "docker", organization)
        yield RunWorkflow({"componentWorkflows": {"names": ["docker"]}}, cluster, place, organization, release)
        cluster.delete(API, *place)
        return
    text = (SHARED / "samples" / "openchoreo-v1.2.3" / "clusterworkflow-dockerfile-builder.yaml").read_text()
    workflow = next(document for document in yaml.safe_load_all(text) if document)
    name = f"docker-{organization}"
    spec = {"clusterAgent": {"clientCA": {"value": "none"}}, "planeID": "builds", "secretStoreRef": {"name": _STORE}}
    plane = {"apiVersion": API, "kind": "ClusterWorkflowPlane", "metadata": {"name": "default"}, "spec": spec}
    for item in (plane, {**workflow, "metadata": {"name": name}}):
        cluster.create(item)
    settings = {"componentWorkflows": {"clusterWorkflows": [name]}}
    yield RunWorkflow(settings, cluster, ("ClusterWorkflow", name, None), organization, release)
    cluster.delete(API, "ClusterWorkflow", name)
    cluster.delete(API, "ClusterWorkflowPlane", "default")
