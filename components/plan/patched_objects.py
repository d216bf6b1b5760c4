"""Objects of the control plane that an organization changes: their kinds, names and purposes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from ..openchoreo.kinds import Kind
from ..openchoreo.release import Release
from ..pull.credential import PlaneStore
from ..settings.organization import Organization

Role = Literal["components", "projects", "builds", "build plane", "data plane"]


@dataclass(frozen=True)
class PatchedObject:
    """One object, which exists and belongs to others."""

    kind: Kind
    namespace: str | None
    """None: the kind is cluster-scoped."""
    name: str
    role: Role
    """What the object describes."""
    combined: bool = False
    """Whether its patch has expressions that select organizations, so that one patch serves all of them."""

    @property
    def address(self) -> tuple[str, str, str]:
        """Kind, namespace and name, by which objects of several releases are compared."""
        return self.kind.name, self.namespace or "", self.name

    @property
    def alone(self) -> bool:
        """Whether a stack has a patch of it for each organization."""
        return not self.combined or self.kind.namespaced


def list_patched_objects(organization: Organization, release: Release) -> Iterator[PatchedObject]:
    """Every object that an organization changes, each once."""
    namespace = release.control_plane_namespace(organization.name)

    def place(kind: Kind | None, names: Sequence[str], role: Role, *, combined: bool) -> Iterator[PatchedObject]:
        for name in names:
            # The rules about settings refuse names of a kind that the release does not have.
            if kind is not None:
                yield PatchedObject(kind, namespace if kind.namespaced else None, name, role, combined)

    pull, workflows = organization.pull_secret, organization.component_workflows
    if pull is not None:
        yield from place(release.component_type, pull.component_types, "components", combined=False)
        yield from place(release.shared_component_type, pull.cluster_component_types, "components", combined=True)
        yield from place(release.project_type, pull.project_types, "projects", combined=True)
        yield from place(release.shared_project_type, pull.cluster_project_types, "projects", combined=True)
    if workflows is not None:
        combined = release.run_secrets is not None
        yield from place(release.component_workflow, workflows.names, "builds", combined=combined)
        yield from place(release.shared_component_workflow, workflows.cluster_workflows, "builds", combined=True)
    if organization.build_plane is not None:
        kind = select_plane(release.build_planes, organization.build_plane)
        yield from place(kind, [organization.build_plane.name], "build plane", combined=False)
    if organization.data_plane is not None:
        kind = select_plane(release.data_planes, organization.data_plane)
        yield from place(kind, [organization.data_plane.name], "data plane", combined=False)


def select_plane(kinds: Sequence[Kind], plane: PlaneStore) -> Kind:
    """Kind of a plane: the configured one, else the first."""
    return next(kind for kind in kinds if plane.kind in {None, kind.name})
