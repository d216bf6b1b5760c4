"""Rules about pull secrets that no single model can see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ...errors import Problem
from ...managers.secret_store import SecretStoreSettings
from ...openchoreo.namespaces import describe_build_namespace, describe_platform_namespace, list_control_namespaces
from ...openchoreo.release import Release
from ...pull.credential import EXPRESSION, PullSecret
from ...schema.partial import certain
from ...schema.placeholder import fill
from ...schema.text import quote
from ..organization import Organization
from ..partial import BUILD_KINDS, certain_credentials
from ..stack import StackSettings
from .rendered import find_expressions, find_repeated, find_user_expressions
from .used_stores import list_certain_stores

_OWN: Final = "use a namespace of the organization's workloads"
"""End of a message about a namespace that has another purpose."""


def validate_pull(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    """Contradictions in the pull secret of one organization."""
    yield from certain(_pull_secret(organization, path, release))


def _pull_secret(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    pull = organization.pull_secret
    if pull is not None:
        yield from _types(pull, f"{path}.pullSecret", release)
        yield from _name_problems(pull.secret_name or "", f"{path}.pullSecret.secretName", release)
        yield from find_repeated(
            [registry.auths_key for registry in pull.registries or ()], f"{path}.pullSecret.registries"
        )
        if pull.delivery in {"component", "project"}:
            yield from find_expressions(pull.remotes, f"{path}.pullSecret")
            yield from find_user_expressions(pull.registries, f"{path}.pullSecret.registries")


def _types(pull: PullSecret, path: str, release: Release) -> Iterator[Problem]:
    """Types that are listed twice, and those that the release does not have."""
    types = {
        "componentTypes": (release.component_type, pull.component_types),
        "clusterComponentTypes": (release.shared_component_type, pull.cluster_component_types),
        "projectTypes": (release.project_type, pull.project_types),
        "clusterProjectTypes": (release.shared_project_type, pull.cluster_project_types),
    }
    if not pull.types:
        other = "" if release.shared_component_type is None else ", or clusterComponentTypes"
        yield Problem(f"{path}.componentTypes", f"is missing; expected a list such as [service]{other}")
    for key, (kind, listed) in types.items():
        yield from find_repeated(listed, f"{path}.{key}")
        if kind is None and listed:
            yield Problem(f"{path}.{key}", f"OpenChoreo {release.name} has no such types; leave it out")


def _name_problems(name: str, path: str, release: Release) -> Iterator[Problem]:
    for expression in EXPRESSION.findall(name):
        if expression not in release.expressions.secret_name_parts:
            expected = ", ".join(release.expressions.secret_name_parts)
            yield Problem(path, f"{quote(expression)} cannot be part of a name; expected one of: {expected}")


def validate_planes(settings: StackSettings, release: Release) -> Iterator[Problem]:
    """Missing clusters, and namespaces that belong to another organization or get a Secret twice."""
    for path, organization in settings.located:
        yield from certain(_control_plane(organization, settings, path))
        yield from certain(_data_plane(organization, settings, path))
        yield from certain(_builds_only(organization, settings, path))
    yield from _namespaces(settings, release)
    yield from certain(_namespaces_of_stores(settings))


def _control_plane(organization: Organization, settings: StackSettings, path: str) -> Iterator[Problem]:
    # One of them is enough, so a doubtful one hides none of the others.
    fields = ("component_workflows", "pull_secret", "build_plane", "data_plane")
    if any(map(vars(organization).get, fields)) and settings.clusters.control_plane is None:
        yield Problem(path, "patches objects of the control plane; clusters.controlPlane is missing")


def _data_plane(organization: Organization, settings: StackSettings, path: str) -> Iterator[Problem]:
    pull = organization.pull_secret
    if pull is None or settings.clusters.data_plane is not None:
        return
    if pull.delivery == "manual" or organization.pull_store:
        yield Problem(f"{path}.pullSecret", "creates objects on the data plane; clusters.dataPlane is missing")


def _namespaces(settings: StackSettings, release: Release) -> Iterator[Problem]:
    """Namespaces for manual pull secrets that have another purpose."""
    receivers: dict[tuple[str, str], str] = {}
    owners: dict[str, tuple[str, str]] = {}
    # A doubtful isolation may be any of the three.
    shared = vars(settings).get("isolation", "shared") == "shared"
    control = list_control_namespaces(settings.names, release)
    for path, organization in settings.located:
        pull: PullSecret | None = vars(organization).get("pull_secret")
        if pull is None:
            continue
        name = pull.name(release.defaults)
        for place, namespace in enumerate(pull.namespaces or ()):
            where = f"{path}.pullSecret.namespaces[{place}]"
            problem = describe_build_namespace(namespace, release) or describe_platform_namespace(namespace, control)
            if problem is not None:
                yield Problem(where, f'"{namespace}" {problem}; {_OWN}')
            first = receivers.setdefault((namespace, name), where)
            owner, named = owners.setdefault(namespace, (path, where))
            if first != where:
                yield Problem(where, f'"{namespace}" already gets the Secret "{name}" from {first}')
            elif owner != path and not shared:
                text = f"is also {named}, and the labels of a namespace name one organization; {_OWN}"
                yield Problem(where, f'"{namespace}" {text}')


def _namespaces_of_stores(settings: StackSettings) -> Iterator[Problem]:
    """Namespaces for manual pull secrets that have the sources or the identities of stores on the data plane."""
    located = settings.located
    pulls = {used.entry for path, user in located for used in list_certain_stores(user, path) if used.pulls}
    places: dict[str, str] = {}
    for entry, store in settings.secret_stores.items():
        if settings.clusters.one_cluster or entry in pulls:
            places |= certain(_list_references(store, f"secretStores.{entry}", settings.names))
    for path, organization in located:
        pull: PullSecret | None = vars(organization).get("pull_secret")
        for index, namespace in enumerate((pull.namespaces if pull is not None else None) or ()):
            if namespace in places:
                yield Problem(
                    f"{path}.pullSecret.namespaces[{index}]",
                    f'"{namespace}" has sources or identities of stores ({places[namespace]}), which could read the '
                    f"Secret for other organizations; {_OWN}",
                )


def _list_references(store: SecretStoreSettings, path: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Namespaces that a store reads from or signs in with, each with the path that names it.

    Those on another API server as well: one server has several addresses, so no address shows that it is another one.
    """
    for place, namespace in store.manager.references():
        for name in names:
            yield str(fill(namespace, name)), f"{path}.{store.manager.settings_key}{place}"


def _builds_only(organization: Organization, settings: StackSettings, path: str) -> Iterator[Problem]:
    """The DataPlane names a store that only builds may use."""
    pull, plane = organization.pull_secret, organization.data_plane
    if pull is None or plane is None or pull.delivery == "manual":
        return
    named, stores = organization.pull_store, settings.secret_stores
    reads = organization.group_reads(certain_credentials(organization, BUILD_KINDS))
    for entry in sorted({organization.secret_store, *reads} & stores.keys()):
        store = settings.pull_store_name(organization, named if named in stores else entry)
        ref = plane.secret_store_ref
        if ref == settings.cluster_store_name(organization, entry) and (named is None or ref != store):
            advice = f'use "{store}", the store of the pull secret, or leave dataPlane out'
            if named is None:
                advice = f"set pullSecret.secretStore: {entry}, which creates a store for workloads, and remove this"
            yield Problem(f"{path}.dataPlane.secretStoreRef", f'"{ref}" may be used by builds only; {advice}')
