"""What a stack registers for one organization."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pulumi

from ..plan.organization import OrganizationPlan
from .build_plane import BuildPlane
from .build_stores import list_store_resources
from .cluster_secret_store import SecretStore
from .control_plane import ControlPlane
from .data_plane import DataPlane


@dataclass(frozen=True)
class Deployed:
    """Components of one organization."""

    plan: OrganizationPlan
    """Its plan."""
    build_plane: BuildPlane
    """Its build namespace and credentials; with two releases, those of the newer one."""
    data_plane: DataPlane | None
    """Its pull secret on the data plane. None: it needs no object there."""
    control_plane: ControlPlane | None
    """Its patches. None: it patches nothing."""
    pull_store: SecretStore | None = None
    """Store that its workloads pull with. None: the stack has none."""
    aws_secrets: list[pulumi.Input[str]] = field(default_factory=list)
    """Names of its secrets in AWS that are created without a value."""
    older: Deployed | None = None
    """Its builds under the release that the platform moves from. None: it does not move."""

    @property
    def build_planes(self) -> list[BuildPlane]:
        """Its build namespaces and credentials, one for each release."""
        return [*(self.older.build_planes if self.older is not None else ()), self.build_plane]

    @property
    def credentials(self) -> list[pulumi.Resource]:
        """What must exist before an object of the control plane refers to it."""
        return [*self.build_plane.external_secrets, *list_store_resources([self.pull_store])]

    def outputs(self) -> dict[str, Any]:
        """Names of the created objects, for ``pulumi stack output --json``.

        With two releases, the builds of the newer one are under its name.
        """
        names = self._list_builds()
        if self.older is not None:
            names = {**self.older.outputs(), self.plan.release.name: names}
        pull = self.plan.organization.pull_secret
        if pull is not None and self.plan.pull_content is not None:
            names["pullSecret"] = {"secretName": self.plan.pull_content.name, "componentTypes": list(pull.types)}
        if self.control_plane is not None and self.control_plane.secret_references:
            names["secretReferences"] = list(self.control_plane.secret_references)
        if self.aws_secrets:
            names["awsSecrets"] = self.aws_secrets
        return names

    def _list_builds(self) -> dict[str, Any]:
        names: dict[str, Any] = {"namespace": self.plan.namespace, "secrets": self.build_plane.secrets}
        workflows = self.plan.organization.component_workflows
        if workflows is not None:
            names["componentWorkflows"] = [*workflows.names, *workflows.cluster_workflows]
        return names
