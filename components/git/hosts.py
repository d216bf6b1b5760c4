"""What git hosts expect of a clone over HTTPS, by the software that they run.

Sources: GitHub, "Authenticating as a GitHub App installation"; GitLab, "Clone using a token" (any user name will do);
Bitbucket Cloud, "Using access tokens"; Azure DevOps, "Authentication with Azure Repos" (any user name, but one).
Bitbucket Data Center and Gitea want the name of the user whose token it is.
"""

from __future__ import annotations

from typing import Final, Literal

Provider = Literal["github", "gitlab", "bitbucket", "bitbucket-server", "azure-devops", "gitea", "generic"]

_HOSTS: Final[dict[str, Provider]] = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "bitbucket.org": "bitbucket",
    "dev.azure.com": "azure-devops",
}
_DOMAINS: Final[dict[str, Provider]] = {".ghe.com": "github", ".visualstudio.com": "azure-devops"}
_USERNAMES: Final[dict[Provider, str]] = {
    "github": "x-access-token",
    "gitlab": "oauth2",
    "bitbucket": "x-token-auth",
    "azure-devops": "pat",
}


def provider_of(host: str) -> Provider:
    """The software that a host is known to run; ``generic`` for a host of one's own."""
    name = host.partition(":")[0]
    if name in _HOSTS:
        return _HOSTS[name]
    return next((provider for domain, provider in _DOMAINS.items() if name.endswith(domain)), "generic")


def token_username(provider: Provider) -> str | None:
    """User name that goes with an access token. None: there is none for all tokens."""
    return _USERNAMES.get(provider)


def github_api(host: str) -> str:
    """Address of the REST API of GitHub, GitHub Enterprise Cloud with data residency, or GitHub Enterprise Server."""
    if host == "github.com":
        return "https://api.github.com"
    return f"https://api.{host}" if host.endswith(".ghe.com") else f"https://{host}/api/v3"
