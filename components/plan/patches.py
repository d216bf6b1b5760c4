"""Patches of an organization's objects on the control plane.

Source: OpenChoreo v0.9 docs, "Component Workflow Secrets". A run overwrites existing resources and deletes them with
itself. With the fixed names of the docs, a deleted run would delete the Secrets of all other runs, so each run has its
own names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..errors import Problem, SettingsError
from ..git.secret import CREDENTIAL as GIT
from ..manifests import STACK_ANNOTATION, Manifest
from ..openchoreo import DEFAULT_RELEASE
from ..openchoreo.kinds import Kind
from ..openchoreo.release import Defaults, Release, RunSecret
from ..patches.model import Patch, PodPath, Resource
from ..patches.patch import apply_patch
from ..patches.record import Identity
from ..pull.credential import PullSecret
from ..registries.push import CREDENTIAL as PUSH
from ..schema.arguments import check_arguments, check_name
from ..schema.deferred import InputStr
from ..schema.names import check_subdomain
from ..schema.shapes import flow
from ..schema.text import quote
from ..schema.values import describe_type, find_other_data
from ..secrets.credential import Owner, SecretContent
from ..secrets.external_secret import SecretTemplate, Target, build_external_secret
from ..settings.organization import Organization
from ..settings.rules.pull import validate_pull
from .secret import PlannedSecret

_RUN_ENTRIES: Final[Mapping[str, Callable[[Defaults], str]]] = {
    GIT: lambda defaults: defaults.git_resource,
    PUSH: lambda defaults: defaults.push_resource,
}
"""Value of the credential label -> id of its entry in a workflow that has none of its own."""


@dataclass(frozen=True)
class PlannedPatch:
    """One object and its patch."""

    kind: Kind
    namespace: str | None
    """None: the kind is cluster-scoped."""
    name: str
    patch: Patch
    resource: str
    """Suffix of the Pulumi resource's name, unique within the organization."""
    identity: Identity | None = None
    """Stack and organization, by which the patch is recognized on the object. None: the stack is unknown."""


def plan_run_entries(
    organization: Organization, secrets: Iterable[PlannedSecret], *, release: Release, stack: str | None = None
) -> tuple[Resource, ...]:
    """The ExternalSecrets that each build run of an organization creates, as entries of a workflow.

    Args:
        organization: one with ``component_workflows``.
        secrets: its Secrets; only those per run are used.
        release: OpenChoreo release of the platform.
        stack: written into the ExternalSecrets, so that the stack recognises its own entries. None: left out.
    """
    workflows = organization.component_workflows
    fixed = workflows is not None and workflows.secret_names == "fixed"
    resources: list[Resource] = []
    for planned in secrets:
        template = planned.template
        if not planned.per_run or template is None:
            continue
        name = template.name if fixed else f"{release.expressions.run_name}-{template.name}"
        identifier = _RUN_ENTRIES[template.credential](release.defaults)
        run_secret = get_run_secret(template.credential, release)
        if run_secret is not None:
            name, identifier = run_secret.name, run_secret.resource
        target = replace(planned.target, namespace=release.expressions.build_namespace)
        manifest = build_external_secret(target, replace(template, name=name), _sign(stack))
        if any(resource.id == identifier for resource in resources):
            if run_secret is not None:
                continue
            identifier = f"{identifier}-{template.name}"
        resources.append(Resource(identifier, manifest))
    return tuple(resources)


def get_run_secret(credential: str, release: Release) -> RunSecret | None:
    """What workflows of a release have for a credential of builds. None: nothing.

    Args:
        credential: value of the credential label.
        release: OpenChoreo release of the platform.
    """
    places = release.run_secrets
    return None if places is None else {GIT: places.git, PUSH: places.push}.get(credential)


def plan_component_type_patch(
    organization: Organization,
    *,
    release: Release = DEFAULT_RELEASE,
    store: InputStr | None = None,
    refresh_interval: str = "1h0m0s",
    stack: str | None = None,
) -> Patch:
    """The patch of each ComponentType of an organization's pull secret, without further pods: `select_pods`.

    Args:
        organization: one with a ``pull_secret``.
        release: OpenChoreo release of the platform.
        store: ClusterSecretStore on the data plane. None: the one that the DataPlane names.
        refresh_interval: canonical Go duration, unless the organization or its pull secret has its own.
        stack: written into the ExternalSecret, so that the stack recognises its own entry. None: left out.

    Raises:
        SettingsError: the organization has no pull secret.
    """
    content = plan_pull_content(organization, release)
    entry = None
    if isinstance(content, SecretTemplate):
        entry = plan_pull_entry(
            organization, content, release=release, store=store, refresh_interval=refresh_interval, stack=stack
        )
    return patch_component_type(_pull(organization), entry, release)


def patch_component_type(
    pull: PullSecret, entry: Resource | None, release: Release, pods: tuple[PodPath, ...] = ()
) -> Patch:
    """The patch of a type of components.

    Args:
        pull: the pull secret.
        entry: `plan_pull_entry`. None: another delivery creates the Secret.
        release: OpenChoreo release of the platform.
        pods: further pods that pull with the Secret.
    """
    entries = (entry,) if entry is not None and pull.delivery == "component" else ()
    return Patch(entries, (pull.name(release.defaults),), pods=pods)


def plan_pull_entry(  # noqa: PLR0913 -- what the entry depends on
    organization: Organization,
    content: SecretTemplate,
    *,
    release: Release,
    store: InputStr | None,
    refresh_interval: str,
    stack: str | None,
) -> Resource:
    """The entry with an organization's pull secret, for a type of components or of projects.

    Args:
        organization: one with a ``pull_secret`` with delivery ``component`` or ``project``.
        content: the pull secret.
        release: OpenChoreo release of the platform.
        store: ClusterSecretStore on the data plane. None: the one that the DataPlane names.
        refresh_interval: canonical Go duration, unless the organization or its pull secret has its own.
        stack: written into the ExternalSecret, so that the stack recognises its own entry. None: left out.
    """
    where = release.expressions.data_plane_store if store is None else store
    target = plan_pull_target(organization, release.expressions.component_namespace, where, refresh_interval)
    identifier = _pull(organization).resource_id or release.defaults.pull_resource
    return Resource(identifier, build_external_secret(target, content, _sign(stack)))


def select_pods(organization: Organization, component_type: str) -> tuple[PodPath, ...]:
    """Pods of a ComponentType that are not those of its primary workload."""
    pods = _pull(organization).pods or ()
    return tuple(PodPath(place.resource, place.path) for place in pods if place.component_type == component_type)


def _sign(stack: str | None) -> dict[str, str]:
    return {} if stack is None else {STACK_ANNOTATION: stack}


@check_arguments()
def with_pull_secret(
    component_type: Manifest,
    organization: Organization,
    *,
    release: Release = DEFAULT_RELEASE,
    store: InputStr | None = None,
) -> Manifest:
    """The ComponentType with an organization's pull secret, for manifests that are kept in git.

    Args:
        component_type: it is not changed.
        organization: one with a ``pull_secret``.
        release: OpenChoreo release of the platform.
        store: ClusterSecretStore on the data plane. None: the one that the DataPlane names.

    Raises:
        SettingsError: the organization has no valid pull secret, or its pull secret is not for this ComponentType.
        PatchError: the ComponentType cannot be patched.
    """
    problems = list(validate_pull(organization, "organization", release))
    problems += find_other_data(component_type, "component_type")
    if store is not None and isinstance(store, str):
        problems += check_name("store", store, check_subdomain)
    problems += _other_type(component_type, organization, release)
    if problems:
        raise SettingsError(with_pull_secret.__name__, problems)
    patch = plan_component_type_patch(organization, release=release, store=store)
    patch = replace(patch, pods=select_pods(organization, component_type["metadata"]["name"]))
    return apply_patch(component_type, patch, release=release).object


def _other_type(component_type: Manifest, organization: Organization, release: Release) -> Iterator[Problem]:
    """A stack patches the ComponentTypes of ``componentTypes`` in the namespace of the organization, and no others."""
    names, metadata = _pull(organization).component_types, component_type.get("metadata")
    if not names:
        text = "is missing; clusterComponentTypes are of all namespaces, so only a patch of a stack can serve them"
        yield Problem("organization.pullSecret.componentTypes", text)
        return
    if not isinstance(metadata, Mapping):
        yield Problem("component_type.metadata", f"must be a mapping, not {describe_type(metadata)}")
        return
    namespace = release.control_plane_namespace(organization.name)
    if metadata.get("name") not in names:
        text = f"is not one of organization.pullSecret.componentTypes; expected {', '.join(names)}"
        yield Problem("component_type.metadata.name", f"{quote(str(metadata.get('name')))} {text}")
    if metadata.get("namespace") not in (None, namespace):
        text = f'is not the namespace of the organization "{organization.name}"; expected "{namespace}"'
        yield Problem("component_type.metadata.namespace", f"{quote(str(metadata['namespace']))} {text}")


def plan_pull_target(organization: Organization, namespace: str, store: InputStr, interval: str) -> Target:
    """Target of a pull secret. Its own interval takes precedence over that of the organization, then of the stack."""
    nearest = _pull(organization).refresh_interval or organization.refresh_interval or interval
    return Target(organization.name, namespace, store, nearest)


def plan_pull_content(organization: Organization, release: Release) -> SecretContent:
    """The pull secret of an organization.

    Raises:
        SettingsError: the organization has none.
    """
    (content,) = _pull(organization).secrets(Owner(organization.name, defaults=release.defaults))
    return content


def _pull(organization: Organization) -> PullSecret:
    if organization.pull_secret is None:
        text = f"is missing; expected a mapping, such as {flow(PullSecret.example)}"
        source = f'organization "{organization.name}"'
        raise SettingsError(source, [Problem("pullSecret", text)])
    return organization.pull_secret
