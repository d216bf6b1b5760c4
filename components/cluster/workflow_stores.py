"""Build planes without a store, although workflows read from it: their runs create an ExternalSecret that ESO refuses.

Source: OpenChoreo v1.2.3 renders ``${workflowplane.secretStore}`` as an empty text if the plane names no store. The
schema of ESO refuses an empty name, so the run is tried again for ever.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Set as AbstractSet

from ..openchoreo.builds import Builds
from ..patches.containers import find
from ..patches.model import SECRET_STORE_REF
from ..plan.organization import OrganizationPlan
from ..plan.stack import Plan
from .objects import Location
from .obstacles import Obstacle, raise_obstacles
from .workflows import INCLUDE_WHEN, Workflow, Workflows

_Replaced = Mapping[Location, Mapping[str, AbstractSet[str]]]
"""Workflow -> id of an entry -> namespaces for which a patch of the stack replaces it."""


def check_stores(workflows: Workflows) -> None:
    """Check that each build plane has a store, if a workflow always reads from it.

    Entries with a condition count only for organizations with SecretReferences, which developers select for a run.

    Raises:
        PreflightError: a plane has none, and no patch of the stack gives it one.
        ClusterError: the cluster cannot be reached, or refuses a request.
    """
    raise_obstacles(workflows.cluster, _list_problems(workflows))


def _list_problems(workflows: Workflows) -> Iterator[Obstacle]:
    plan, builds = workflows.plan, workflows.builds
    with_store = {
        Location(patch.kind, patch.name, patch.namespace)
        for organization in plan.organizations
        for patch in organization.patches
        if patch.patch.secret_store_ref
    }
    without_store: set[Location] = set()
    replaced = _list_replaced(plan)
    for organization, usable in workflows.usable():
        readers: dict[Location, list[Workflow]] = {}
        for workflow in usable:
            plane = _locate_plane(workflow, organization, builds)
            if plane is not None and plane not in with_store:
                readers.setdefault(plane, []).append(workflow)
        for plane, users in readers.items():
            if plane not in without_store:
                live = workflows.cluster.get(plane.path)
                # A plane that does not exist fails for another reason, which OpenChoreo states.
                fits = live is None or find(live, ("spec", SECRET_STORE_REF, "name"))
                (with_store if fits else without_store).add(plane)
            if plane in without_store:
                names = [str(user.location) for user in users if _reads_store(user, organization, builds, replaced)]
                if names:
                    yield Obstacle(organization.name, _describe(plan, organization, plane, names))


def _locate_plane(workflow: Workflow, organization: OrganizationPlan, builds: Builds) -> Location | None:
    """The build plane of a workflow. None: it has a kind that the release does not have."""
    kind_name, name = workflow.plane(builds)
    kind = next((kind for kind in organization.release.build_planes if kind.name == kind_name), None)
    if kind is None:
        return None
    return Location(kind, name, workflow.location.namespace if kind.namespaced else None)


def _list_replaced(plan: Plan) -> _Replaced:
    """What the patches of the stack replace in each workflow."""
    return {
        Location(patch.place.kind, patch.place.name, patch.place.namespace): patch.replaced
        for patch in plan.all_combined_patches
    }


def _reads_store(workflow: Workflow, organization: OrganizationPlan, builds: Builds, replaced: _Replaced) -> bool:
    """Whether each run of an organization creates an object that reads from the store of the plane."""
    namespace = organization.release.control_plane_namespace(organization.name)
    entries = replaced.get(workflow.location, {})
    return any(
        builds.store in json.dumps(entry.get("template"))
        and (not entry.get(INCLUDE_WHEN) or organization.secret_references)
        and namespace not in entries.get(str(entry.get("id")), ())
        for entry in workflow.entries
    )


def _describe(plan: Plan, organization: OrganizationPlan, plane: Location, names: list[str]) -> str:
    release = plan.release
    key = release.words.get("organizations.*.buildPlane", "buildPlane")
    kind = "" if plane.kind == release.build_plane else f"kind: {plane.kind.name}, "
    return (
        f'organization "{organization.name}": {plane} has no spec.{SECRET_STORE_REF}, so no run of '
        f"{', '.join(names)} can start; set {key}: {{{kind}name: {plane.name}, secretStoreRef: <ClusterSecretStore>}}"
    )
