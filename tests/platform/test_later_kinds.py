"""Kinds of OpenChoreo v1.x, as their own CRDs have them: patched, and exactly as before afterwards."""

from __future__ import annotations

import copy
import threading
from typing import Any

import pytest
from pulumi.provider.experimental import provider as rpc

from components.cluster.connection import Cluster
from components.openchoreo.v0_9 import V0_9
from components.provider.object_patch import ObjectPatch
from components.provider.values import to_property_values
from components.settings.clusters import ClusterSettings
from local.platform import CONTEXT, Platform
from tests.platform.harness import Kubernetes
from tests.platform.openchoreo import API, SILENT, Object, comparable, component_type
from tests.platform.releases import needs_newer

NAMESPACE = "${metadata.namespace}"
"""The only namespace that the webhooks of OpenChoreo v1.x accept."""
ENTRY = {
    "id": "extra",
    "template": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "extra", "namespace": NAMESPACE}},
}


def cluster_component_type() -> Object:
    made = component_type("service", "")
    return {**made, "kind": "ClusterComponentType", "metadata": {"name": "service"}}


def cluster_workflow() -> Object:
    run = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "${metadata.workflowRunName}", "namespace": NAMESPACE},
    }
    return {"apiVersion": API, "kind": "ClusterWorkflow", "metadata": {"name": "build"}, "spec": {"runTemplate": run}}


@needs_newer
@pytest.mark.parametrize(
    ("original", "gained"),
    [
        pytest.param(cluster_component_type(), {"resources": [ENTRY], "imagePullSecrets": ["pull"]}, id="type"),
        pytest.param(cluster_workflow(), {"resources": [ENTRY]}, id="workflow"),
    ],
)
def test_a_kind_of_a_later_release(
    original: Object, gained: dict[str, Any], platform: Platform, cluster: Kubernetes
) -> None:
    place = (API, original["kind"], original["metadata"]["name"])
    cluster.create(original)
    before = comparable(cluster.get(*place))
    settings = ClusterSettings(context=CONTEXT, kubeconfig=str(platform.kubeconfig))
    patch = ObjectPatch(Cluster("control plane", settings), V0_9, threading.Event())
    urn = f"urn:pulumi:test::openchoreo-secrets::openchoreo:index:{original['kind']}Patch::patch"
    inputs = to_property_values({"name": original["metadata"]["name"], **gained})
    try:
        made = patch.create(rpc.CreateRequest(urn, inputs, 0, preview=False), SILENT)

        wanted = copy.deepcopy(before)
        wanted["spec"].setdefault("resources", []).append(_stored(ENTRY, original["kind"]))
        if "imagePullSecrets" in gained:
            pods = wanted["spec"]["resources"][0]["template"]["spec"]["template"]["spec"]
            pods["imagePullSecrets"] = [{"name": "pull"}]
        assert comparable(cluster.get(*place)) == wanted
        patch.delete(rpc.DeleteRequest(urn, "patch", made.properties, 0), SILENT)
        assert comparable(cluster.get(*place)) == before
    finally:
        cluster.delete(*place)


def _stored(entry: Object, kind: str) -> Object:
    """An entry as the API server keeps it."""
    return {**entry, "targetPlane": "dataplane"} if kind == "ClusterComponentType" else entry
