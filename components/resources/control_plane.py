"""Component: patches of an organization's objects on the control plane, so that OpenChoreo uses the credentials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

from ..plan.combined_patches import list_combined_patches
from ..schema.arguments import check_arguments, raise_problems
from ..secrets.external_secret import Names
from ..settings.rules.planes import validate_plane_kinds
from ..settings.rules.pull import validate_pull
from ..settings.rules.secret_references import validate_references
from ..settings.rules.store_use import use_by_workloads
from ..settings.rules.workflows import validate_workflows
from .arguments import OrganizationArgs
from .build_stores import get_store_names, validate_build_stores
from .cluster_secret_store import PASS_STORE, Store, get_remote_names, get_store_name, validate_store
from .object_patches import register_patch
from .registration import create_output, register
from .required_providers import require_kubernetes_provider, require_openchoreo_provider

_RENAMED: Names = {}
"""Names in the managers for templates that have them already."""


@check_arguments(unless="plan")
@dataclass(frozen=True)
class ControlPlaneArgs(OrganizationArgs):
    """Arguments of `ControlPlane`: the organization, and the stores that its patches name."""

    build_store: Store = None
    """Store of the builds: a component, or the name of an existing ClusterSecretStore, which may be an output. Required
    for ``component_workflows``."""
    pull_store: Store = None
    """Store on the data plane that pull secrets read from. None: the one that the DataPlane names."""
    stores: Mapping[str, Store] = field(default_factory=dict, kw_only=True)
    """Entry of ``secretStores`` -> store, for each entry that credentials name in ``secret_store``."""

    def _stores(self) -> dict[str, Any]:
        build_store = get_store_name(self.build_store, type(self), "build_store")
        pull_store = get_store_name(self.pull_store, type(self), "pull_store")
        build = {"build_store": "" if build_store is None else build_store}
        return {**build, "stores": get_store_names(self.stores, type(self)), "pull_store": pull_store}


class ControlPlane(pulumi.ComponentResource):
    """Patches of ComponentTypes (pull secrets), ComponentWorkflows (credentials of each run) and planes (stores).

    The objects must exist; others own them. Destroy removes exactly what the patches added.
    """

    secret_name: pulumi.Output[str] | None
    """Name of the pull secret in pods; the output waits for the patches. None: the organization has no pull secret."""
    component_types: Sequence[str]
    """ComponentTypes whose pods pull with the organization's pull secret."""
    component_workflows: Sequence[str]
    """ComponentWorkflows whose runs create their own credentials."""
    secret_references: Sequence[str]
    """SecretReferences that developers can select for a build."""

    @check_arguments()
    def __init__(self, name: str, args: ControlPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the patches.

        Args:
            name: name of the component.
            args: the organization and its stores.
            opts: options of the resource; with the `OpenChoreoProvider` of the control plane, and its Kubernetes
                provider for SecretReferences.

        Raises:
            SettingsError: the arguments contradict each other; nothing is registered.
        """
        _check(name, args)
        organization, plan = args.organization, args.resolve_plan()
        names = get_remote_names(args.build_store, args.pull_store, *args.stores.values())
        combined = [*list_combined_patches([plan], namespaced=True)]
        # A stack registers those of cluster-scoped objects once, for all of its organizations.
        combined += list_combined_patches([plan], namespaced=False) if args.plan is None else []
        planned = [*((patch, names) for patch in plan.patches), *((patch.plan(names), _RENAMED) for patch in combined)]
        if planned:
            require_openchoreo_provider(type(self).__name__, name, opts)
        if plan.secret_references:
            require_kubernetes_provider(type(self).__name__, name, opts)
        super().__init__("openchoreo:index:ControlPlane", name, {"organization": plan.name}, opts)
        pull, workflows = organization.pull_secret, organization.component_workflows
        self.component_types = pull.types if pull else ()
        self.component_workflows = (*workflows.names, *workflows.cluster_workflows) if workflows else ()
        child = pulumi.ResourceOptions(parent=self)
        patches = [register_patch(f"{name}/{patch.resource}", patch, of_stores, child) for patch, of_stores in planned]
        self.secret_references = [reference.name for reference in plan.secret_references]
        for reference in plan.secret_references:
            register(f"{name}/{reference.name}", reference.render(names), child)
        self.secret_name = create_output(patches[-1], pull.name(plan.release.defaults)) if pull and patches else None
        self.register_outputs({"componentTypes": self.component_types, "componentWorkflows": self.component_workflows})


def _check(name: str, args: ControlPlaneArgs) -> None:
    if args.plan is not None:
        return
    problems = list(validate_pull(args.organization, "organization", args.release))
    problems += validate_workflows(args.organization, "organization", args.release)
    problems += validate_plane_kinds(args.organization, "organization", args.release)
    problems += validate_references(args.organization, "organization", args.release)
    problems += args.validate_interval()
    organization = args.organization
    default = ("build_store", args.build_store, f"is missing; component_workflows read from it; {PASS_STORE}")
    namespace = args.release.build_namespace(organization.name)
    problems += validate_build_stores(organization, namespace, default, args.stores, organization.run_reads)
    problems += validate_store(args.pull_store, use_by_workloads(organization, "pull_store"))
    raise_problems(ControlPlane.__name__, name, problems)
