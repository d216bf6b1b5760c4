"""The workflows on the control plane that the builds of each organization can use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from ..errors import ForbiddenError
from ..manifests import Manifest
from ..openchoreo.builds import Builds
from ..openchoreo.kinds import Kind
from ..patches.containers import find
from ..patches.model import RESOURCES
from ..plan.organization import OrganizationPlan
from ..plan.stack import Plan
from .connection import Cluster
from .objects import Location

INCLUDE_WHEN = "includeWhen"
"""Field of an entry with the condition under which it is rendered."""


@dataclass(frozen=True)
class Workflow:
    """One workflow."""

    location: Location
    """Where it is."""
    manifest: Manifest
    """The live object."""

    def plane(self, builds: Builds) -> tuple[str, str]:
        """Kind and name of its build plane."""
        kind, name = builds.default_plane
        return find(self.manifest, builds.plane_kind) or kind, find(self.manifest, builds.plane_name) or name

    @property
    def entries(self) -> list[Manifest]:
        """What each run of it creates."""
        entries = find(self.manifest, ("spec", RESOURCES))
        return [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


class Workflows:
    """The live workflows, read once."""

    def __init__(self, cluster: Cluster, plan: Plan, builds: Builds) -> None:
        self.cluster = cluster
        self.plan = plan
        self.builds = builds

    def usable(self) -> Iterator[tuple[OrganizationPlan, list[Workflow]]]:
        """Each organization with credentials of builds, and the workflows that it can use."""
        by_namespace: dict[str | None, list[Workflow]] = {}
        for workflow in self.all:
            by_namespace.setdefault(workflow.location.namespace, []).append(workflow)
        for organization in list_builders(self.plan):
            namespace = self.plan.release.control_plane_namespace(organization.name)
            yield organization, [*by_namespace.get(namespace, ()), *by_namespace.get(None, ())]

    @cached_property
    def all(self) -> list[Workflow]:
        """All workflows, first those in namespaces. Without credentials of builds nothing is read.

        Raises:
            ClusterError: the cluster cannot be reached, or refuses a list in a namespace.
        """
        if not list_builders(self.plan):
            return []
        return [
            Workflow(Location(kind, item["metadata"]["name"], item["metadata"].get("namespace")), item)
            for kind in self.builds.kinds
            for item in self._list(kind)
        ]

    def _list(self, kind: Kind) -> list[Manifest]:
        """All objects of a kind with one call; a call for each namespace if the user may read those only."""
        if not kind.namespaced:
            return list(self.cluster.items(kind.path(None)))
        release = self.plan.release
        namespaces = [release.control_plane_namespace(organization.name) for organization in list_builders(self.plan)]
        try:
            items = list(self.cluster.items(kind.path(None)))
        except ForbiddenError:
            return [item for namespace in namespaces for item in self.cluster.items(kind.path(namespace))]
        return [item for item in items if item["metadata"]["namespace"] in set(namespaces)]


def list_builders(plan: Plan) -> list[OrganizationPlan]:
    """The organizations whose builds have credentials of the stack, in a release whose builds are checked."""
    return [
        organization
        for organization in plan.organizations
        if organization.organization.build_credentials and organization.release.builds is not None
    ]
