"""OpenChoreo's own objects in the platform tests: full CRDs, shipped samples, and what an organization owns."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest

from components.openchoreo import V0_9, Release
from components.patches.record import Identity
from components.provider.log import Log
from local.documents import read_documents
from local.seed import list_openchoreo_crds
from tests.platform.harness import ROOT, Kubernetes, Stack, eventually

API: Final = "openchoreo.dev/v1alpha1"
SHARED: Final = ROOT.parent / "shared"
SERVICE: Final = SHARED / "samples" / "openchoreo-v0.9.0-componenttype-service.yaml"
WORKFLOW: Final = SHARED / "samples" / "openchoreo-v0.9.0-componentworkflow-docker.yaml"

needs_samples = pytest.mark.skipif(not SERVICE.is_file(), reason="OpenChoreo's samples are not beside this checkout")

SILENT: Final = Log(status=lambda _: None, info=lambda _: None, warning=lambda _: None)

Object = dict[str, Any]


def crds() -> list[Path]:
    """OpenChoreo's CRDs of v0.9.0 if they are beside the checkout, else the reduced ones of the local platform."""
    full = sorted((SHARED / "crds" / "openchoreo-v0.9.0").glob("*.yaml"))
    return full or list_openchoreo_crds()


def shipped(file: Path, namespace: str) -> Object:
    """An object as OpenChoreo ships it, in another namespace."""
    found = next(read_documents([file]))
    found["metadata"]["namespace"] = namespace
    return found


def component_type(name: str, namespace: str, **spec: Any) -> Object:
    """A small ComponentType of a Deployment."""
    pods = {"containers": [{"name": "main", "image": "${workload.containers.main.image}"}]}
    workload = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "${metadata.name}", "namespace": "${metadata.namespace}"},
        "spec": {"replicas": 1, "template": {"spec": pods}},
    }
    resources = [{"id": "deployment", "template": workload}]
    return {
        "apiVersion": API,
        "kind": "ComponentType",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"workloadType": "deployment", "resources": resources, **spec},
    }


def component_workflow(name: str, namespace: str) -> Object:
    """A small ComponentWorkflow."""
    repository = {
        "url": "string",
        "revision": {"branch": "string | default=main", "commit": "string | default=none"},
        "appPath": "string | default=.",
    }
    run = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "${metadata.workflowRunName}", "namespace": "openchoreo-ci-${metadata.orgName}"},
    }
    spec = {"schema": {"systemParameters": {"repository": repository}}, "runTemplate": run}
    return {
        "apiVersion": API,
        "kind": "ComponentWorkflow",
        "metadata": {"name": name, "namespace": namespace},
        "spec": spec,
    }


def plane(kind: str, name: str, namespace: str, store: str | None = None) -> Object:
    """A DataPlane or a BuildPlane."""
    spec: Object = {"clusterAgent": {"clientCA": {"value": "none"}}}
    if kind == "DataPlane":
        spec["gateway"] = {"publicVirtualHost": "public.localhost", "organizationVirtualHost": "org.localhost"}
    if store is not None:
        spec["secretStoreRef"] = {"name": store}
    return {"apiVersion": API, "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def comparable(found: Object | None) -> Object:
    """An object without the metadata that the API server changes at every write."""
    assert found is not None
    plain = copy.deepcopy(found)
    for key in ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"):
        plain["metadata"].pop(key, None)
    return plain


def get_annotation(stack: Stack, organization: str) -> str:
    """Key of the record of an organization's patches on the objects."""
    return Identity(f"organization/openchoreo-secrets/{stack.name}", organization).annotation


def remove_record(live: Object, stack: Stack, organization: str) -> Object:
    """A patched object without the record of the patch, which it must have."""
    plain = copy.deepcopy(live)
    del plain["metadata"]["annotations"][get_annotation(stack, organization)]
    if not plain["metadata"]["annotations"]:
        del plain["metadata"]["annotations"]
    return plain


class ControlPlane:
    """The namespace of one organization on the control plane."""

    def __init__(self, cluster: Kubernetes, organization: str) -> None:
        self._cluster = cluster
        self.namespace = organization
        cluster.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": organization}})

    def create(self, manifest: Object) -> Object:
        """Create an object and return it as `get` does."""
        self._cluster.create(manifest)
        return self.get(manifest["kind"], manifest["metadata"]["name"])

    def create_workloads(self) -> str:
        """Create a namespace of its workloads, on the cluster of the control plane, and return the name."""
        name = f"dp-{self.namespace}-dev"
        self._cluster.create(workload_namespace(name, self.namespace))
        return name

    def get(self, kind: str, name: str) -> Object:
        """An object of the organization, without the metadata that changes at every write."""
        return comparable(self._cluster.get(API, kind, name, self.namespace))

    def version(self, kind: str, name: str) -> str:
        """Its resourceVersion."""
        found = self._cluster.get(API, kind, name, self.namespace)
        assert found is not None
        return str(found["metadata"]["resourceVersion"])

    def patch(self, kind: str, name: str, body: Object) -> None:
        """Merge into an object, as a person or a controller does."""
        self._cluster.patch(API, kind, name, body, self.namespace)

    def delete(self, kind: str, name: str) -> None:
        """Delete an object."""
        self._cluster.delete(API, kind, name, self.namespace)

    def entries(self, name: str, kind: str = "ComponentType") -> Iterator[Object]:
        """``spec.resources``."""
        yield from self.get(kind, name)["spec"].get("resources") or ()

    def pull_secrets(self, name: str) -> list[Object]:
        """``imagePullSecrets`` of a ComponentType with a Deployment."""
        workload = next(entry for entry in self.entries(name) if entry["id"] == "deployment")
        return list(workload["template"]["spec"]["template"]["spec"].get("imagePullSecrets") or ())


def pulling(organization: str, *types: str, **pull: Any) -> dict[str, Any]:
    """An organization with a pull secret through the store that its DataPlane names."""
    secret = {"componentTypes": list(types), "dockerConfig": {"remoteKey": "registry-credentials"}, **pull}
    return {"name": organization, "pullSecret": secret}


def configure(stack: Stack, *organizations: dict[str, Any], **keys: Any) -> None:
    stack.configure(clusters=stack.every_plane, organizations=list(organizations), **keys)


def workload_namespace(name: str, organization: str, release: Release = V0_9) -> Object:
    """A namespace as OpenChoreo's Release controller creates it for an organization's workloads."""
    labels = {
        "openchoreo.dev/created-by": "release-controller",
        **release.data_plane_selectors(organization)[0],
        "openchoreo.dev/project": "default",
    }
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def delete_namespaces_of(cluster: Kubernetes, stack: str, *, wait: bool = True) -> None:
    """Delete the build namespaces of a stack, which stay after its destroy by default."""
    names = [item["metadata"]["name"] for item in cluster.list("v1", "Namespace") if _owner(item) == stack]
    for name in names:
        cluster.delete("v1", "Namespace", name)
    for name in names if wait else ():
        eventually(partial(_is_gone, cluster, name), f"{name} to go")


def _owner(namespace: dict[str, Any]) -> str:
    """Name of the stack that owns a namespace; empty if there is none."""
    annotations = namespace["metadata"].get("annotations") or {}
    return str(annotations.get("openchoreo-secrets/stack", "")).rpartition("/")[2]


def _is_gone(cluster: Kubernetes, namespace: str) -> bool:
    return cluster.get("v1", "Namespace", namespace) is None
