"""The git credential of an organization's builds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import ClassVar, Final, Self

from pydantic import model_validator

from ..openchoreo.release import Defaults
from ..schema import names
from ..schema.model import DataKey, Example, Interval, ManualName, ObjectName
from ..schema.policies import Policies
from ..schema.sources import OptionalRemote, RemoteRef
from ..secrets.credential import NO_VALUE, Owner, SecretContent, StoreRead
from . import known_hosts
from .hosts import Host, Provider, find_software, get_github_api, get_token_username
from .kinds import BasicAuth, GithubApp, SshKey
from .secret import APP_SUFFIX, CREDENTIAL, Naming, build_app_key, build_secret

_KINDS: Final = "remoteKey, manual, basicAuth, ssh, githubApp"


class GitCredential(OptionalRemote):
    """The credential with which builds clone: a token, a user with a password, an SSH key or a GitHub App."""

    example: ClassVar[Example] = {"remoteKey": "acme-github-pat", "property": "token"}

    manual: ManualName | None = None
    """Name of an entry of ``manualSecrets`` that holds the token, instead of ``remoteKey``."""
    basic_auth: BasicAuth | None = None
    """A user name with a token or password: Secret of type ``kubernetes.io/basic-auth``."""
    ssh: SshKey | None = None
    """A private key: Secret of type ``kubernetes.io/ssh-auth``."""
    github_app: GithubApp | None = None
    """A GitHub App, whose short-lived tokens ESO renews."""
    host: Host = "github.com"
    """Host of the repositories, recorded as an annotation of the Secret and in the outputs."""
    provider: Provider | None = None
    """Software of a self-hosted host. None: derived from the name of the host."""
    secret_name: ObjectName | None = None
    """Name of the Secret in the build namespace. None: the default of the release. Plain text: it forms names of
    resources."""
    secret_key: DataKey | None = None
    """Key of the token in that Secret. None: the default of the release. OpenChoreo v1.x has no such key: its builds
    read ``username`` and ``password``."""
    secret_store: ObjectName | None = None
    """Entry of ``secretStores`` that its values are read from. None: that of the organization."""
    secret_reference: ObjectName | None = None
    """Name of a SecretReference with the same values, in the namespace on the control plane (OpenChoreo v1.x), which
    developers select for a build with ``repository.secretRef``. None: there is none. Plain text: it forms names of
    resources."""
    refresh_interval: Interval | None = None
    """Interval between two polls of the manager. None: that of the organization, else of the stack."""
    policies: Policies | None = None
    """ESO's policies for the Secret. None: those of the organization."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [
            name
            for name, value in (
                ("remoteKey", self.remote_key),
                ("manual", self.manual),
                ("basicAuth", self.basic_auth),
                ("ssh", self.ssh),
                ("githubApp", self.github_app),
            )
            if value is not None
        ]
        if len(kinds) != 1:
            what = f"names {' and '.join(kinds)}" if kinds else "names no credential"
            msg = f"{what}; expected exactly one of {_KINDS}"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _fits_the_host(self) -> Self:
        problem = next(chain(self._of_host(), self._of_secret(), self._of_known_hosts()), None)
        if problem is not None:
            raise ValueError(problem)
        return self

    def _of_host(self) -> Iterator[str]:
        software = find_software(self.host)
        if self.provider is not None and self.basic_auth is None and self.github_app is None:
            yield "provider is only for basicAuth and githubApp; leave it out"
        if self.provider is not None and software not in {"generic", self.provider}:
            yield f"provider {self.provider} contradicts the host {self.host}, which is {software}; leave provider out"
        if self.basic_auth is not None and not self.basic_auth.names_user and self.username is None:
            yield (
                f"basicAuth.username is missing: {self.host} ({self.provider or software}) "
                "has no user name for every token"
            )
        if self.github_app is not None and (self.provider or software) not in {"github", "generic"}:
            yield f"githubApp is for GitHub, and {self.host} is {self.provider or software}; use another credential"

    def _of_secret(self) -> Iterator[str]:
        if self.github_app is not None and self.secret_name is not None:
            try:
                names.check_subdomain(f"{self.secret_name}{APP_SUFFIX}")
            except ValueError as error:
                yield f"secretName is part of the name of a second Secret, which {error}"
        if self.secret_store is not None and not self.remotes:
            yield f"secretStore {NO_VALUE}"
        if self.ssh is not None and "secret_key" in self.model_fields_set:
            yield "secretKey is only for tokens, and ssh has fixed keys; leave it out"
        if (self.basic_auth or self.github_app) and self.secret_key in {"username", "password"}:
            yield f'secretKey "{self.secret_key}" is already a key of the Secret; use another one'

    def _of_known_hosts(self) -> Iterator[str]:
        if self.ssh is not None and self.ssh.known_hosts is not None:
            name = known_hosts.format_host_name(self.host)
            lines = [line for line in known_hosts.parse_known_hosts(self.ssh.known_hosts) if not line.revoked]
            if not any(line.matches(name) for line in lines):
                yield f"ssh.knownHosts has no key of {name}, the host of this credential; add a line of ssh-keyscan"

    @property
    def kind(self) -> str:
        """Value of the credential label."""
        return CREDENTIAL

    def naming(self, defaults: Defaults) -> Naming:
        """Name of the Secret and key of the token: the configured ones, else those of the release."""
        return Naming(self.secret_name or defaults.git_secret, self.secret_key or defaults.git_key)

    def secret_names(self, defaults: Defaults) -> dict[str, str]:
        """Path below this credential that decides a Secret's name -> the name."""
        naming = self.naming(defaults)
        app = {"githubApp": naming.app} if self.github_app is not None else {}
        return {"secretName": naming.name, **app}

    def secrets(self, owner: Owner) -> tuple[SecretContent, ...]:
        """Its Secrets; a GitHub App's private key comes before the Secret with the token that ESO creates with it."""
        naming = self.naming(owner.defaults)
        key, content = build_app_key(self, naming), build_secret(self, naming)
        return (content,) if key is None else (key, content)

    @property
    def username(self) -> str | None:
        """User name for cloning over HTTPS: the configured one, else the one that the host expects with a token."""
        own = self.basic_auth.username if self.basic_auth is not None else None
        if self.github_app is not None:
            return get_token_username("github")
        return own or get_token_username(self.provider or find_software(self.host))

    @property
    def app_url(self) -> str:
        """URL of the API that creates tokens of the GitHub App, whether or not there is one."""
        own = self.github_app.url if self.github_app is not None else None
        return own or get_github_api(self.host)

    @property
    def remotes(self) -> tuple[RemoteRef, ...]:
        """All values that are read from the manager."""
        refs = [self.remote]
        if self.basic_auth is not None:
            refs += [self.basic_auth.username_from, self.basic_auth.password.remote]
        if self.ssh is not None:
            refs += [self.ssh.private_key.remote, self.ssh.known_hosts_from]
        if self.github_app is not None:
            refs.append(self.github_app.private_key)
        return tuple(ref for ref in refs if ref is not None)

    @property
    def reads(self) -> tuple[StoreRead, ...]:
        """The same values, all from one store."""
        return tuple(StoreRead(ref, self.secret_store) for ref in self.remotes)

    @property
    def manuals(self) -> dict[str, str]:
        """Where an entry of ``manualSecrets`` is named, below this credential -> its name."""
        names = {"manual": self.manual}
        if self.basic_auth is not None:
            names["basicAuth.password.manual"] = self.basic_auth.password.manual
        if self.ssh is not None:
            names["ssh.privateKey.manual"] = self.ssh.private_key.manual
        return {path: name for path, name in names.items() if name is not None}
