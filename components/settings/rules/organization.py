"""Rules within one organization, and the limits of the release."""

from __future__ import annotations

from collections.abc import Iterator, Set as AbstractSet

from ...errors import Problem
from ...openchoreo.release import Release
from ...schema.names import LABEL_MAX
from ..organization import Organization
from .policies import policy_problems
from .pull import pull_problems
from .registries import push_problems


def organization_problems(
    organization: Organization, path: str, release: Release, manual_names: AbstractSet[str]
) -> Iterator[Problem]:
    """Everything that contradicts itself within one organization, or a limit of the release."""
    yield from _name(organization, path, release)
    yield from push_problems(organization, path, release)
    yield from _one_writer_per_secret(organization, path, release)
    yield from pull_problems(organization, path, release)
    yield from policy_problems(organization, path)
    for located in organization.credentials:
        for key, name in located.credential.manuals.items():
            yield from manual_problems(f"{path}.{located.prefix}{key}", name, manual_names)


def _name(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    namespace = release.build_namespace(organization.name)
    if len(namespace) > LABEL_MAX:
        allowed = LABEL_MAX - len(release.build_namespace(""))
        yield Problem(
            f"{path}.name",
            f'"{organization.name}" makes the namespace "{namespace}" of {len(namespace)} characters; '
            f"a namespace has at most {LABEL_MAX}, so the name at most {allowed}",
        )
    if release.is_reserved(organization.name):
        yield Problem(
            f"{path}.name",
            f'"{organization.name}" is reserved: OpenChoreo {release.name} would take over the namespace of that name, '
            "and delete it with the organization",
        )
    if not any((organization.git, organization.registries, organization.external, organization.pull_secret)):
        yield Problem(path, "has no credentials; expected at least one of git, registries, external, pullSecret")


def _one_writer_per_secret(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    writers: dict[str, str] = {}
    names = [
        (f"{path}.{located.prefix}{key}", name)
        for located in organization.build_credentials
        for key, name in located.credential.secret_names(release.defaults).items()
    ]
    for where, secret in names:
        first = writers.setdefault(secret, where)
        if first != where:
            yield Problem(where, f'"{secret}" is also written by {first}; a Secret has one writer')


def manual_problems(path: str, name: str, manual_names: AbstractSet[str]) -> Iterator[Problem]:
    """A name that is no entry of ``manualSecrets``."""
    if name not in manual_names:
        known = ", ".join(sorted(manual_names)) or "none is configured"
        # The name is not repeated: somebody may have pasted the secret itself.
        yield Problem(path, f"names no entry of manualSecrets (value not shown); known: {known}")
