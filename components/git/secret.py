"""The Secrets of a git credential.

Sources: OpenChoreo v0.9 docs (one Secret with the token); ``checkout-source`` of OpenChoreo v1.2.3, which reads the
keys of Kubernetes' types only; Kubernetes, "Types of Secret"; ``GithubAccessToken`` of
``generators.external-secrets.io/v1alpha1``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ..manifests import GIT_HOST_ANNOTATION
from ..schema.deferred import InputStr
from ..schema.secret_types import BASIC_AUTH, SSH_AUTH
from ..schema.sources import RemoteRef
from ..secrets import lifetimes
from ..secrets.external_secret import DataFrom, SecretTemplate
from ..secrets.generator import Generator
from ..secrets.manual_secret import ManualSecret
from ..secrets.value_templates import describe_source, render_lines, render_pem, render_word
from .kinds import BasicAuth, GithubApp, SshKey

if TYPE_CHECKING:
    from .credential import GitCredential

CREDENTIAL: Final = "git"
APP_CREDENTIAL: Final = "github-app"
APP_GENERATOR: Final = "GithubAccessToken"
"""Kind of ESO's generator that creates the tokens of a GitHub App."""
_APP_KEY: Final = "private-key"
APP_SUFFIX: Final = "-github-app"
"""Added to the name of the Secret for the name of the one with a GitHub App's private key."""
_TOKEN: Final = "{{ .token }}"


@dataclass(frozen=True)
class Naming:
    """What a git credential calls its Secret."""

    name: str
    """Name of the Secret."""
    key: str | None
    """Key of the token in it. None: a token is the password of a user, and the Secret has no further key."""

    @property
    def app(self) -> str:
        """Name of the Secret with the private key of a GitHub App, and of the generator that reads it."""
        return f"{self.name}{APP_SUFFIX}"


def build_secret(git: GitCredential, naming: Naming) -> SecretTemplate | ManualSecret:
    """The Secret of a git credential: from the manager, from a generator, or manual."""
    if git.basic_auth is not None:
        return _basic_auth(git, naming, git.basic_auth)
    if git.ssh is not None:
        return _ssh(git, naming, git.ssh)
    if git.github_app is not None:
        token = DataFrom(_generator(git, naming, git.github_app))
        return _remote(git, naming, {}, BASIC_AUTH, _user_and_password(naming, str(git.username), _TOKEN), token)
    if naming.key is None:
        return _token_of_user(git, naming)
    if git.remote is None:
        return _manual(git, naming, {naming.key: str(git.manual)})
    templates = {naming.key: render_word(".token", describe_source(git.remote))}
    return _remote(git, naming, {"token": git.remote}, templates=templates)


def build_app_key(git: GitCredential, naming: Naming) -> SecretTemplate | None:
    """The Secret with a GitHub App's private key, from which ESO creates its tokens; None for other credentials."""
    if git.github_app is None:
        return None
    key = git.github_app.private_key
    return SecretTemplate(
        name=naming.app,
        credential=APP_CREDENTIAL,
        data={"privateKey": key},
        templates={_APP_KEY: render_pem(".privateKey", describe_source(key))},
        annotations=_annotations(git),
        operator_policies=True,
    )


def _token_of_user(git: GitCredential, naming: Naming) -> SecretTemplate | ManualSecret:
    """A token as the password of the user that its host expects; the rules refuse a host without one."""
    if git.remote is None:
        return _manual(git, naming, {"password": str(git.manual)}, BASIC_AUTH, {"username": str(git.username)})
    password = render_word(".token", describe_source(git.remote))
    keys = _user_and_password(naming, str(git.username), password)
    return _remote(git, naming, {"token": git.remote}, BASIC_AUTH, keys)


def _basic_auth(git: GitCredential, naming: Naming, auth: BasicAuth) -> SecretTemplate | ManualSecret:
    password = auth.password.remote
    if password is None:
        name = str(auth.password.manual)
        manual = {"password": name} if naming.key is None else {"password": name, naming.key: name}
        return _manual(git, naming, manual, BASIC_AUTH, {"username": str(git.username)})
    data = {"password": password}
    username: InputStr = str(git.username)
    if auth.username_from is not None:
        data = {"username": auth.username_from, **data}
        username = render_word(".username", describe_source(auth.username_from))
    password_template = render_word(".password", describe_source(password))
    return _remote(git, naming, data, BASIC_AUTH, _user_and_password(naming, username, password_template))


def _ssh(git: GitCredential, naming: Naming, ssh: SshKey) -> SecretTemplate | ManualSecret:
    key, known_hosts = ssh.private_key.remote, f"{(ssh.known_hosts or '').strip()}\n"
    if key is None:
        return _manual(
            git, naming, {"ssh-privatekey": str(ssh.private_key.manual)}, SSH_AUTH, {"known_hosts": known_hosts}
        )
    data = {"privateKey": key}
    if ssh.known_hosts_from is not None:
        data, known_hosts = {**data, "knownHosts": ssh.known_hosts_from}, render_lines(".knownHosts")
    templates = {"ssh-privatekey": render_pem(".privateKey", describe_source(key)), "known_hosts": known_hosts}
    return _remote(git, naming, data, SSH_AUTH, templates)


def _generator(git: GitCredential, naming: Naming, app: GithubApp) -> Generator:
    spec: dict[str, Any] = {"url": git.app_url, "appID": app.app_id, "installID": app.installation_id}
    if app.repositories is not None:
        spec["repositories"] = list(app.repositories)
    if app.permissions is not None:
        spec["permissions"] = dict(app.permissions)
    spec["auth"] = {"privateKey": {"secretRef": {"name": naming.app, "key": _APP_KEY}}}
    return Generator(APP_GENERATOR, naming.app, spec, lifetimes.GITHUB_APP)


def _user_and_password(naming: Naming, username: InputStr, password: InputStr) -> dict[str, InputStr]:
    """The two keys of the Secret's type, and the key of the token that the release has."""
    return {"username": username, "password": password, **({} if naming.key is None else {naming.key: password})}


def _remote(
    git: GitCredential,
    naming: Naming,
    data: dict[str, RemoteRef],
    kind: str = "Opaque",
    templates: Mapping[str, InputStr] | None = None,
    *data_from: DataFrom,
) -> SecretTemplate:
    return SecretTemplate(
        name=naming.name,
        credential=CREDENTIAL,
        data=data,
        type=kind,
        templates=templates,
        annotations=_annotations(git),
        data_from=data_from,
    )


def _manual(
    git: GitCredential,
    naming: Naming,
    values: dict[str, str],
    kind: str = "Opaque",
    texts: dict[str, str] | None = None,
) -> ManualSecret:
    return ManualSecret(
        name=naming.name,
        credential=CREDENTIAL,
        values=values,
        annotations=_annotations(git),
        type=kind,
        texts=texts or {},
    )


def _annotations(git: GitCredential) -> dict[str, str]:
    return {GIT_HOST_ANNOTATION: git.host}
