"""Rules about pull secrets and ComponentWorkflows that no single model can see."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Problem
from ...openchoreo.release import Release
from ...pull.credential import EXPRESSION
from ...registries.credential import RegistryCredential
from ...schema.sources import RemoteRef
from ...schema.text import clip, quote
from ..organization import Organization
from ..stack import StackSettings


def validate_pull(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    """Contradictions in the pull secret and the ComponentWorkflows of one organization."""
    pull, workflows = organization.pull_secret, organization.component_workflows
    if pull is not None:
        yield from _twice(pull.component_types, f"{path}.pullSecret.componentTypes")
        yield from _name_problems(pull.secret_name or "", f"{path}.pullSecret.secretName", release)
        yield from _twice([registry.auths_key for registry in pull.registries or ()], f"{path}.pullSecret.registries")
        if pull.delivery == "component":
            yield from _literal((*pull.remotes, *_users(pull.registries)), f"{path}.pullSecret")
    if workflows is not None:
        yield from _twice(workflows.names, f"{path}.componentWorkflows.names")
        yield from _workflow_credentials(organization, path)


def _name_problems(name: str, path: str, release: Release) -> Iterator[Problem]:
    for expression in EXPRESSION.findall(name):
        if expression not in release.expressions.secret_name_parts:
            expected = ", ".join(release.expressions.secret_name_parts)
            yield Problem(path, f"{quote(expression)} cannot be part of a name; expected one of: {expected}")


def validate_planes(settings: StackSettings, release: Release) -> Iterator[Problem]:
    """Missing clusters, and namespaces that belong to another organization or get a Secret twice."""
    builds = {release.build_namespace(item.name): item.name for item in settings.organizations}
    receivers: dict[tuple[str, str], str] = {}
    for index, organization in enumerate(settings.organizations):
        path, pull = f"organizations[{index}]", organization.pull_secret
        patched = (organization.component_workflows, pull, organization.build_plane, organization.data_plane)
        if any(patched) and settings.clusters.control_plane is None:
            yield Problem(path, "patches objects of the control plane; clusters.controlPlane is missing")
        if pull is None:
            continue
        if settings.clusters.data_plane is None and (pull.delivery == "manual" or organization.pull_store):
            yield Problem(f"{path}.pullSecret", "creates objects on the data plane; clusters.dataPlane is missing")
        yield from _builds_only(organization, settings, path)
        name = pull.name(release.defaults)
        for place, namespace in enumerate(pull.namespaces or ()):
            where = f"{path}.pullSecret.namespaces[{place}]"
            if namespace in builds:
                yield Problem(where, f'"{namespace}" is the build namespace of the organization "{builds[namespace]}"')
            first = receivers.setdefault((namespace, name), where)
            if first != where:
                yield Problem(where, f'"{namespace}" already gets the Secret "{name}" from {first}')


def _builds_only(organization: Organization, settings: StackSettings, path: str) -> Iterator[Problem]:
    """The DataPlane names a store that only builds may use."""
    pull, plane, entry = organization.pull_secret, organization.data_plane, organization.secret_store
    if pull is None or plane is None or entry not in settings.secret_stores:
        return
    reads_through_plane = pull.delivery == "component" and organization.pull_store is None
    if reads_through_plane and plane.secret_store_ref == settings.cluster_store_name(organization, entry):
        yield Problem(
            f"{path}.dataPlane.secretStoreRef",
            f'"{plane.secret_store_ref}" may be used by builds only; set pullSecret.secretStore: {entry}, so that '
            "the organization's workloads may use it too",
        )


def _workflow_credentials(organization: Organization, path: str) -> Iterator[Problem]:
    where = f"{path}.componentWorkflows"
    git, registries = organization.git, organization.registries or ()
    if git is None and not registries:
        yield Problem(where, "has no credentials; expected git, registries or both")
    if (git is not None and git.manuals) or any(registry.manual for registry in registries):
        yield Problem(where, "cannot have manual credentials, which everyone who can read the workflow would see")
    refs = git.remotes if git is not None else ()
    registry_refs = [ref for registry in registries for ref in registry.remotes]
    yield from _literal((*refs, *registry_refs, *_users(organization.registries)), where)


def _users(registries: tuple[RegistryCredential, ...] | None) -> tuple[str, ...]:
    """User names in plain text, which OpenChoreo renders."""
    return tuple(registry.username for registry in registries or () if isinstance(registry.username, str))


def _literal(references: tuple[RemoteRef | str, ...], path: str) -> Iterator[Problem]:
    """OpenChoreo evaluates expressions in everything that it renders, including names of keys."""
    for ref in references:
        for text in (ref,) if isinstance(ref, str) else (ref.remote_key, ref.property, ref.version):
            if text is not None and "${" in text:
                yield Problem(path, f"{quote(text)} has a ${{, which OpenChoreo would evaluate as an expression")


def _twice(values: tuple[str, ...] | list[str], path: str) -> Iterator[Problem]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Problem(f"{path}[{index}]", f'"{clip(value)}" is listed twice')
