"""Rules about workflows that use or create the credentials of builds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...errors import Problem
from ...openchoreo.release import Release
from ...pull.credential import ComponentWorkflows
from ...schema.partial import certain
from ..organization import Organization
from ..partial import certain_credentials
from .rendered import find_expressions, find_lists, find_repeated, find_user_expressions, find_user_lists

_RENDERED: Final = ("git", "registries")
"""Fields of an organization with the credentials that workflows create."""


def validate_workflows(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    """Contradictions in the workflows of one organization, and what the release does not have."""
    where, workflows = f"{path}.componentWorkflows", organization.component_workflows
    if workflows is None:
        return
    yield from _names(workflows, where, release)
    if release.run_secrets is not None:
        yield from certain(_other_gits(organization, where, release))
    yield from certain(_any_credential(organization, where))
    if workflows.per_run:
        yield from certain(_manuals(organization, where))
        yield from certain(_rendered(organization, path, where, release))


def _names(workflows: ComponentWorkflows, where: str, release: Release) -> Iterator[Problem]:
    if not workflows.names and not workflows.cluster_workflows:
        other = "" if release.shared_component_workflow is None else ", or clusterWorkflows"
        yield Problem(f"{where}.names", f"is missing; expected a list such as [docker]{other}")
    yield from find_repeated(workflows.names, f"{where}.names")
    yield from find_repeated(workflows.cluster_workflows, f"{where}.clusterWorkflows")
    if release.run_secrets is None:
        yield from _without_secrets(workflows, where, release)
    elif workflows.secret_names != "run":
        yield Problem(
            f"{where}.secretNames",
            f"OpenChoreo {release.name} decides the names of these Secrets; leave it out",
        )


def _without_secrets(workflows: ComponentWorkflows, where: str, release: Release) -> Iterator[Problem]:
    """What has no effect in a release whose workflows have no Secrets of their own."""
    if workflows.cluster_workflows:
        yield Problem(f"{where}.clusterWorkflows", f"OpenChoreo {release.name} has no such objects; use names")
    if not workflows.per_run:
        yield Problem(
            f"{where}.delivery",
            f"builds of OpenChoreo {release.name} find Secrets that exist ahead without a patch; leave "
            "componentWorkflows out",
        )


def _other_gits(organization: Organization, where: str, release: Release) -> Iterator[Problem]:
    """Git credentials that do not fit workflows with one Secret for all of them."""
    for place, git in organization.git_credentials[1:]:
        if git.secret_reference is None:
            yield Problem(
                where,
                f"builds of OpenChoreo {release.name} clone with the first git credential, and cannot find {place}; "
                f"set {place}.secretReference, so that developers can select it",
            )


def _any_credential(organization: Organization, where: str) -> Iterator[Problem]:
    if not organization.git_credentials and not organization.registries:
        yield Problem(where, "has no credentials; expected git, registries or both")


def _manuals(organization: Organization, where: str) -> Iterator[Problem]:
    credentials = certain_credentials(organization, _RENDERED)
    if any(located.credential.manuals for located in credentials):
        yield Problem(where, "cannot have manual credentials, which everyone who can read the workflow would see")


def _rendered(organization: Organization, path: str, where: str, release: Release) -> Iterator[Problem]:
    """Texts of credentials that OpenChoreo evaluates or gives another type."""
    fields = vars(organization)
    gits = organization.git_credentials if "git" in fields else ()
    registries = fields.get("registries") or ()
    refs = [ref for credential in (*(git for _, git in gits), *registries) for ref in credential.remotes]
    yield from find_expressions(refs, where)
    yield from find_user_expressions(registries, f"{path}.registries")
    if release.component_workflow.retypes:  # texts of a ComponentType keep their type in every release
        yield from find_lists(refs, where)
        # The user names of registries are part of a longer text.
        yield from find_user_lists(gits, where)
