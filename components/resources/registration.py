"""Register plain manifests as Pulumi resources."""

from __future__ import annotations

from typing import TypeVar

import pulumi

from ..manifests import MANAGED_BY, Manifest
from .kubernetes_object import KubernetesObject

T = TypeVar("T")


def register(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Register the resource of a manifest."""
    return KubernetesObject(name, manifest, opts)


def create_output(resource: pulumi.Resource, value: T) -> pulumi.Output[T]:
    """The value as an output, so that resources with it as an input wait for ``resource``."""
    return pulumi.Output.from_input(resource.urn).apply(lambda _: value)


def adopt_namespace(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Add labels to an existing namespace with our own field manager, so that destroy removes only these labels."""
    metadata = manifest["metadata"]
    annotations = {"pulumi.com/patchFieldManager": MANAGED_BY}
    patch = {"name": metadata["name"], "labels": metadata["labels"], "annotations": annotations}
    return KubernetesObject(name, {**manifest, "metadata": patch}, opts, suffix="Patch")
