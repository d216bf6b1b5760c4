"""OpenChoreo objects and patches of them, as small as they can be."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pytest

from components.manifests import STACK_ANNOTATION, Manifest
from components.patches.model import Change, Patch, Resource
from local.documents import read_documents

ID: Final = "registry-pull-secret"
NAME: Final = "${metadata.name}-registry-pull-secret"
REFERENCE: Final = {"name": NAME}
STACK: Final = "organization/openchoreo-secrets/dev"
SAMPLES: Final = Path(__file__).resolve().parents[3] / "shared" / "samples"


def template(name: str = NAME, *, stack: str | None = None, **spec: Any) -> Manifest:
    """An ExternalSecret as a person would write it."""
    annotations = {} if stack is None else {"annotations": {STACK_ANNOTATION: stack}}
    return {
        "apiVersion": "external-secrets.io/v1",
        "kind": "ExternalSecret",
        "metadata": {"name": name, "namespace": "${metadata.namespace}", **annotations},
        "spec": {
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": "${dataplane.secretStore}"},
            "data": [{"secretKey": ".dockerconfigjson", "remoteRef": {"key": "registry-credentials"}}],
            **spec,
        },
    }


def entry(id: str = ID, name: str = NAME, *, stack: str | None = None, **spec: Any) -> Manifest:  # noqa: A002
    """The same as an entry of ``spec.resources``."""
    return {"id": id, "template": template(name, stack=stack, **spec)}


def pulling(id: str = ID, name: str = NAME, *, stack: str | None = None, **spec: Any) -> Patch:  # noqa: A002
    """The patch that puts it in, with its name in imagePullSecrets."""
    return Patch((Resource(id, template(name, stack=stack, **spec)),), (name,))


def component_type(kind: str, primary: Manifest, *more: Manifest) -> Manifest:
    return {
        "apiVersion": "openchoreo.dev/v1alpha1",
        "kind": "ComponentType",
        "metadata": {"name": "service", "namespace": "acme"},
        "spec": {"workloadType": kind, "resources": [{"id": kind, "template": primary}, *more]},
    }


def pods(spec: Manifest) -> Manifest:
    """A workload's template with this pod spec."""
    return {"spec": {"template": {"spec": spec}}}


def plane(kind: str = "DataPlane", **spec: Any) -> Manifest:
    return {"kind": kind, "metadata": {"name": "default", "namespace": "acme"}, "spec": {"planeID": "one", **spec}}


def resource_change(kind: Any, text: str, id: str = ID) -> Change:  # noqa: A002
    return Change(f'resources["{id}"]', kind, text)


def name_change(kind: Any, text: str, name: str = NAME) -> Change:
    return Change(f'imagePullSecrets["{name}"]', kind, text)


def adds(workload: str = "deployment", id: str = ID, name: str = NAME) -> tuple[Change, Change]:  # noqa: A002
    """The changes that add a pull secret to an object without one."""
    return (
        resource_change("add", f'adds the resource "{id}" (ExternalSecret "{name}")', id),
        name_change("add", f'adds "{name}" to the imagePullSecrets of its {workload}', name),
    )


def shipped(name: str) -> Manifest:
    """An object that OpenChoreo ships, from beside this checkout."""
    return _load_sample(f"openchoreo-v0.9.0-{name}")


def shipped_v1(name: str) -> Manifest:
    """The same of OpenChoreo v1.2.3."""
    return _load_sample(f"openchoreo-v1.2.3/{name}")


def _load_sample(name: str) -> Manifest:
    file = SAMPLES / f"{name}.yaml"
    if not file.is_file():
        pytest.skip("the objects that OpenChoreo ships are not beside this checkout")
    return next(read_documents([file]))
