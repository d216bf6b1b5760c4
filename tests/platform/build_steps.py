"""Argo's templates of build steps on a platform: reduced definitions, and steps with the shape of those of v1.x."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import yaml
from kubernetes import dynamic

from local.platform import Platform
from local.seed import Seeder
from tests.platform.harness import Kubernetes, eventually
from tests.platform.openchoreo import Object

ARGO: Final = "argoproj.io/v1alpha1"
SHARED: Final = "ClusterWorkflowTemplate"
LOCAL: Final = "WorkflowTemplate"
_SCOPES: Final = {SHARED: "Cluster", LOCAL: "Namespaced"}
_DEFINITION: Final = "apiextensions.k8s.io/v1"


def push_step(registry: str, *, namespace: str | None = None, volume: bool = True, **container: Any) -> Object:
    """The step ``publish-image``. Its registry is a text in a script, and its Secret an optional volume.

    Args:
        registry: what the script pushes to.
        namespace: of the step. None: all builds can use it.
        volume: whether it mounts the Secret.
        container: more fields of the container.
    """
    script = (
        "set -e\n"
        "# Set your own registry here.\n"
        f'REGISTRY_ENDPOINT="{registry}"\n'
        "AUTH=/etc/secrets/registry-push-secret/.dockerconfigjson\n"
        'if [ -f "$AUTH" ]; then LOGIN="--authfile $AUTH"; fi\n'
        'podman push $LOGIN "$REGISTRY_ENDPOINT/{{workflow.parameters.image-name}}"\n'
    )
    secret = {"secretName": "{{workflow.parameters.registry-push-secret}}", "optional": True}
    template: Object = {
        "name": "publish-image",
        "inputs": {"parameters": [{"name": "git-revision"}]},
        "container": {"image": "quay.io/podman/stable", "command": ["sh", "-c"], "args": [script], **container},
    }
    if volume:
        template["volumes"] = [{"name": "registry-push-secret", "secret": secret}]
        mount = {"name": "registry-push-secret", "mountPath": "/etc/secrets/registry-push-secret", "readOnly": True}
        template["container"]["volumeMounts"] = [mount]
    metadata = {"name": "publish-image"} if namespace is None else {"name": "publish-image", "namespace": namespace}
    kind = SHARED if namespace is None else LOCAL
    return {"apiVersion": ARGO, "kind": kind, "metadata": metadata, "spec": {"templates": [template]}}


@contextmanager
def serve_steps(platform: Platform, cluster: Kubernetes, folder: Path) -> Iterator[None]:
    """Let the platform serve both kinds of templates. They end with all their objects, because checks read all."""
    file = folder / "argo.yaml"
    definitions = [_define(kind, scope) for kind, scope in _SCOPES.items()]
    file.write_text(yaml.safe_dump_all(definitions))
    Seeder(platform.kubeconfig).apply_definitions([file], platform.process("kube-apiserver"))
    for kind in _SCOPES:
        eventually(partial(_is_served, cluster, kind), f"{kind} to be served")
    yield
    names = [definition["metadata"]["name"] for definition in definitions]
    for name in names:
        cluster.delete(_DEFINITION, "CustomResourceDefinition", name)
    for name in names:
        eventually(partial(_is_gone, cluster, name), f"{name} to go")


def _is_served(cluster: Kubernetes, kind: str) -> bool:
    try:
        cluster.names(ARGO, kind)
    except (dynamic.exceptions.NotFoundError, dynamic.exceptions.ResourceNotFoundError):
        return False
    return True


def _is_gone(cluster: Kubernetes, definition: str) -> bool:
    return cluster.get(_DEFINITION, "CustomResourceDefinition", definition) is None


def _define(kind: str, scope: str) -> Object:
    plural = f"{kind.lower()}s"
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
    }
    version = {"name": "v1alpha1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": _DEFINITION,
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.argoproj.io"},
        "spec": {
            "group": "argoproj.io",
            "scope": scope,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
            "versions": [version],
        },
    }
