"""Accounts of the hosts: which user name and password act for which organization, from the settings of a stack.

An account names the place of its values and contains none: a key of OpenBao, or an entry of ``manualSecrets``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from components.git.credential import GitCredential
from components.registries.credential import RegistryCredential
from components.schema.sources import RemoteRef
from components.settings.organization import Organization
from components.settings.stack import StackSettings

from ..seed import PULL_SERVER

Account = dict[str, Any]
"""``organization``, ``use`` (``git``, ``push`` or ``pull``), and its login; JSON types only. See `logins`."""

_GOOGLE: Final = "_json_key"


def list_accounts(settings: StackSettings) -> list[Account]:
    """One account for each credential of a git host or a registry that has a password."""
    return [account for organization in settings.organizations for account in _of_organization(organization)]


def list_host_names(settings: StackSettings) -> list[str]:
    """Names of all git hosts and registries, sorted, without ports."""
    hosts = {PULL_SERVER}
    for organization in settings.organizations:
        hosts |= {git.host for _, git in organization.git_credentials}
        pull = organization.pull_secret
        registries = (*(organization.registries or ()), *((pull.registries if pull else None) or ()))
        hosts |= {registry.host for registry in registries}
    return sorted({host.partition(":")[0] for host in hosts if "*" not in host and not host.startswith("[")})


def _of_organization(organization: Organization) -> Iterator[Account]:
    name, pull = organization.name, organization.pull_secret
    for _, git in organization.git_credentials:
        login = _git_login(git)
        if login is not None:
            yield {"organization": name, "use": "git", "host": git.host, **login}
    for use, registries in (("push", organization.registries), ("pull", pull.registries if pull else None)):
        for registry in registries or ():
            login = _registry_login(registry)
            if login is not None:
                yield {"organization": name, "use": use, **login}
    if pull is not None and pull.docker_config is not None:
        yield {"organization": name, "use": "pull", "config": _remote(pull.docker_config)}


def _git_login(git: GitCredential) -> Account | None:
    """User name and password of a clone over HTTPS. None: the credential has no password."""
    if git.basic_auth is not None:
        password, user = git.basic_auth.password, git.basic_auth.username_from or git.username
        return _login(user, password.remote, password.manual)
    if git.remote is None and git.manual is None:
        return None
    return _login(git.username, git.remote, git.manual)


def _registry_login(registry: RegistryCredential) -> Account | None:
    """User name and password, or a docker config with them. None: the credential is a short-lived token."""
    if registry.docker_config is not None:
        return {"config": _remote(registry.docker_config), "server": registry.auths_key}
    if registry.service_account_key is not None:
        return _login(_GOOGLE, registry.service_account_key, None)
    if registry.manual is not None:
        return _login(registry.manual.username, None, registry.manual.password)
    return None if registry.password is None else _login(registry.username, registry.password, None)


def _login(user: RemoteRef | str | None, password: RemoteRef | None, manual: str | None) -> Account:
    """A login. A user name of None: the host accepts any."""
    username = _remote(user) if isinstance(user, RemoteRef) else {"text": user} if user is not None else None
    return {"username": username, "password": {"manual": manual} if password is None else _remote(password)}


def _remote(ref: RemoteRef) -> dict[str, str | None]:
    # The settings come from YAML, which has no outputs.
    return {"key": str(ref.remote_key), "property": None if ref.property is None else str(ref.property)}
