"""Git hosts: the software that a host runs, and the user name that it expects with a token over HTTPS.

Sources: GitHub, "Authenticating as a GitHub App installation"; GitLab, "Clone using a token" (accepts any user name)
and "Deploy tokens" (a user name and a token); Bitbucket Cloud, "Using access tokens"; Azure DevOps, "Authentication
with Azure Repos" (accepts any user name, but requires one). Bitbucket Data Center and Gitea expect the name of the
token's owner.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator

from ..schema.catalog import Catalog

_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?", re.ASCII)
_URL: Final = re.compile(r"(?:[a-z+]+://)?(?:[^/@]*@)?([^/@:]+(?::[0-9]+)?)(?:[/:][^@]*)?", re.ASCII | re.IGNORECASE)
"""A URL, or an address as scp has it: ``git@github.com:acme/app.git``."""


def check_host(value: str) -> str:
    """The value unchanged, if it is a host.

    Raises:
        ValueError: it is not; the message has the host if the value is the address of a repository.
    """
    if _HOST.fullmatch(value):
        return value
    url = _URL.fullmatch(value)
    host = url[1].lower() if url else ""
    if _HOST.fullmatch(host):
        msg = f"is not a host alone; use {host}"
    else:
        msg = "is not the host of a git repository; expected name[:port] in lower case, such as git.acme.example"
    raise ValueError(msg)


Host = Annotated[str, AfterValidator(check_host)]

GENERIC: Final = "generic"
"""Software of a host about which nothing is known."""


@dataclass(frozen=True)
class GitSoftware:
    """The software of a git host."""

    name: str
    """Value of ``git.provider`` in the settings."""
    hosts: tuple[str, ...] = ()
    """Public hosts that run it, without a port."""
    domains: tuple[str, ...] = ()
    """Domains whose hosts all run it, each with the dot in front: ``.ghe.com``."""
    token_username: str | None = None
    """User name of a clone over HTTPS with an access token. None: no single one fits all tokens."""
    any_username: bool = False
    """Whether every other user name is accepted too."""
    owned_tokens: str = ""
    """Kind of token that only its own user name fits, although ``any_username`` holds for all others. Empty: none."""


GIT_SOFTWARE: Final = Catalog(
    "git provider",
    (
        GitSoftware("github", ("github.com",), (".ghe.com",), "x-access-token", any_username=True),
        GitSoftware("gitlab", ("gitlab.com",), (), "oauth2", any_username=True, owned_tokens="deploy token"),
        GitSoftware("bitbucket", ("bitbucket.org",), token_username="x-token-auth"),
        GitSoftware("bitbucket-server"),
        GitSoftware("azure-devops", ("dev.azure.com",), (".visualstudio.com",), "pat", any_username=True),
        GitSoftware("gitea"),
        GitSoftware(GENERIC),
    ),
)
"""All git software that settings can name; add one with ``GIT_SOFTWARE.register(GitSoftware(...))`` or here."""

Provider = Annotated[str, AfterValidator(GIT_SOFTWARE.check_name)]
"""Name of a value of `GIT_SOFTWARE`."""


def find_software(host: str) -> str:
    """Name of the software that a public host runs; ``generic`` for any other host.

    Args:
        host: ``name`` or ``name:port``.
    """
    name = host.partition(":")[0]
    software = next((software for software in GIT_SOFTWARE if name in software.hosts), None)
    if software is None:
        software = next((software for software in GIT_SOFTWARE if name.endswith(software.domains)), None)
    return GENERIC if software is None else software.name


def get_token_username(provider: str) -> str | None:
    """User name that goes with an access token. None: no single one fits all tokens."""
    return GIT_SOFTWARE[provider].token_username


def get_github_api(host: str) -> str:
    """URL of the REST API of GitHub, GitHub Enterprise Cloud with data residency, or GitHub Enterprise Server."""
    if host == "github.com":
        return "https://api.github.com"
    return f"https://api.{host}" if host.endswith(".ghe.com") else f"https://{host}/api/v3"
