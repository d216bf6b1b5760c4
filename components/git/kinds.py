"""Credentials of git hosts that are more than one token.

Sources: Kubernetes, "Types of Secret"; ``GithubAccessToken`` of ``generators.external-secrets.io/v1alpha1``.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from ..schema.model import Model
from ..schema.sources import RemoteRef, Source
from . import known_hosts

_URL: Final = re.compile(r"https://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?(/[-A-Za-z0-9._~]+)*")
_LOOPBACK: Final = re.compile(r"http://(127\.0\.0\.1|localhost):[0-9]{1,5}(/[-A-Za-z0-9._~]+)*")


def _digits(value: object) -> object:
    """YAML reads an id as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


class BasicAuth(Model):
    """A user name and a password: keys ``username`` and ``password``, and the password once more as the token."""

    username: Annotated[str, Field(min_length=1, max_length=253, pattern=r"^[^\s:{}\x00-\x1f\x7f]+$")] | None = None
    """User name, in plain text. None: what the host expects with a token."""
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
        """Whether the user name is configured."""
        return self.username is not None or self.username_from is not None


class SshKey(Model):
    """A private key, and the host keys that are trusted: keys ``ssh-privatekey`` and ``known_hosts``."""

    private_key: Source
    """Private key in OpenSSH's or PEM's form, without a passphrase."""
    known_hosts: str | None = None
    """Lines of ``known_hosts``, in plain text: they are public."""
    known_hosts_from: RemoteRef | None = None
    """The same in the manager, instead of ``knownHosts``; then nobody checks them here."""

    @model_validator(mode="after")
    def _trusts_somebody(self) -> Self:
        if (self.known_hosts is None) == (self.known_hosts_from is None):
            what = "names both knownHosts and knownHostsFrom" if self.known_hosts else "names no known hosts"
            msg = f"{what}; expected exactly one of knownHosts (plain text), knownHostsFrom (the secret manager)"
            raise ValueError(msg)
        if self.known_hosts_from is not None and self.private_key.manual is not None:
            msg = "mixes knownHostsFrom and a manual privateKey in one Secret; use knownHosts"
            raise ValueError(msg)
        if self.known_hosts is not None:
            try:
                known_hosts.parse(self.known_hosts)
            except ValueError as error:
                msg = f"knownHosts {error}"
                raise ValueError(msg) from None
        return self


class GithubApp(Model):
    """An installation of a GitHub App, for which the operator makes a token that lives one hour."""

    app_id: Annotated[str, BeforeValidator(_digits), Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    """Id of the app, or its client id."""
    installation_id: Annotated[str, BeforeValidator(_digits), Field(pattern=r"^[0-9]{1,20}$")]
    """Id of the installation in the account that has the repositories."""
    private_key: RemoteRef
    """Private key of the app in the manager (PEM). Whoever has it can make tokens for every installation."""
    repositories: (
        Annotated[
            tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")], ...],
            Field(strict=False, min_length=1, max_length=500),
        ]
        | None
    ) = None
    """Names of repositories, without their owner, that a token is good for. None: all of the installation."""
    permissions: (
        Annotated[
            dict[Annotated[str, Field(pattern=r"^[a-z_]{1,64}$")], Literal["read", "write", "admin"]],
            Field(min_length=1),
        ]
        | None
    ) = None
    """Rights of a token, such as ``contents: read``. None: all of the app."""
    url: str | None = None
    """Address of GitHub's API. None: that of ``host``."""

    @model_validator(mode="after")
    def _address(self) -> Self:
        # The app's signature goes there, so it is not shown, and it goes nowhere in clear.
        if self.url is not None and not (_URL.fullmatch(self.url) or _LOOPBACK.fullmatch(self.url)):
            msg = 'url is not an address such as "https://github.example/api/v3", without a "/" at the end'
            raise ValueError(msg)
        return self
