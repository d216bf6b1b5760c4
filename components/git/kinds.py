"""Git credentials of several parts: user and password, SSH key, GitHub App.

Sources: Kubernetes, "Types of Secret"; ``GithubAccessToken`` of ``generators.external-secrets.io/v1alpha1``.
"""

from __future__ import annotations

import re
from typing import Annotated, ClassVar, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ..schema.deferred import Deferrable
from ..schema.form import must_match
from ..schema.model import Example, Model, Several
from ..schema.sources import RemoteRef, Source
from . import known_hosts

_URL: Final = re.compile(r"https://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[-A-Za-z0-9._~]+)*")
_LOOPBACK: Final = re.compile(r"http://(127\.0\.0\.1|localhost):[0-9]{1,5}(/[-A-Za-z0-9._~]+)*")


def _digits(value: object) -> object:
    """The value as text if it is a number, since YAML reads an id without quotes as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


_Username = Annotated[
    str,
    must_match(
        r"[^\s:{}\x00-\x1f\x7f]{1,253}",
        'a user name; expected 1 to 253 characters without white space, ":", "{" and "}"',
        re.UNICODE,
    ),
]
_AppId = Annotated[
    str,
    BeforeValidator(_digits),
    must_match(
        r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", "the id of a GitHub App; expected its number, such as 123456, or client id"
    ),
]
_InstallationId = Annotated[
    str,
    BeforeValidator(_digits),
    must_match(r"[0-9]{1,20}", "the id of an installation of a GitHub App; expected its number, such as 12345678"),
]
_Repository = Annotated[
    str,
    must_match(
        r"[A-Za-z0-9._-]{1,100}",
        'the name of a GitHub repository; expected letters, digits, ".", "_" and "-", without the owner',
    ),
]
_Permission = Annotated[
    str, must_match(r"[a-z_]{1,64}", "a permission of a GitHub App; expected a name such as contents or pull_requests")
]


class BasicAuth(Model):
    """A user name and a password: keys ``username`` and ``password``, and the key of the token with the password."""

    example: ClassVar[Example] = {"username": "acme-bot", "password": {"remoteKey": "acme-git", "property": "password"}}

    username: _Username | None = None
    """User name, in plain text. None: the user name that the host expects with a token."""
    username_from: RemoteRef | None = None
    """User name in the manager, instead of ``username``."""
    password: Source
    """Password or token."""

    @model_validator(mode="after")
    def _one_user(self) -> Self:
        if self.username is not None and self.username_from is not None:
            msg = "names both username and usernameFrom; use one of them"
            raise ValueError(msg)
        if self.username_from is not None and self.password.manual is not None:
            msg = "mixes usernameFrom and a manual password in one Secret; use username"
            raise ValueError(msg)
        return self

    @property
    def names_user(self) -> bool:
        """Whether the configuration has a user name, instead of the one that the host expects."""
        return self.username is not None or self.username_from is not None


class SshKey(Model):
    """A private key and the trusted host keys: keys ``ssh-privatekey`` and ``known_hosts``."""

    example: ClassVar[Example] = {
        "privateKey": {"remoteKey": "acme-ssh"},
        "knownHostsFrom": {"remoteKey": "acme-known-hosts"},
    }

    private_key: Source
    """Private key in OpenSSH or PEM format, without a passphrase."""
    known_hosts: str | None = None
    """Lines of ``known_hosts``, in plain text, since they are public."""
    known_hosts_from: RemoteRef | None = None
    """The lines in the manager, instead of ``knownHosts``; they are not validated then."""

    @model_validator(mode="after")
    def _one_source_of_known_hosts(self) -> Self:
        if (self.known_hosts is None) == (self.known_hosts_from is None):
            what = "names both knownHosts and knownHostsFrom" if self.known_hosts else "names no known hosts"
            msg = f"{what}; expected exactly one of knownHosts (plain text), knownHostsFrom (the secret manager)"
            raise ValueError(msg)
        if self.known_hosts_from is not None and self.private_key.manual is not None:
            msg = "mixes knownHostsFrom and a manual privateKey in one Secret; use knownHosts"
            raise ValueError(msg)
        if self.known_hosts is not None:
            try:
                known_hosts.parse_known_hosts(self.known_hosts)
            except ValueError as error:
                msg = f"knownHosts {error}"
                raise ValueError(msg) from None
        return self


class GithubApp(Model):
    """An installation of a GitHub App; ESO creates a token that is valid for one hour, and renews it."""

    example: ClassVar[Example] = {
        "appId": "123456",
        "installationId": "12345678",
        "privateKey": {"remoteKey": "acme-app"},
    }

    app_id: Deferrable[_AppId]
    """Id or client id of the app; may be an output."""
    installation_id: Deferrable[_InstallationId]
    """Id of the installation in the account that owns the repositories; may be an output."""
    private_key: RemoteRef
    """Private key of the app in the manager (PEM). It can create tokens for every installation of the app."""
    repositories: (
        Annotated[
            Several[_Repository],
            Field(min_length=1, max_length=500),
        ]
        | None
    ) = None
    """Names of the repositories, without their owner, that a token can access. None: all of the installation."""
    permissions: (
        Annotated[
            dict[_Permission, Literal["read", "write", "admin"]],
            Field(min_length=1),
        ]
        | None
    ) = None
    """Permissions of a token, such as ``contents: read``. None: all permissions of the app."""
    url: str | None = None
    """URL of the GitHub API. None: derived from ``host``."""

    @model_validator(mode="after")
    def _check_url(self) -> Self:
        # ESO sends the app's signature there, so http is refused. A pasted URL may hold a password, so it is not shown.
        if self.url is not None and not (_URL.fullmatch(self.url) or _LOOPBACK.fullmatch(self.url)):
            msg = 'url is not an API address; expected one like "https://github.example/api/v3", with no "/" at the end'
            raise ValueError(msg)
        return self
