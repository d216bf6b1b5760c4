"""Rules about ESO's policies, which an organization sets and a credential overrides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import Problem
from ...schema.partial import certain
from ...schema.policies import AppliedPolicies, Policies
from ..organization import Organization
from ..partial import BUILD_KINDS, certain_credentials
from ..stack import StackSettings


@dataclass(frozen=True)
class _Level:
    """An organization or a credential: what can have policies and an interval."""

    path: str
    policies: Policies | None
    refresh_interval: str | None
    manual: bool = False


def validate_policies(organization: Organization, path: str) -> Iterator[Problem]:
    """Policies of one organization that contradict each other or their credentials."""
    base = organization.applied_policies
    yield from certain(_own_policies(organization, path))
    for located in certain_credentials(organization, BUILD_KINDS):
        model = located.credential
        yield from _level(
            _Level(f"{path}.{located.place}", model.policies, model.refresh_interval, bool(model.manuals)), base
        )
    for rule in (_merged_types, _app_token, _registry_tokens, _with_each_run):
        yield from certain(rule(organization, path, base))


def _own_policies(organization: Organization, path: str) -> Iterator[Problem]:
    yield from _level(_Level(path, organization.policies, organization.refresh_interval), AppliedPolicies())


def _merged_types(organization: Organization, path: str, base: AppliedPolicies) -> Iterator[Problem]:
    for index, external in enumerate(organization.external or ()):
        own = external.policies is not None and external.policies.creation_policy is not None
        if external.type != "Opaque" and base.creation == "Merge" and not own:
            yield Problem(
                f"{path}.external[{index}].type",
                "has no effect with creationPolicy Merge of the organization, which keeps the type; leave it out",
            )


def _app_token(organization: Organization, path: str, base: AppliedPolicies) -> Iterator[Problem]:
    for place, git in organization.git_credentials:
        if git.github_app is None:
            continue
        own = git.policies is not None and git.policies.refresh_policy is not None
        where = f"{path}.{place}.policies" if own else f"{path}.policies"
        yield from require_periodic_refresh(
            where, base.under(git.policies), "the token of the GitHub App, which is valid for one hour"
        )


def _registry_tokens(organization: Organization, path: str, base: AppliedPolicies) -> Iterator[Problem]:
    tokens = [registry.host for registry in organization.registries or () if registry.token is not None]
    if tokens:
        yield from require_periodic_refresh(
            f"{path}.policies", base, f"the token of {tokens[0]}, which is valid for some hours"
        )


def require_periodic_refresh(path: str, applied: AppliedPolicies, what: str) -> Iterator[Problem]:
    """A credential that expires must be refreshed periodically.

    Args:
        path: configuration path of the policies.
        applied: effective policies of the credential.
        what: the credential and its lifetime, for the message.
    """
    if applied.refresh != "Periodic":
        yield Problem(f"{path}.refreshPolicy", f"{applied.refresh} would not renew {what}; use Periodic")


def refuse_shared_apps(settings: StackSettings) -> Iterator[Problem]:
    """Organizations that share a GitHub App: its private key creates tokens for all of them."""
    seen: dict[tuple[str, str], str] = {}
    for path, organization in settings.located:
        yield from certain(_shared_apps(organization, path, seen))


def _shared_apps(organization: Organization, path: str, seen: dict[tuple[str, str], str]) -> Iterator[Problem]:
    for place, git in organization.git_credentials:
        if git.github_app is None or not isinstance(git.github_app.app_id, str):
            continue
        first = seen.setdefault((git.app_url, git.github_app.app_id), path)
        if first != path:
            yield Problem(
                f"{path}.{place}.githubApp.appId",
                f'"{git.github_app.app_id}" is also the app of {first}; builds can read its private '
                "key, which creates tokens for every installation; use one app for each organization",
            )


def _level(level: _Level, base: AppliedPolicies) -> Iterator[Problem]:
    applied = base.under(level.policies)
    if level.policies is not None:
        where = f"{level.path}.policies"
        if level.manual:
            yield Problem(where, "apply only to values from the secret manager; leave them out for a manual secret")
        for problem in applied.contradictions():
            yield Problem(where, problem)
    if level.refresh_interval is not None and applied.refresh != "Periodic":
        yield Problem(
            f"{level.path}.refreshInterval",
            f"has no effect with refreshPolicy {applied.refresh}; leave it out, or use Periodic",
        )


def _with_each_run(organization: Organization, path: str, base: AppliedPolicies) -> Iterator[Problem]:
    """A Secret that each run creates must not exist before the run or outlive it."""
    if organization.component_workflows is None:
        return
    for located in certain_credentials(organization, BUILD_KINDS):
        if not located.per_run:
            continue
        where, policies = f"{path}.{located.place}", located.credential.policies
        creation = base.under(policies).creation
        if creation != "Owner":
            yield Problem(
                where,
                f"creationPolicy {creation} does not work with componentWorkflows: each run creates its own Secret, "
                "which is deleted with the run; use Owner",
            )
