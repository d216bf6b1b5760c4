"""Register plain manifests as Pulumi resources."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes

from ..manifests import MANAGED_BY, Manifest


def register(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """The resource of a manifest: a typed one for Kubernetes' own kinds, else a ``CustomResource``."""
    metadata, kind = manifest["metadata"], manifest["kind"]
    if kind == "Namespace":
        return kubernetes.core.v1.Namespace(name, metadata=metadata, opts=opts)
    if kind == "Secret":
        return kubernetes.core.v1.Secret(
            name, metadata=metadata, type=manifest["type"], data=manifest["data"], opts=opts
        )
    if kind == "ServiceAccount":
        return kubernetes.core.v1.ServiceAccount(name, metadata=metadata, opts=opts)
    if kind == "Role":
        return kubernetes.rbac.v1.Role(name, metadata=metadata, rules=manifest["rules"], opts=opts)
    if kind == "RoleBinding":
        return kubernetes.rbac.v1.RoleBinding(
            name, metadata=metadata, subjects=manifest["subjects"], role_ref=manifest["roleRef"], opts=opts
        )
    return kubernetes.apiextensions.CustomResource(
        name, api_version=manifest["apiVersion"], kind=kind, metadata=metadata, spec=manifest["spec"], opts=opts
    )


def adopt_namespace(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Put labels on a namespace that exists, under a field manager of our own; destroy takes exactly those away."""
    metadata = manifest["metadata"]
    annotations = {"pulumi.com/patchFieldManager": MANAGED_BY}
    patch: Any = {"name": metadata["name"], "labels": metadata["labels"], "annotations": annotations}
    return kubernetes.core.v1.NamespacePatch(name, metadata=patch, opts=opts)


def renamed(opts: pulumi.ResourceOptions, before: str) -> pulumi.ResourceOptions:
    """Options of a resource that had another name in stacks of earlier versions, so that it is not made anew."""
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(aliases=[pulumi.Alias(name=before)]))
