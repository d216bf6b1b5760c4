"""The Secrets of a git credential.

Sources: OpenChoreo v0.9 docs (Secret ``git-clone-secret``, key ``clone-secret``); Kubernetes, "Types of Secret";
``GithubAccessToken`` of ``generators.external-secrets.io/v1alpha1``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ..manifests import GIT_HOST_ANNOTATION
from ..schema.secret_types import BASIC_AUTH, SSH_AUTH
from ..schema.sources import RemoteRef
from ..secrets.external_secret import DataFrom, SecretTemplate
from ..secrets.generator import Generator
from ..secrets.manual_secret import ManualSecret
from .kinds import BasicAuth, GithubApp, SshKey

if TYPE_CHECKING:
    from .credential import GitCredential

CREDENTIAL: Final = "git"
APP_CREDENTIAL: Final = "github-app"
_APP_KEY: Final = "private-key"
_LIFETIME: Final = "1h0m0s"
_PASSWORD: Final = "{{ .password }}"
_TOKEN: Final = "{{ .token }}"
# OpenSSH refuses a key without a newline at its end, which many secret managers remove.
_WITH_NEWLINE: Final = "{{{{ .{} | trim }}}}\n"


def secret(git: GitCredential) -> SecretTemplate | ManualSecret:
    """The Secret of a git credential: from the manager, from a generator, or manual."""
    if git.basic_auth is not None:
        return _basic_auth(git, git.basic_auth)
    if git.ssh is not None:
        return _ssh(git, git.ssh)
    if git.github_app is not None:
        token = DataFrom(_generator(git, git.github_app))
        return _remote(git, {}, BASIC_AUTH, _user_and_password(git, str(git.username), _TOKEN), token)
    if git.remote is None:
        return _manual(git, {git.secret_key: str(git.manual)})
    return _remote(git, {git.secret_key: git.remote})


def app_key(git: GitCredential) -> SecretTemplate | None:
    """The Secret with a GitHub App's private key, from which ESO creates its tokens; None for other credentials."""
    if git.github_app is None:
        return None
    data = {_APP_KEY: git.github_app.private_key}
    return SecretTemplate(
        name=git.app_secret_name,
        credential=APP_CREDENTIAL,
        data=data,
        annotations=_annotations(git),
        operator_policies=True,
    )


def _basic_auth(git: GitCredential, auth: BasicAuth) -> SecretTemplate | ManualSecret:
    password = auth.password.remote
    if password is None:
        manual = {"password": str(auth.password.manual), git.secret_key: str(auth.password.manual)}
        return _manual(git, manual, BASIC_AUTH, {"username": str(git.username)})
    data, username = {"password": password}, str(git.username)
    if auth.username_from is not None:
        data, username = {"username": auth.username_from, **data}, "{{ .username }}"
    return _remote(git, data, BASIC_AUTH, _user_and_password(git, username, _PASSWORD))


def _ssh(git: GitCredential, ssh: SshKey) -> SecretTemplate | ManualSecret:
    key, known_hosts = ssh.private_key.remote, f"{(ssh.known_hosts or '').strip()}\n"
    if key is None:
        return _manual(git, {"ssh-privatekey": str(ssh.private_key.manual)}, SSH_AUTH, {"known_hosts": known_hosts})
    data = {"privateKey": key}
    if ssh.known_hosts_from is not None:
        data, known_hosts = {**data, "knownHosts": ssh.known_hosts_from}, _WITH_NEWLINE.format("knownHosts")
    templates = {"ssh-privatekey": _WITH_NEWLINE.format("privateKey"), "known_hosts": known_hosts}
    return _remote(git, data, SSH_AUTH, templates)


def _generator(git: GitCredential, app: GithubApp) -> Generator:
    spec: dict[str, Any] = {"url": git.app_url, "appID": app.app_id, "installID": app.installation_id}
    if app.repositories is not None:
        spec["repositories"] = list(app.repositories)
    if app.permissions is not None:
        spec["permissions"] = dict(app.permissions)
    spec["auth"] = {"privateKey": {"secretRef": {"name": git.app_secret_name, "key": _APP_KEY}}}
    return Generator("GithubAccessToken", git.app_secret_name, spec, _LIFETIME)


def _user_and_password(git: GitCredential, username: str, password: str) -> dict[str, str]:
    """The two keys of the Secret's type, and the key that OpenChoreo's docs name."""
    return {"username": username, "password": password, git.secret_key: password}


def _remote(
    git: GitCredential,
    data: dict[str, RemoteRef],
    kind: str = "Opaque",
    templates: dict[str, str] | None = None,
    *data_from: DataFrom,
) -> SecretTemplate:
    return SecretTemplate(
        name=git.secret_name,
        credential=CREDENTIAL,
        data=data,
        type=kind,
        templates=templates,
        annotations=_annotations(git),
        data_from=data_from,
    )


def _manual(
    git: GitCredential, values: dict[str, str], kind: str = "Opaque", texts: dict[str, str] | None = None
) -> ManualSecret:
    return ManualSecret(
        name=git.secret_name,
        credential=CREDENTIAL,
        values=values,
        annotations=_annotations(git),
        type=kind,
        texts=texts or {},
    )


def _annotations(git: GitCredential) -> dict[str, str]:
    return {GIT_HOST_ANNOTATION: git.host}
