"""Rules about pull secrets and ComponentWorkflows that no single model can see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ...errors import Problem
from ...openchoreo.release import Release
from ...openchoreo.template_engine import START, becomes_list
from ...pull.credential import EXPRESSION, PullSecret
from ...registries.credential import RegistryCredential
from ...schema.partial import certain
from ...schema.sources import RemoteRef
from ...schema.text import clip, quote
from ..organization import Organization
from ..stack import StackSettings


def validate_pull(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    """Contradictions in the pull secret and the ComponentWorkflows of one organization."""
    yield from certain(_pull_secret(organization, path, release))
    yield from certain(_workflows(organization, path, release))


def _pull_secret(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    pull = organization.pull_secret
    if pull is not None:
        yield from _twice(pull.component_types, f"{path}.pullSecret.componentTypes")
        yield from _name_problems(pull.secret_name or "", f"{path}.pullSecret.secretName", release)
        yield from _twice([registry.auths_key for registry in pull.registries or ()], f"{path}.pullSecret.registries")
        if pull.delivery == "component":
            yield from _literal((*pull.remotes, *_users(pull.registries)), f"{path}.pullSecret")


def _workflows(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    workflows = organization.component_workflows
    if workflows is not None and not release.runs_create_secrets:
        yield Problem(
            f"{path}.componentWorkflows",
            f"is not supported with OpenChoreo {release.name}; leave it out: the stack creates the Secrets of builds "
            "before the first build",
        )
    elif workflows is not None:
        yield from _twice(workflows.names, f"{path}.componentWorkflows.names")
        yield from _workflow_credentials(organization, path, release)


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
    builds = {release.build_namespace(name): name for name in settings.names}
    receivers: dict[tuple[str, str], str] = {}
    for path, organization in settings.located:
        pull: PullSecret | None = vars(organization).get("pull_secret")
        if pull is None:
            continue
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
    pull, plane = organization.pull_secret, organization.data_plane
    if pull is None or plane is None or pull.delivery != "component" or organization.pull_store is not None:
        return
    for entry in dict.fromkeys((organization.secret_store, *organization.build_reads)):
        exists = entry in settings.secret_stores
        if exists and plane.secret_store_ref == settings.cluster_store_name(organization, entry):
            yield Problem(
                f"{path}.dataPlane.secretStoreRef",
                f'"{plane.secret_store_ref}" may be used by builds only; set pullSecret.secretStore: {entry}, so that '
                "the organization's workloads may use it too",
            )


def _workflow_credentials(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    where = f"{path}.componentWorkflows"
    gits, registries = [git for _, git in organization.git_credentials], organization.registries or ()
    if not gits and not registries:
        yield Problem(where, "has no credentials; expected git, registries or both")
    if any(git.manuals for git in gits) or any(registry.manual for registry in registries):
        yield Problem(where, "cannot have manual credentials, which everyone who can read the workflow would see")
    refs = [ref for git in gits for ref in git.remotes]
    registry_refs = [ref for registry in registries for ref in registry.remotes]
    yield from _literal((*refs, *registry_refs, *_users(organization.registries)), where)
    if release.component_workflow.retypes:  # texts of a ComponentType keep their type in every release
        # The user names of registries are part of a longer text.
        users = [git.username for git in gits if git.username is not None]
        yield from _no_lists((*refs, *registry_refs, *users), where)


def _users(registries: Sequence[RegistryCredential] | None) -> tuple[str, ...]:
    """User names in plain text, which OpenChoreo renders."""
    return tuple(registry.username for registry in registries or () if isinstance(registry.username, str))


def _literal(references: Iterable[RemoteRef | str], path: str) -> Iterator[Problem]:
    """OpenChoreo evaluates expressions in everything that it renders, including names of keys."""
    for text in _texts(references):
        if START in text:
            yield Problem(path, f"{quote(text)} has a ${{, which OpenChoreo would evaluate as an expression")


def _no_lists(references: Iterable[RemoteRef | str], path: str) -> Iterator[Problem]:
    """OpenChoreo renders each text that is a JSON array as a list, which the operator refuses."""
    for text in _texts(references):
        if becomes_list(text):
            yield Problem(path, f"{quote(text)} is a JSON array, which OpenChoreo renders as a list; use another text")


def _texts(references: Iterable[RemoteRef | str]) -> Iterator[str]:
    for ref in references:
        for text in (ref,) if isinstance(ref, str) else (ref.remote_key, ref.property, ref.version):
            if isinstance(text, str):
                yield text


def _twice(values: Sequence[str], path: str) -> Iterator[Problem]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Problem(f"{path}[{index}]", f'"{clip(value)}" is listed twice')
