"""Component: what an organization's objects on the control plane gain, so that credentials are used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from ..errors import Problem, SettingsError
from ..openchoreo.release import Release
from ..openchoreo.v0_9 import V0_9
from ..plan.credentials import credentials
from ..plan.pull import component_type_patch
from ..plan.workflow import component_workflow_patch
from ..pull.credential import Plane
from ..secrets.external_secret import Target
from ..settings.rules.organization import remote_keys
from ..settings.rules.pull import pull_problems
from ..settings.stack import Organization
from .cluster_secret_store import SecretStore, store_name
from .object_patches import BuildPlanePatch, ComponentTypePatch, ComponentWorkflowPatch, DataPlanePatch, arguments
from .stack_id import stack_id


@dataclass(frozen=True)
class ControlPlaneArgs:
    """An organization, and the stores that its patches name."""

    organization: Organization
    """Whose ComponentTypes, ComponentWorkflows and planes. Its namespace has its name."""
    build_store: SecretStore | str | None = None
    """Store of the builds: a component, or the name of a ClusterSecretStore that exists; needed for
    ``component_workflows``."""
    pull_store: SecretStore | str | None = None
    """Store on the data plane that pull secrets read through. None: the one that the DataPlane names."""
    refresh_interval: str = "1h0m0s"
    """How often the manager is asked, as a canonical Go duration, unless the organization says otherwise."""
    release: Release = V0_9
    """OpenChoreo release of the platform."""


class ControlPlane(pulumi.ComponentResource):
    """Patches of ComponentTypes (pull secrets), ComponentWorkflows (credentials of each run) and planes (stores).

    The objects belong to others and must exist. Destroy takes out exactly what was put in.
    """

    secret_name: str | None
    """Name of the pull secret, as pods refer to it. None: the organization has none."""
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
        super().__init__("openchoreo:index:ControlPlane", name, None, opts)
        organization, child = args.organization, pulumi.ResourceOptions(parent=self)
        pull, workflows = organization.pull_secret, organization.component_workflows
        self.secret_name = pull.name if pull else None
        self.component_types = pull.component_types if pull else ()
        self.component_workflows = workflows.names if workflows else ()
        place: dict[str, Any] = {"namespace": organization.name, "opts": child}

        if organization.build_plane is not None:
            BuildPlanePatch(f"{name}/build-plane", **_plane(organization.build_plane), **place)
        if organization.data_plane is not None:
            DataPlanePatch(f"{name}/data-plane", **_plane(organization.data_plane), **place)
        if pull is not None:
            gained = arguments(
                component_type_patch(
                    organization,
                    release=args.release,
                    store=store_name(args.pull_store),
                    refresh_interval=args.refresh_interval,
                    stack=stack_id(),
                )
            )
            for component_type in pull.component_types:
                ComponentTypePatch(f"{name}/{component_type}", name=component_type, **gained, **place)
        if workflows is not None:
            target = Target(organization.name, "", store_name(args.build_store), args.refresh_interval)
            found = credentials(organization, target)
            brought = arguments(component_workflow_patch(organization, found, release=args.release, stack=stack_id()))
            for workflow in workflows.names:
                ComponentWorkflowPatch(f"{name}/{workflow}", name=workflow, **brought, **place)
        self.register_outputs({"componentTypes": self.component_types, "componentWorkflows": self.component_workflows})


def is_needed(organization: Organization) -> bool:
    """Whether anything of an organization is patched on the control plane."""
    patched = (
        organization.pull_secret,
        organization.component_workflows,
        organization.build_plane,
        organization.data_plane,
    )
    return any(part is not None for part in patched)


def _plane(plane: Plane) -> dict[str, Any]:
    return {"name": plane.name, "secret_store_ref": plane.secret_store_ref}


def _check(name: str, args: ControlPlaneArgs) -> None:
    problems = list(pull_problems(args.organization, "organization"))
    reads = args.organization.component_workflows is not None and remote_keys(args.organization)
    if reads and args.build_store is None:
        problems.append(Problem("build_store", "is missing; component_workflows read through it"))
    if problems:
        source = f'ControlPlane "{name}"'
        raise SettingsError(source, problems)
