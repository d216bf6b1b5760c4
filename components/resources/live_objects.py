"""A resource of the ``openchoreo`` provider: repair objects of a stack that others have edited or deleted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pulumi

from ..managers.cluster_secret_store import render_store
from ..managers.manager import Endpoint
from ..manifests import Manifest
from ..object_names import name_object
from ..plan.objects import STRICT
from ..plan.organization import OrganizationPlan
from ..plan.rights import ClusterPlane
from ..plan.stack import Plan
from ..secrets.external_secret import Names, rename_fan_out_keys, rename_remote_keys
from ..secrets.manual_secret import ManualSecret
from .managed_store import ManagedStoreResources
from .manual_secrets import render_manual_secret
from .provider import OpenChoreoProvider
from .registration import build_registered, build_registered_patch
from .stack_id import get_stack_id

Registered = tuple[str, Manifest]
"""Who needs an object, for messages, and its manifest exactly as it is registered; it may contain outputs."""


class LiveObjects(pulumi.CustomResource):
    """Compares the objects of one cluster with the live ones in each preview, and repairs them in an update.

    pulumi-kubernetes compares inputs with its state, so it sees no edit by hand without a refresh, and added fields not
    even then. This resource makes one list call for each kind. The providers of the objects depend on it, so that an
    object that was deleted exists again before it is updated.
    """

    def __init__(
        self,
        name: str,
        *,
        objects: Iterable[Registered],
        refused: Mapping[str, Any] | None = None,
        organizations: Iterable[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Compare objects.

        Args:
            name: name of the resource.
            objects: user and manifest of each object.
            refused: organizations that this run refuses, and their objects, which are neither compared nor forgotten.
            organizations: the configured organizations, if some may share a store. What others have read with is
                deleted before the stores are changed. None: no store is shared.
            opts: options of the resource; ``provider`` is an `OpenChoreoProvider`.
        """
        plain, deferred = [], []
        for user, manifest in objects:
            if _has_outputs(manifest):
                text = pulumi.Output.json_dumps(manifest)
                deferred.append({"name": name_object(manifest), "user": user, "manifest": text})
            else:
                plain.append((user, manifest))
        # One text, because a property for each field would cost as much as registering the objects again.
        manifests = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
        props: dict[str, Any] = {"stack": get_stack_id(), "manifests": manifests, "deferred": deferred}
        if refused:
            props["refused"] = refused
        if organizations is not None:
            props["organizations"] = list(organizations)
        super().__init__("openchoreo:index:LiveObjects", name, props, opts)


@dataclass(frozen=True)
class LiveInputs:
    """What a run adds to the plan of its objects."""

    manual: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Entries of ``manualSecrets``."""
    endpoints: Mapping[str, Endpoint] = field(default_factory=dict)
    """Plane -> its API server, if a store of the plane needs the address."""
    managed: Mapping[str, ManagedStoreResources] = field(default_factory=dict)
    """Name of a ClusterSecretStore -> its resources in the secret manager."""

    @cached_property
    def names(self) -> Names:
        """Name of a ClusterSecretStore -> remote key -> its name in the manager, if that differs from the key."""
        return {store: resources.names for store, resources in self.managed.items() if resources.names}


def list_registered(
    plan: Plan, plane: ClusterPlane, inputs: LiveInputs, select: Callable[[str | None], bool] = lambda _: True
) -> Iterator[Registered]:
    """Every object that the components of a stack register on one of its planes.

    Args:
        plan: of the stack.
        plane: plane of the cluster; ``build`` includes pull secrets if both planes are one cluster.
        inputs: of the run.
        select: whether to include the objects that one organization needs; called with None for objects of several.
    """
    for manifest in plan.policies.get(plane, ()) if plane != "control" and select(None) else ():
        yield STRICT, build_registered(manifest)
    for store in plan.stores:
        if store.plane == plane and select(store.only_organization):
            rendered = render_store(store, inputs.manual, inputs.endpoints.get(store.plane))
            for manifest in (*store.identity, rendered):
                yield f'store "{store.name}"', build_registered(manifest)
    for organization in plan.organizations:
        if not select(organization.name):
            continue
        user = f'organization "{organization.name}"'
        if plane == "build":
            yield user, _namespace(organization)
            yield from ((user, build_registered(manifest)) for manifest in _build_plane(organization, inputs))
        if plane == "control":
            yield from ((user, build_registered(manifest)) for manifest in _references(organization, inputs))
        elif plan.pull_plane == plane:
            yield from ((user, build_registered(manifest)) for manifest in _pull_secrets(organization, inputs))


def _namespace(plan: OrganizationPlan) -> Manifest:
    build = build_registered_patch if plan.adopts_namespace else build_registered
    return build(plan.namespace_manifest)


def _build_plane(plan: OrganizationPlan, inputs: LiveInputs) -> Iterator[Manifest]:
    if plan.quota is not None:
        yield plan.quota
    yield from plan.generators
    for manifest in plan.external_secrets:
        yield rename_remote_keys(manifest, inputs.names)
    for secret in plan.manual_secrets:
        yield _manual(plan, plan.namespace, secret, inputs)


def _pull_secrets(plan: OrganizationPlan, inputs: LiveInputs) -> Iterator[Manifest]:
    if plan.fan_out is not None:
        yield rename_fan_out_keys(plan.fan_out, inputs.names)
    for namespace, secret in plan.pull_manual:
        yield _manual(plan, namespace, secret, inputs)


def _references(plan: OrganizationPlan, inputs: LiveInputs) -> Iterator[Manifest]:
    return (reference.render(inputs.names) for reference in plan.secret_references)


def _manual(plan: OrganizationPlan, namespace: str, secret: ManualSecret, inputs: LiveInputs) -> Manifest:
    return render_manual_secret(plan.name, namespace, secret, inputs.manual)


def _has_outputs(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_outputs(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return any(_has_outputs(item) for item in value)
    return isinstance(value, pulumi.Output)


def compare_objects(
    plane: ClusterPlane, provider: OpenChoreoProvider, plan: Plan, inputs: LiveInputs, refused: AbstractSet[str]
) -> LiveObjects:
    """Compare and repair the objects of one cluster, except those that only a refused organization needs."""
    objects = (
        list(list_registered(plan, plane, inputs, lambda organization: organization in refused)) if refused else ()
    )
    names = [name_object(manifest) for _, manifest in objects]
    return LiveObjects(
        f"{plane}-plane",
        objects=list_registered(plan, plane, inputs, lambda organization: organization not in refused),
        refused={"organizations": sorted(refused), "objects": names} if refused else None,
        organizations=_list_organizations(plan),
        opts=pulumi.ResourceOptions(provider=provider),
    )


def _list_organizations(plan: Plan) -> list[str] | None:
    """The configured organizations. None: each store is for one organization, whose name is in that of the store."""
    owners = ((store.name, store.only_organization) for store in plan.stores)
    if all(owner is not None and name.endswith(f"-{owner}") for name, owner in owners):
        return None
    return sorted({organization.name for organization in plan.organizations})
