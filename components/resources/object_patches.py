"""Resources of the ``openchoreo`` provider that add entries to existing OpenChoreo objects.

One class for each kind, named as in pulumi-kubernetes: `ComponentTypePatch` patches a ComponentType that exists.
`ObjectPatch` patches an object of any kind of a release. Delete removes exactly what was added. The diff reads the live
object, so a preview without refresh shows that someone has removed an entry. The object gets an annotation
that says what was added, under the `identity` of the patch: the stack, and the type and name of the resource.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pulumi

from ..openchoreo.kinds import Kind
from ..patches.model import Patch
from ..patches.record import Identity
from ..plan.patches import PlannedPatch
from ..schema.arguments import check_arguments
from ..secrets.external_secret import Names, rename_remote_keys
from .required_providers import require_openchoreo_provider
from .stack_id import get_stack_id

Resources = Sequence[pulumi.Input[Mapping[str, Any]]]
"""Entries of ``spec.resources``: ``id``, ``template`` and, if the kind supports it, ``includeWhen``."""


OtherPods = Sequence[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
"""Pods of other resources: ``resource``, the id of the resource, and ``path``, the path of the pod spec in it."""


Overrides = Sequence[pulumi.Input[Mapping[str, Any]]]
"""Values that are other ones for some namespaces: ``path``, ``variable``, ``namespaces``, ``value`` and, if needed,
``otherwise`` and ``unless``, as in `Override`."""


class _ObjectPatch(pulumi.CustomResource):
    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None,
        props: Mapping[str, Any],
        type_name: str | None = None,
        identity: Identity | None = None,
    ) -> None:
        kind = type_name or type(self).__name__
        require_openchoreo_provider(type(self).__name__, resource_name, opts)
        whose = identity or Identity(get_stack_id(), f"{kind}/{resource_name}")
        set_props = {key: value for key, value in props.items() if value is not None}
        set_props["identity"] = {"stack": whose.stack, "name": whose.name}
        super().__init__(f"openchoreo:index:{kind}", resource_name, set_props, opts)


class ObjectPatch(_ObjectPatch):
    """A `Patch` of one object of any kind."""

    @check_arguments()
    def __init__(  # noqa: PLR0913 -- the object, and the patch
        self,
        resource_name: str,
        kind: Kind,
        patch: Patch,
        *,
        name: pulumi.Input[str],
        namespace: pulumi.Input[str] | None = None,
        identity: Identity | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Patch an object.

        Args:
            resource_name: name of the resource.
            kind: kind of the object, from the release of the provider.
            patch: what to add.
            name: name of the object; it must exist.
            namespace: namespace of the object. None: the kind is cluster-scoped.
            identity: whose patch it is, in the record on the object. None: the stack and the resource.
            opts: options of the resource; ``provider`` is an `OpenChoreoProvider` of the control plane.
        """
        props: dict[str, Any] = {"namespace": namespace, "name": name, "secretStoreRef": patch.secret_store_ref}
        if patch.resources:
            props["resources"] = [resource.entry() for resource in patch.resources]
        if patch.image_pull_secrets:
            props["imagePullSecrets"] = list(patch.image_pull_secrets)
        if patch.pods:
            props["pods"] = [{"resource": place.resource, "path": place.path} for place in patch.pods]
        if patch.overrides:
            props["overrides"] = [override.plain() for override in patch.overrides]
        super().__init__(resource_name, opts, props, f"{kind.name}Patch", identity)


class ComponentTypePatch(_ObjectPatch):
    """Resources and image pull secrets of a ComponentType, in the namespace of an organization."""

    @check_arguments()
    def __init__(  # noqa: PLR0913 -- the parts of a patch
        self,
        resource_name: str,
        *,
        namespace: pulumi.Input[str],
        name: pulumi.Input[str],
        resources: pulumi.Input[Resources] | None = None,
        image_pull_secrets: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        pods: pulumi.Input[OtherPods] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Patch a ComponentType.

        Args:
            resource_name: name of the resource.
            namespace: namespace of the ComponentType.
            name: name of the ComponentType; it must exist.
            resources: entries to add; their ids must be unused.
            image_pull_secrets: names to add to the pods of its workload.
            pods: further pods that get these names, of resources that are not its primary workload.
            opts: options of the resource; ``provider`` is an `OpenChoreoProvider` of the control plane.
        """
        props = {
            "namespace": namespace,
            "name": name,
            "resources": resources,
            "imagePullSecrets": image_pull_secrets,
            "pods": pods,
        }
        super().__init__(resource_name, opts, props)


class ClusterComponentTypePatch(_ObjectPatch):
    """Resources and image pull secrets of a ClusterComponentType (OpenChoreo v0.16 and later)."""

    @check_arguments()
    def __init__(  # noqa: PLR0913 -- the parts of a patch
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        resources: pulumi.Input[Resources] | None = None,
        image_pull_secrets: pulumi.Input[Sequence[pulumi.Input[str]]] | None = None,
        pods: pulumi.Input[OtherPods] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Patch a ClusterComponentType; arguments as for `ComponentTypePatch`."""
        props = {"name": name, "resources": resources, "imagePullSecrets": image_pull_secrets, "pods": pods}
        super().__init__(resource_name, opts, props)


class _NamespacedResources(_ObjectPatch):
    @check_arguments()
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
            resource_name: name of the resource.
            namespace: namespace of the object.
            name: name of the object; it must exist.
            resources: entries to add; their ids must be unused.
            opts: options of the resource; ``provider`` is an `OpenChoreoProvider` of the control plane.
        """
        super().__init__(resource_name, opts, {"namespace": namespace, "name": name, "resources": resources})


class ComponentWorkflowPatch(_NamespacedResources):
    """Resources of a ComponentWorkflow, in the namespace of an organization."""


class WorkflowPatch(_NamespacedResources):
    """Resources of a Workflow."""


class ClusterWorkflowPatch(_ObjectPatch):
    """Resources and values of a ClusterWorkflow (OpenChoreo v1.x)."""

    @check_arguments()
    def __init__(
        self,
        resource_name: str,
        *,
        name: pulumi.Input[str],
        resources: pulumi.Input[Resources] | None = None,
        overrides: pulumi.Input[Overrides] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Patch a ClusterWorkflow; arguments as for `ComponentWorkflowPatch`.

        Args:
            resource_name: name of the resource.
            name: name of the ClusterWorkflow; it must exist.
            resources: entries to add; their ids must be unused.
            overrides: values that are other ones for some namespaces.
            opts: options of the resource; ``provider`` is an `OpenChoreoProvider` of the control plane.
        """
        super().__init__(resource_name, opts, {"name": name, "resources": resources, "overrides": overrides})


class _PlanePatch(_ObjectPatch):
    @check_arguments()
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
            resource_name: name of the resource.
            namespace: namespace of the plane.
            name: name of the plane; it must exist.
            secret_store_ref: name of a ClusterSecretStore; it never replaces a name that someone else set.
            opts: options of the resource; ``provider`` is an `OpenChoreoProvider` of the control plane.
        """
        super().__init__(
            resource_name, opts, {"namespace": namespace, "name": name, "secretStoreRef": secret_store_ref}
        )


class DataPlanePatch(_PlanePatch):
    """``spec.secretStoreRef`` of a DataPlane, without which ``${dataplane.secretStore}`` fails."""


class BuildPlanePatch(_PlanePatch):
    """``spec.secretStoreRef`` of a BuildPlane."""


def register_patch(
    resource_name: str, planned: PlannedPatch, names: Names, opts: pulumi.ResourceOptions
) -> ObjectPatch:
    """Register the patch of one object.

    Args:
        resource_name: name of the resource.
        planned: the object and its patch.
        names: names in the managers of the stores.
        opts: options of the resource, with the `OpenChoreoProvider` of the control plane.
    """
    resources = tuple(
        replace(resource, template=rename_remote_keys(resource.template, names)) for resource in planned.patch.resources
    )
    patch = replace(planned.patch, resources=resources)
    return ObjectPatch(
        resource_name,
        planned.kind,
        patch,
        name=planned.name,
        namespace=planned.namespace,
        identity=planned.identity,
        opts=opts,
    )
