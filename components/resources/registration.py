"""Register plain manifests as Pulumi resources."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeVar

import pulumi

from ..manifests import FIELD_MANAGER_ANNOTATION, Manifest, build_field_manager, sign
from .kubernetes_object import KubernetesObject
from .stack_id import get_stack_id

T = TypeVar("T")

_FORCE: Final = "pulumi.com/patchForce"
"""Annotation by which it overwrites fields that others have applied."""
_OWNERSHIP_CHECKED: Final[ContextVar[bool]] = ContextVar("ownership_checked", default=False)
_FINALIZED: Final = frozenset({"ClusterExternalSecret", "ClusterSecretStore", "ExternalSecret", "Namespace"})
"""Kinds on which controllers set finalizers, so that a deletion may wait for them."""
ADOPTED_NAMESPACE: Final = "kubernetes:core/v1:NamespacePatch"
"""Type of an adopted namespace."""
_OWN_NAMESPACE: Final = "kubernetes:core/v1:Namespace"
_DELETION: Final = pulumi.CustomTimeouts(delete="5m")
"""Half of the provider's own limit. Each object with it adds about 30 bytes to the state."""


@contextmanager
def after_ownership_check() -> Iterator[None]:
    """Take back every field of the objects in a ``with`` block; the preflight check has refused objects of others.

    Outside of it, as in a program that uses single components, the API server refuses to overwrite the fields of
    another owner. The mark of the owner is such a field, so an object of another stack is always a conflict.
    """
    token = _OWNERSHIP_CHECKED.set(True)
    try:
        yield
    finally:
        _OWNERSHIP_CHECKED.reset(token)


def register(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """The resource of a manifest. The live object shows which stack owns it.

    The stack always applies under the same name, so that no kill and no lost state leads to a conflict with itself.
    """
    if manifest["kind"] in _FINALIZED:
        opts = pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(custom_timeouts=_DELETION))
    return KubernetesObject(name, build_registered(manifest), opts)


def build_registered(manifest: Manifest) -> Manifest:
    """The manifest as `register` passes it to the Kubernetes provider."""
    return sign(manifest, get_stack_id(), **_force())


def _force() -> dict[str, str]:
    return {_FORCE: "true"} if _OWNERSHIP_CHECKED.get() else {}


def create_output(resource: pulumi.Resource, value: T) -> pulumi.Output[T]:
    """The value as an output, so that resources with it as an input wait for ``resource``."""
    return pulumi.Output.from_input(resource.urn).apply(lambda _: value)


def adopt_namespace(name: str, manifest: Manifest, opts: pulumi.ResourceOptions) -> pulumi.CustomResource:
    """Add labels to an existing namespace with our own field manager, so that destroy removes only these labels.

    A namespace that was the stack's own stays the same resource. Otherwise Pulumi would delete it, and in the opposite
    direction remove what the stack has just written, under the same field manager.
    """
    aliases = pulumi.ResourceOptions(aliases=[pulumi.Alias(type_=_OWN_NAMESPACE)])
    options = pulumi.ResourceOptions.merge(opts, aliases)
    return KubernetesObject(name, build_registered_patch(manifest), options, suffix="Patch")


def build_registered_patch(manifest: Manifest) -> Manifest:
    """The manifest as `adopt_namespace` passes it to the Kubernetes provider.

    After the preflight check with force, because another stack that owns or adopts the namespace has set the same
    annotation to its own name. The check refuses a namespace with the label of another organization.
    """
    metadata = manifest["metadata"]
    annotations = {FIELD_MANAGER_ANNOTATION: build_field_manager(get_stack_id()), **_force()}
    patch = {"name": metadata["name"], "labels": metadata["labels"], "annotations": annotations}
    return {**manifest, "metadata": patch}
