"""Register plain manifests as Pulumi resources."""

from __future__ import annotations

import pulumi

from ..manifests import MANAGED_BY, Manifest
from .kubernetes_object import KubernetesObject


def register(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """The resource of a manifest."""
    return KubernetesObject(name, manifest, opts)


def adopt_namespace(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Put labels on a namespace that exists, under a field manager of our own; destroy takes exactly those away."""
    metadata = manifest["metadata"]
    annotations = {"pulumi.com/patchFieldManager": MANAGED_BY}
    patch = {"name": metadata["name"], "labels": metadata["labels"], "annotations": annotations}
    return KubernetesObject(name, {**manifest, "metadata": patch}, opts, suffix="Patch")
