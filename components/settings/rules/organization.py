"""Rules within one organization, and the limits of the release."""

from __future__ import annotations

from collections.abc import Iterator, Set as AbstractSet

from ...errors import Problem
from ...openchoreo.release import Release
from ...schema.names import LABEL_MAX
from ...schema.partial import certain
from ..organization import Organization
from ..partial import BUILD_KINDS, certain_credentials
from .git import validate_git
from .policies import validate_policies
from .pull import validate_pull
from .registries import validate_push
from .secret_references import validate_references
from .workflows import validate_workflows


def validate_organization(
    organization: Organization, path: str, release: Release, manual_names: AbstractSet[str] | None
) -> Iterator[Problem]:
    """Contradictions within one organization, and violations of the release's limits."""
    for rule in (
        _name(organization, path, release),
        _any_credential(organization, path),
        validate_push(organization, path, release),
        _named_git_secrets(organization, path),
        validate_git(organization, path, release),
        validate_references(organization, path, release),
        _one_writer_per_secret(organization, path, release),
        validate_pull(organization, path, release),
        validate_workflows(organization, path, release),
        validate_policies(organization, path),
        _manuals(organization, path, manual_names),
    ):
        yield from certain(rule)


def _manuals(organization: Organization, path: str, manual_names: AbstractSet[str] | None) -> Iterator[Problem]:
    for located in certain_credentials(organization):
        for key, name in located.credential.manuals.items():
            yield from validate_manual_name(f"{path}.{located.prefix}{key}", name, manual_names)


def _any_credential(organization: Organization, path: str) -> Iterator[Problem]:
    if not any((organization.git, organization.registries, organization.external, organization.pull_secret)):
        yield Problem(path, "has no credentials; expected at least one of git, registries, external, pullSecret")


def _name(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    yield from validate_name(organization.name, f"{path}.name", release)


def validate_name(name: str, path: str, release: Release) -> Iterator[Problem]:
    """Problems of the name of an organization with the namespaces that are named after it."""
    namespace = release.build_namespace(name)
    if len(namespace) > LABEL_MAX:
        allowed = LABEL_MAX - len(release.build_namespace(""))
        yield Problem(
            path,
            f'"{name}" gives the namespace "{namespace}" of {len(namespace)} characters; '
            f"a namespace has at most {LABEL_MAX}, so the name at most {allowed}",
        )
    if release.is_reserved(name):
        yield Problem(
            path,
            f'"{name}" is reserved: OpenChoreo {release.name} keeps the objects of an organization in the namespace '
            "with its name, and this one belongs to the platform; use another name",
        )


def _named_git_secrets(organization: Organization, path: str) -> Iterator[Problem]:
    for place in _unnamed(organization):
        text = "is missing; every git credential after the first needs a name for its Secret, such as git-gitlab"
        yield Problem(f"{path}.{place}.secretName", text)


def _unnamed(organization: Organization) -> Iterator[str]:
    """Places of the git credentials whose Secret would have the name of the first one."""
    for place, git in organization.git_credentials[1:]:
        if git.secret_name is None:
            yield place


def _one_writer_per_secret(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    writers: dict[str, str] = {}
    unnamed = set(certain(_unnamed(organization)))
    names = [
        (f"{path}.{located.prefix}{key}", name)
        for located in certain_credentials(organization, BUILD_KINDS)
        if located.place not in unnamed
        for key, name in located.credential.secret_names(release.defaults).items()
    ]
    for where, secret in names:
        first = writers.setdefault(secret, where)
        if first != where:
            yield Problem(where, f'"{secret}" is also written by {first}; a Secret has one writer')


def validate_manual_name(path: str, name: str, manual_names: AbstractSet[str] | None) -> Iterator[Problem]:
    """The problem of a name that is not an entry of ``manualSecrets``."""
    if manual_names is not None and name not in manual_names:
        names = ", ".join(sorted(manual_names)) or "none"
        # The name is not repeated: it may be the secret itself, pasted by mistake.
        yield Problem(path, f"names no entry of manualSecrets (value not shown); configured: {names}")
