"""Rules about the operator's policies, which have levels: stack, organization, credential."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import Problem
from ...schema.policies import AppliedPolicies, Policies
from ..organization import Organization
from ..stack import StackSettings


@dataclass(frozen=True)
class _Level:
    """A place of the configuration that may have policies and an interval."""

    path: str
    policies: Policies | None
    refresh_interval: str | None
    manual: bool = False


def policy_problems(organization: Organization, path: str) -> Iterator[Problem]:
    """Policies of one organization that contradict each other, or what they are for."""
    base = organization.applied_policies
    yield from _level(_Level(path, organization.policies, organization.refresh_interval), AppliedPolicies())
    for located in organization.build_credentials:
        model = located.credential
        yield from _level(
            _Level(f"{path}.{located.place}", model.policies, model.refresh_interval, bool(model.manuals)), base
        )
    for index, external in enumerate(organization.external or ()):
        own = external.policies is not None and external.policies.creation_policy is not None
        if external.type != "Opaque" and base.creation == "Merge" and not own:
            yield Problem(
                f"{path}.external[{index}].type",
                "belongs to whoever makes the Secret; creationPolicy Merge of the organization takes it as it is",
            )
    git = organization.git
    if git is not None and git.github_app is not None:
        own = git.policies is not None and git.policies.refresh_policy is not None
        where = f"{path}.git.policies" if own else f"{path}.policies"
        yield from short_lived(where, base.under(git.policies), "the token of the GitHub App, which lives one hour")
    tokens = [each.host for each in organization.registries or () if each.token is not None]
    if tokens:
        yield from short_lived(f"{path}.policies", base, f"the token of {tokens[0]}, which lives some hours at most")
    if organization.component_workflows is not None:
        yield from _with_each_run(organization, path, base)


def short_lived(path: str, applied: AppliedPolicies, what: str) -> Iterator[Problem]:
    """A credential that dies must be asked for again.

    Args:
        path: of the policies.
        applied: those of the credential.
        what: the credential, and how long it lives.
    """
    if applied.refresh != "Periodic":
        yield Problem(f"{path}.refreshPolicy", f"{applied.refresh} would not renew {what}; use Periodic")


def one_app_per_organization(settings: StackSettings) -> Iterator[Problem]:
    """Two organizations cannot share a GitHub App: its key makes tokens for both."""
    seen: dict[tuple[str, str], int] = {}
    for index, organization in enumerate(settings.organizations):
        git = organization.git
        if git is None or git.github_app is None:
            continue
        first = seen.setdefault((git.app_url, git.github_app.app_id), index)
        if first != index:
            yield Problem(
                f"organizations[{index}].git.githubApp.appId",
                f'"{git.github_app.app_id}" is also the app of organizations[{first}]; builds can read its private '
                "key, which makes tokens for every installation, so each organization needs an app of its own",
            )


def _level(level: _Level, base: AppliedPolicies) -> Iterator[Problem]:
    applied = base.under(level.policies)
    if level.policies is not None:
        where = f"{level.path}.policies"
        if level.manual:
            yield Problem(where, "belong to the secret manager; a manual secret has none")
        for problem in applied.contradictions():
            yield Problem(where, problem)
    if level.refresh_interval is not None and applied.refresh != "Periodic":
        yield Problem(
            f"{level.path}.refreshInterval",
            f"says nothing with refreshPolicy {applied.refresh}; use one of them, or Periodic",
        )


def _with_each_run(organization: Organization, path: str, base: AppliedPolicies) -> Iterator[Problem]:
    """A Secret that is made for a run cannot be there before it, and must not outlive it."""
    for located in organization.build_credentials:
        if not located.per_run:
            continue
        where, policies = f"{path}.{located.place}", located.credential.policies
        creation = base.under(policies).creation
        if creation != "Owner":
            yield Problem(
                where,
                f"creationPolicy {creation} does not go with componentWorkflows: each run makes its own Secret, "
                "which goes with it; use Owner",
            )
