"""Rules about workflows that use or create the credentials of builds."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Problem
from ...openchoreo.release import Release
from ...pull.credential import ComponentWorkflows
from ...schema.partial import certain
from ..organization import Organization
from .rendered import find_expressions, find_lists, find_repeated, list_users


def validate_workflows(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    """Contradictions in the workflows of one organization, and what the release does not have."""
    yield from certain(_workflows(organization, f"{path}.componentWorkflows", release))


def _workflows(organization: Organization, where: str, release: Release) -> Iterator[Problem]:
    workflows = organization.component_workflows
    if workflows is None:
        return
    if not workflows.names and not workflows.cluster_workflows:
        other = "" if release.shared_component_workflow is None else ", or clusterWorkflows"
        yield Problem(f"{where}.names", f"is missing; expected a list such as [docker]{other}")
    yield from find_repeated(workflows.names, f"{where}.names")
    yield from find_repeated(workflows.cluster_workflows, f"{where}.clusterWorkflows")
    if release.run_secrets is None:
        yield from _without_secrets(workflows, where, release)
    else:
        yield from _with_secrets(organization, workflows, where, release)
    yield from _credentials(organization, workflows, where, release)


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


def _with_secrets(
    organization: Organization, workflows: ComponentWorkflows, where: str, release: Release
) -> Iterator[Problem]:
    """What does not fit workflows that have one Secret for each credential."""
    if workflows.secret_names != "run":
        yield Problem(
            f"{where}.secretNames",
            f"OpenChoreo {release.name} decides the names of these Secrets; leave it out",
        )
    for place, git in organization.git_credentials[1:]:
        if git.secret_reference is None:
            yield Problem(
                where,
                f"builds of OpenChoreo {release.name} clone with the first git credential, and cannot find {place}; "
                f"set {place}.secretReference, so that developers can select it",
            )


def _credentials(
    organization: Organization, workflows: ComponentWorkflows, where: str, release: Release
) -> Iterator[Problem]:
    gits, registries = [git for _, git in organization.git_credentials], organization.registries or ()
    if not gits and not registries:
        yield Problem(where, "has no credentials; expected git, registries or both")
    if not workflows.per_run:
        return
    if any(git.manuals for git in gits) or any(registry.manual for registry in registries):
        yield Problem(where, "cannot have manual credentials, which everyone who can read the workflow would see")
    refs = [ref for git in gits for ref in git.remotes]
    registry_refs = [ref for registry in registries for ref in registry.remotes]
    yield from find_expressions((*refs, *registry_refs, *list_users(organization.registries)), where)
    if release.component_workflow.retypes:  # texts of a ComponentType keep their type in every release
        # The user names of registries are part of a longer text.
        users = [git.username for git in gits if git.username is not None]
        yield from find_lists((*refs, *registry_refs, *users), where)
