"""Component: what an organization's objects on the control plane gain, so that credentials are used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from ..errors import Problem, SettingsError
from ..settings.rules.pull import pull_problems
from .arguments import OrganizationArgs
from .cluster_secret_store import Store, remote_names, store_name
from .object_patches import register_patch
from .register import output_of


@dataclass(frozen=True)
class ControlPlaneArgs(OrganizationArgs):
    """An organization, and the stores that its patches name."""

    build_store: Store = None
    """Store of the builds: a component, or the name of a ClusterSecretStore that exists, which may be an output;
    required for ``component_workflows``."""
    pull_store: Store = None
    """Store on the data plane that pull secrets read through. None: the one that the DataPlane names."""

    def _stores(self) -> dict[str, Any]:
        return {
            "build_store": "" if self.build_store is None else store_name(self.build_store),
            "pull_store": store_name(self.pull_store),
        }


class ControlPlane(pulumi.ComponentResource):
    """Patches of ComponentTypes (pull secrets), ComponentWorkflows (credentials of each run) and planes (stores).

    The objects belong to others and must exist. Destroy takes out exactly what was put in.
    """

    secret_name: pulumi.Output[str] | None
    """Name of the pull secret, as pods refer to it, known once the patches are in. None: the organization has none."""
    component_types: tuple[str, ...]
    """ComponentTypes that pull with the organization's pull secret."""
    component_workflows: tuple[str, ...]
    """ComponentWorkflows that bring the credentials of each run."""

    def __init__(self, name: str, args: ControlPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the patches.

        Args:
            name: of the component.
            args: whose, and through which stores.
            opts: Pulumi's options; the `OpenChoreoProvider` is the control plane's.

        Raises:
            SettingsError: the arguments contradict each other; nothing has been registered then.
        """
        _check(name, args)
        organization, plan = args.organization, args.planned()
        super().__init__("openchoreo:index:ControlPlane", name, {"organization": plan.name}, opts)
        pull, workflows = organization.pull_secret, organization.component_workflows
        self.component_types = pull.component_types if pull else ()
        self.component_workflows = workflows.names if workflows else ()
        names = {"build": remote_names(args.build_store), "pull": remote_names(args.pull_store)}
        child = pulumi.ResourceOptions(parent=self)
        patches = [
            register_patch(f"{name}/{patch.resource}", patch, names[patch.reads], child) for patch in plan.patches
        ]
        self.secret_name = output_of(patches[-1], pull.name(plan.release.defaults)) if pull else None
        self.register_outputs({"componentTypes": self.component_types, "componentWorkflows": self.component_workflows})


def _check(name: str, args: ControlPlaneArgs) -> None:
    if args.plan is not None:
        return
    problems = list(pull_problems(args.organization, "organization", args.release))
    problems += args.interval_problems()
    reads = args.organization.component_workflows is not None and args.organization.build_keys
    if reads and args.build_store is None:
        problems.append(Problem("build_store", "is missing; component_workflows read through it"))
    if problems:
        source = f'ControlPlane "{name}"'
        raise SettingsError(source, problems)
