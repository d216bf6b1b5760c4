"""Rules about the admission policies and quotas, which the stack's own objects must obey too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...errors import Problem
from ...object_names import ACCOUNT_USER, format_account_user, read_account_user
from ...openchoreo.namespaces import (
    IS_CONTROL,
    describe_build_namespace,
    describe_data_plane_namespace,
    describe_secret_namespace,
    list_control_namespaces,
)
from ...openchoreo.release import Release
from ...pull.credential import PlaneStore
from ...schema.durations import halve, parse_seconds
from ...schema.names import check_label, check_subdomain
from ...schema.partial import certain
from ...schema.text import quote
from ...secrets import lifetimes
from ..admission import Admission
from ..organization import Organization
from ..partial import BUILD_KINDS, certain_credentials
from ..stack import StackSettings
from .rendered import find_repeated

_MINIMUM: Final = "admission.minimumRefreshInterval"
_VAULT_DATA: Final = "data"
"""ESO's Vault provider cuts the mount and this off a key (``buildPath`` of ``pkg/provider/vault``)."""
_ACCOUNT_GROUP: Final = "system:serviceaccounts"
_GROUPS: Final = frozenset({"system:authenticated", "system:masters", "system:nodes", "system:unauthenticated"})


def validate_admission(settings: StackSettings, release: Release) -> Iterator[Problem]:
    """Limits that the configuration itself exceeds, and limits without policies."""
    limits = settings.strict_admission
    if limits is None:
        if settings.admission is not None:
            text = f"has no effect with isolation: {settings.isolation}; remove it, or use isolation: strict"
            yield Problem("admission", text)
        return
    for key in ("administrators", "operators", "agents"):
        yield from certain(_check_users(key, settings, limits, release))
    yield from certain(_check_interval(settings, "", limits))
    yield from certain(_check_tokens(settings, limits))
    yield from certain(_check_secret_api(settings, limits, release))
    for path, organization in settings.located:
        for rule in (_own_interval, _credential_intervals, _credential_count, _build_plane, _data_plane):
            yield from certain(rule(organization, path, limits))


def _check_secret_api(settings: StackSettings, limits: Admission, release: Release) -> Iterator[Problem]:
    """The exception for OpenChoreo's API for secrets, where nothing can use it."""
    if not limits.secret_api:
        return
    if release.secret_api is None:
        text = f"true has no effect with OpenChoreo {release.name}, which has no API for secrets; remove it"
        yield Problem("admission.secretApi", text)
    elif not any(_may_name_store(organization) for organization in settings.organizations):
        text = (
            "true has no effect, because no organization has buildPlane.secretStoreRef or dataPlane.secretStoreRef; "
            "set one of them, or remove this"
        )
        yield Problem("admission.secretApi", text)
    if release.secret_api is not None:
        for path, organization in settings.located:
            if vars(organization).get("name") == _VAULT_DATA:
                text = (
                    f'"{_VAULT_DATA}" allows keys {release.secret_api.keys}{_VAULT_DATA}/..., which are those of every '
                    "organization in version 2 of the key-value engine of Vault and OpenBao; use another name, or "
                    "remove admission.secretApi"
                )
                yield Problem(f"{path}.name", text)


def _may_name_store(organization: Organization) -> bool:
    """Whether one of its planes names a store. A doubtful one may."""
    return any(vars(organization).get(plane, plane) for plane in ("build_plane", "data_plane"))


def find_short_tokens(settings: StackSettings) -> Iterator[Problem]:
    """A refresh floor that lets tokens expire that organizations may use in ExternalSecrets of their own."""
    limits = settings.strict_admission
    if limits is None:
        return
    least = limits.minimum_refresh_interval
    expired = [
        f"{kind} ({lifetime})"
        for kind, lifetime in lifetimes.GENERATORS.items()
        if parse_seconds(lifetime) <= parse_seconds(least)
    ]
    if expired:
        shortest = min(lifetimes.GENERATORS.values(), key=parse_seconds)
        text = (
            f"{least} is not shorter than the lifetime of tokens of {', '.join(expired)}, so they expire before the "
            "ExternalSecrets of organizations may renew them; use at most half of a lifetime, such as "
            f"{halve(shortest)}"
        )
        yield Problem(_MINIMUM, text)


def _check_tokens(settings: StackSettings, limits: Admission) -> Iterator[Problem]:
    """Tokens of the configuration that ESO renews more often than the policies allow."""
    least = limits.minimum_refresh_interval
    denied = [
        (place, lifetime)
        for path, organization in settings.located
        for tokens in (_list_git_tokens, _list_registry_tokens)
        for place, lifetime in certain(tokens(organization, path))
        if parse_seconds(halve(lifetime)) < parse_seconds(least)
    ]
    if denied:
        path, lifetime = min(denied, key=lambda token: parse_seconds(token[1]))
        more = f" and {len(denied) - 1} more" if len(denied) > 1 else ""
        text = (
            f"{least} is longer than half of the lifetime of {path}{more} ({lifetime}), so the policies would deny the "
            f"ExternalSecrets that renew these tokens in time; use {halve(lifetime)} or shorter"
        )
        yield Problem(_MINIMUM, text)


def _list_git_tokens(organization: Organization, path: str) -> Iterator[tuple[str, str]]:
    """Place and lifetime of each token that a generator creates for git."""
    for place, git in organization.git_credentials:
        if git.github_app is not None:
            yield f"{path}.{place}.githubApp", lifetimes.GITHUB_APP


def _list_registry_tokens(organization: Organization, path: str) -> Iterator[tuple[str, str]]:
    """The same for registries."""
    for index, registry in enumerate(organization.registries or ()):
        if registry.token is not None:
            key, token = registry.token
            yield f"{path}.registries[{index}].{key}", token.lifetime


def _check_users(key: str, settings: StackSettings, limits: Admission, release: Release) -> Iterator[Problem]:
    """Users that cannot be exempt: groups, agents, and ServiceAccounts of organizations or without a name."""
    users = limits.list_agents(release) if key == "agents" else getattr(limits, key)
    yield from find_repeated(users, f"admission.{key}")
    for index, user in enumerate(users):
        path = f"admission.{key}[{index}]"
        if user in _GROUPS or user.startswith(_ACCOUNT_GROUP):
            text = f"{quote(user)} is a group of Kubernetes; use the names of users"
            yield Problem(path, text)
        elif user == "system:anonymous":
            text = "contains everyone who has not signed in; use the names of users"
            yield Problem(path, f"{quote(user)} {text}")
        elif (problem := _describe_account(user)) is not None:
            yield Problem(path, f"{quote(user)} {problem}")
        elif key != "agents":
            yield from certain(_check_agent(path, user, limits, release))
            yield from certain(_check_owner(path, user, settings, release))


def _describe_account(user: str) -> str | None:
    """What is wrong with the name of a ServiceAccount. None: nothing is, or the user is none."""
    if not user.startswith(ACCOUNT_USER):
        return None
    namespace, _, name = user.removeprefix(ACCOUNT_USER).partition(":")
    try:
        check_label(namespace)
        check_subdomain(name)
    except ValueError:
        return f"is no ServiceAccount; expected {format_account_user('<namespace>', '<name>')}"
    return None


def _check_agent(path: str, user: str, limits: Admission, release: Release) -> Iterator[Problem]:
    """The user of an exception, which must be no agent."""
    if user in limits.list_agents(release):
        text = "is an agent of OpenChoreo, which creates what organizations ask for; use another user"
        yield Problem(path, f"{quote(user)} {text}")


def _check_owner(path: str, user: str, settings: StackSettings, release: Release) -> Iterator[Problem]:
    """The user of an exception, which must not be an organization's."""
    account = read_account_user(user)
    if account is None:
        return
    namespace, _ = account
    owner = (
        describe_build_namespace(namespace, release)
        or describe_data_plane_namespace(namespace, release)
        or describe_secret_namespace(namespace, release)
    )
    if owner is None and namespace in list_control_namespaces(settings.names, release):
        owner = IS_CONTROL
    if owner is not None:
        text = f"is a ServiceAccount of {quote(namespace)}, which {owner}; use one of another namespace"
        yield Problem(path, f"{quote(user)} {text}")


def _own_interval(organization: Organization, path: str, limits: Admission) -> Iterator[Problem]:
    yield from _check_interval(organization, f"{path}.", limits)


def _credential_intervals(organization: Organization, path: str, limits: Admission) -> Iterator[Problem]:
    for located in certain_credentials(organization):
        yield from _check_interval(located.credential, f"{path}.{located.place}.", limits)


def _credential_count(organization: Organization, path: str, limits: Admission) -> Iterator[Problem]:
    # A manual credential is a Secret without an ExternalSecret, and a pull secret is not in the build namespace.
    builds = certain_credentials(organization, BUILD_KINDS)
    count = sum(not located.credential.manuals for located in builds)
    if count > limits.maximum_external_secrets:
        yield Problem(
            "admission.maximumExternalSecrets",
            f"{limits.maximum_external_secrets} is less than the {count} credentials of {path}; use at least {count}",
        )


def _build_plane(organization: Organization, path: str, _: Admission) -> Iterator[Problem]:
    yield from _check_plane(organization.build_plane, f"{path}.buildPlane")


def _data_plane(organization: Organization, path: str, _: Admission) -> Iterator[Problem]:
    yield from _check_plane(organization.data_plane, f"{path}.dataPlane")


def _check_plane(plane: PlaneStore | None, path: str) -> Iterator[Problem]:
    if plane is not None and not isinstance(plane.secret_store_ref, str):
        text = "is an output, and the policies of isolation: strict contain the name of the store; use plain text"
        yield Problem(f"{path}.secretStoreRef", text)


def _check_interval(level: object, prefix: str, limits: Admission) -> Iterator[Problem]:
    interval, least = getattr(level, "refresh_interval", None), limits.minimum_refresh_interval
    if interval is not None and 0 < parse_seconds(interval) < parse_seconds(least):
        text = f"{interval} is shorter than admission.minimumRefreshInterval ({least}); use {least} or longer"
        yield Problem(f"{prefix}refreshInterval", text)
