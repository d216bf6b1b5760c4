"""Resources of the ``openchoreo`` provider that keep entries in objects which belong to others.

One class for each kind, named as in pulumi-kubernetes: `ComponentTypePatch` patches a ComponentType that exists. What
is put in is taken out again on delete, and nothing else. The diff looks at the live object, so a preview without
refresh shows that a chart or a person has taken an entry away.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import pulumi

from ..plan.patches import PlannedPatch
from ..secrets.external_secret import with_remote_names

Resources = Sequence[pulumi.Input[Mapping[str, Any]]]
"""Entries of ``spec.resources``: ``id``, ``template`` and, where the kind has it, ``includeWhen``."""


class _ObjectPatch(pulumi.CustomResource):
    def __init__(self, resource_name: str, opts: pulumi.ResourceOptions | None, props: Mapping[str, Any]) -> None:
        given = {key: value for key, value in props.items() if value is not None}
        super().__init__(f"openchoreo:index:{type(self).__name__}", resource_name, given, opts)


class ComponentTypePatch(_ObjectPatch):
    """Resources and image pull secrets of a ComponentType, in the namespace of an organization."""

    def __init__(  # noqa: PLR0913 -- the parts of a patch
        self,
        resource_name: str,
        *,
        namespace: pulumi.Input[str],
        name: pulumi.Input[str],
        resources: pulumi.Input[Resources] | None = None,
        image_pull_secrets: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Patch a ComponentType.

        Args:
            resource_name: of the resource.
            namespace: of the ComponentType.
            name: of the ComponentType; it must exist.
            resources: entries that it gains; ids must not be taken by others.
            image_pull_secrets: names that the pods of its workload gain.
            opts: Pulumi's options; ``provider`` is an `OpenChoreoProvider` of the control plane.
        """
        props = {"namespace": namespace, "name": name, "resources": resources, "imagePullSecrets": image_pull_secrets}
        super().__init__(resource_name, opts, props)


class ClusterComponentTypePatch(_ObjectPatch):
    """The same for a ClusterComponentType (OpenChoreo v0.16 and later)."""

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        resources: pulumi.Input[Resources] | None = None,
        image_pull_secrets: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Patch a ClusterComponentType; arguments as of `ComponentTypePatch`."""
        props = {"name": name, "resources": resources, "imagePullSecrets": image_pull_secrets}
        super().__init__(resource_name, opts, props)


class _NamespacedResources(_ObjectPatch):
    def __init__(
        self,
        resource_name: str,
        *,
        namespace: pulumi.Input[str],
        name: pulumi.Input[str],
        resources: pulumi.Input[Resources],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Patch the object.

        Args:
            resource_name: of the resource.
            namespace: of the object.
            name: of the object; it must exist.
            resources: entries that it gains; ids must not be taken by others.
            opts: Pulumi's options; ``provider`` is an `OpenChoreoProvider` of the control plane.
        """
        super().__init__(resource_name, opts, {"namespace": namespace, "name": name, "resources": resources})


class ComponentWorkflowPatch(_NamespacedResources):
    """Resources of a ComponentWorkflow, in the namespace of an organization."""


class WorkflowPatch(_NamespacedResources):
    """Resources of a Workflow."""


class ClusterWorkflowPatch(_ObjectPatch):
    """Resources of a ClusterWorkflow (OpenChoreo v1.x)."""

    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        resources: pulumi.Input[Resources],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Patch a ClusterWorkflow; arguments as of `ComponentWorkflowPatch`."""
        super().__init__(resource_name, opts, {"name": name, "resources": resources})


class _PlanePatch(_ObjectPatch):
    def __init__(
        self,
        resource_name: str,
        *,
        namespace: pulumi.Input[str],
        name: pulumi.Input[str],
        secret_store_ref: pulumi.Input[str],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Patch the plane.

        Args:
            resource_name: of the resource.
            namespace: of the plane.
            name: of the plane; it must exist.
            secret_store_ref: name of a ClusterSecretStore; a name that somebody else has set is never changed.
            opts: Pulumi's options; ``provider`` is an `OpenChoreoProvider` of the control plane.
        """
        super().__init__(
            resource_name, opts, {"namespace": namespace, "name": name, "secretStoreRef": secret_store_ref}
        )


class DataPlanePatch(_PlanePatch):
    """``spec.secretStoreRef`` of a DataPlane, without which ``${dataplane.secretStore}`` fails."""


class BuildPlanePatch(_PlanePatch):
    """``spec.secretStoreRef`` of a BuildPlane."""


_CLASSES: Final = {
    "ComponentType": ComponentTypePatch,
    "ComponentWorkflow": ComponentWorkflowPatch,
    "BuildPlane": BuildPlanePatch,
    "DataPlane": DataPlanePatch,
}


def register_patch(
    resource_name: str, planned: PlannedPatch, names: Mapping[str, pulumi.Input[str]], opts: pulumi.ResourceOptions
) -> pulumi.CustomResource:
    """Register the patch of one object.

    Args:
        resource_name: of the resource.
        planned: object, and what it gains.
        names: remote key -> its name in the manager, where that differs.
        opts: Pulumi's options; the provider is an `OpenChoreoProvider` of the control plane.
    """
    patch = planned.patch
    gain: dict[str, Any] = {}
    if patch.resources:
        gain["resources"] = [
            {**resource.entry(), "template": with_remote_names(resource.template, names)}
            for resource in patch.resources
        ]
    if patch.image_pull_secrets:
        gain["image_pull_secrets"] = list(patch.image_pull_secrets)
    if patch.secret_store_ref is not None:
        gain["secret_store_ref"] = patch.secret_store_ref
    register: Any = _CLASSES[planned.kind.name]
    resource: pulumi.CustomResource = register(
        resource_name, namespace=planned.namespace, name=planned.name, opts=opts, **gain
    )
    return resource
