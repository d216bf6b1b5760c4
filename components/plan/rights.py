"""What the users of a stack's contexts must be allowed to do on its clusters, derived from the plan of the stack.

The verbs are those that Pulumi's Kubernetes provider and this package use, as the audit log of an API server has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from ..manifests import DELETE, Manifest
from ..object_names import pluralize
from .organization import OrganizationPlan
from .stack import Plan

ClusterPlane = Literal["build", "control", "data"]
Place = tuple[str | None, str | None]
"""Namespace and name. No namespace: cluster-scoped. No name: every object there."""

READING: Final = frozenset({"get", "list"})
"""Verbs without which not even a preview without changes is possible."""
_EVERYWHERE: Final[Place] = (None, None)
_ON_OBJECT: Final = ("get", "patch", "update", "delete")
"""Verbs on each created object: read it, apply it, compare it with a dry run, delete it."""
_ON_KIND: Final = ("create", "watch")
"""Verbs that no role can allow by the name of an object: create it, and wait until it is deleted."""
_ESO: Final = "external-secrets.io"
_ROLE: Final = "Role"


@dataclass(frozen=True)
class Right:
    """One verb on the objects of one kind."""

    plane: ClusterPlane
    """Whose cluster."""
    group: str
    """API group; empty: the core group."""
    resource: str
    """``externalsecrets``."""
    verb: str
    places: frozenset[Place]
    """Which objects. Empty: all of the cluster."""

    @property
    def qualified(self) -> str:
        """``externalsecrets.external-secrets.io``."""
        return f"{self.resource}.{self.group}" if self.group else self.resource


_Key = tuple[ClusterPlane, str, str, str]
_Need = tuple[_Key, Place]


def list_rights(plan: Plan) -> tuple[Right, ...]:
    """Every right that an update of a stack needs, sorted by plane, group and resource.

    Objects that the configuration has no more are not in the plan, so the right to delete their kind is not here if no
    other object has it.
    """
    places: dict[_Key, set[Place]] = {}
    for key, place in _list_needs(plan):
        places.setdefault(key, set()).add(place)
    return tuple(
        Right(*key, frozenset() if _EVERYWHERE in where else frozenset(where)) for key, where in sorted(places.items())
    )


def _list_needs(plan: Plan) -> Iterator[_Need]:
    clusters = plan.settings.clusters
    yield from _shared_needs("build")
    # The wait reads them, also if there is none to wait for.
    yield from _needs("build", _ESO, "externalsecrets", ("list",), _EVERYWHERE)
    yield from _needs("build", "", "namespaces", ("list",), _EVERYWHERE)
    if clusters.data_plane is not None:
        yield from _shared_needs(plan.pull_plane)
    yield from _check_needs(plan)
    for planned in plan.objects:
        group, resource = _get_group(planned.api), pluralize(planned.kind)
        yield from _needs(planned.plane, group, resource, ("list",), _EVERYWHERE)
        if not planned.by_operator:
            yield from _object_needs(planned.plane, group, resource, (planned.namespace, planned.name))
    for store in plan.stores:
        for manifest in store.identity:
            yield from _granted_needs(store.plane, manifest)
    for organization in plan.organizations:
        yield from _organization_needs(plan, organization)
    if clusters.control_plane is not None:
        for organization in plan.organizations:
            yield from _control_needs(organization)


def _shared_needs(plane: ClusterPlane) -> Iterator[_Need]:
    """What every command needs: the identity of the cluster."""
    yield from _needs(plane, "", "namespaces", ("get",), ("kube-system", "kube-system"))


def _check_needs(plan: Plan) -> Iterator[_Need]:
    """What the checks of builds and of the store of the installation read."""
    builds, clusters = plan.release.builds, plan.settings.clusters
    if builds is None:
        return
    planes: tuple[ClusterPlane, ...] = ("build", plan.pull_plane)
    for plane in dict.fromkeys(planes):
        yield from _needs(plane, _ESO, "clustersecretstores", ("list",), _EVERYWHERE)
    builders = [organization for organization in plan.organizations if organization.organization.build_credentials]
    if builders:
        kind = builds.templates
        yield from _needs("build", _get_group(kind.api), kind.plural, ("list",), _EVERYWHERE)
    for organization in builders if clusters.control_plane is not None else ():
        where = plan.release.control_plane_namespace(organization.name)
        kinds = (*((kind, "list") for kind in builds.kinds), *((kind, "get") for kind in plan.release.build_planes))
        for kind, verb in kinds:
            place = where if kind.namespaced else None, None
            yield from _needs("control", _get_group(kind.api), kind.plural, (verb,), place)
        steps, namespace = builds.local_templates, plan.release.build_namespace(organization.name)
        yield from _needs("build", _get_group(steps.api), steps.plural, ("list",), (namespace, None))
        selected = plan.release.secret_reference
        if selected is not None and organization.organization.component_workflows is not None:
            yield from _needs("control", _get_group(selected.api), selected.plural, ("get",), (where, None))


def _organization_needs(plan: Plan, organization: OrganizationPlan) -> Iterator[_Need]:
    namespace = organization.namespace
    yield from _needs("build", "", "namespaces", ("get", "patch", "update"), (namespace, namespace))
    if not organization.adopts_namespace:
        yield from _needs("build", "", "namespaces", ("create",), _EVERYWHERE)
        if organization.offboarding == DELETE:
            yield from _needs("build", "", "namespaces", ("delete",), (namespace, namespace))
            yield from _needs("build", "", "namespaces", ("watch",), _EVERYWHERE)
    for name, _ in organization.pull_manual:
        yield from _needs(plan.pull_plane, "", "namespaces", ("get",), (name, name))
    if organization.fan_outs:
        # The wait asks ESO to retry those that failed, in namespaces that OpenChoreo creates.
        yield from _needs(plan.pull_plane, _ESO, "externalsecrets", ("list", "patch"), _EVERYWHERE)
        yield from _needs(plan.pull_plane, "", "namespaces", ("list",), _EVERYWHERE)
        # The check for Secrets of others, which ESO would overwrite.
        yield from _needs(plan.pull_plane, "", "secrets", ("list",), _EVERYWHERE)


def _control_needs(organization: OrganizationPlan) -> Iterator[_Need]:
    release = organization.release
    if organization.builds_only:
        return
    for patched in organization.patched_objects:
        kind, place = patched.kind, (patched.namespace, patched.name)
        yield from _shared_needs("control")
        yield from _needs("control", _get_group(kind.api), kind.plural, ("get", "patch"), place)
    pull = organization.organization.pull_secret
    if pull is not None and pull.delivery == "component" and organization.pull_store is None:
        where = release.control_plane_namespace(organization.name)
        listed = release.data_plane if release.environments is None else release.environments.kind
        yield from _needs("control", _get_group(listed.api), listed.plural, ("list",), (where, None))
        for kind in release.data_planes if release.environments is not None else ():
            yield from _needs(
                "control", _get_group(kind.api), kind.plural, ("get",), (where if kind.namespaced else None, None)
            )


def _object_needs(plane: ClusterPlane, group: str, resource: str, place: Place) -> Iterator[_Need]:
    """What the provider and the comparison do with an object of a stack."""
    yield from _needs(plane, group, resource, _ON_OBJECT, place)
    yield from _needs(plane, group, resource, _ON_KIND, (place[0], None))


def _granted_needs(plane: ClusterPlane, manifest: Manifest) -> Iterator[_Need]:
    """The rights that a created Role grants, because Kubernetes lets a user grant only their own; and to bind the Role.

    Without ``bind``, the preview of a RoleBinding fails as long as its Role does not exist.
    """
    if manifest["kind"] == _ROLE:
        metadata = manifest["metadata"]
        bound = metadata["namespace"], metadata["name"]
        yield from _needs(plane, _get_group(manifest["apiVersion"]), pluralize(_ROLE), ("bind",), bound)
        for rule in manifest["rules"]:
            for group in rule["apiGroups"]:
                for resource in rule["resources"]:
                    for name in rule.get("resourceNames", (None,)):
                        yield from _needs(plane, group, resource, rule["verbs"], (metadata["namespace"], name))


def _needs(plane: ClusterPlane, group: str, resource: str, verbs: Iterable[str], place: Place) -> Iterator[_Need]:
    for verb in verbs:
        yield (plane, group, resource, verb), place


def _get_group(api: str) -> str:
    """The group of ``external-secrets.io/v1``; empty for ``v1``."""
    return api.rpartition("/")[0]
