"""Register plain manifests as Pulumi resources."""

from __future__ import annotations

from typing import TypeVar

import pulumi

from ..manifests import MANAGED_BY, Manifest
from .kubernetes_object import KubernetesObject

T = TypeVar("T")


def register(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """The resource of a manifest."""
    return KubernetesObject(name, manifest, opts)


def output_of(resource: pulumi.Resource, value: T) -> pulumi.Output[T]:
    """A value that is known now, as an output: whoever uses it waits for the resource."""
    return pulumi.Output.from_input(resource.urn).apply(lambda _: value)


def adopt_namespace(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Put labels on a namespace that exists, under a field manager of our own; destroy takes exactly those away."""
    metadata = manifest["metadata"]
    annotations = {"pulumi.com/patchFieldManager": MANAGED_BY}
    patch = {"name": metadata["name"], "labels": metadata["labels"], "annotations": annotations}
    return KubernetesObject(name, {**manifest, "metadata": patch}, opts, suffix="Patch")
