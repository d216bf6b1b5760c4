"""How long short-lived tokens live: the shortest lifetime that was seen, which may be below the documented one.

Sources: GitHub, "Generating an installation access token" (1 h); Amazon, "Private registry authentication" (12 h);
Google, "Create short-lived credentials" (1 h), and ESO's issue 6690 for tokens without a Google service account, which
live as long as the Kubernetes token that ESO exchanges, 15 min. Azure: "Authenticate with an Azure container registry"
says 3 h for a refresh token, but users of ``ACRAccessToken`` measured 75 min, because it ends with the Entra token from
which it is made; "Configurable token lifetimes" gives that one a random lifetime of 60 to 90 min.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

GITHUB_APP: Final = "1h0m0s"
"""Token of an installation of a GitHub App."""
ECR: Final = "12h0m0s"
"""Authorization token of Amazon ECR."""
ACR: Final = "1h0m0s"
"""Refresh token or access token of Azure Container Registry."""
GOOGLE_ACCOUNT: Final = "1h0m0s"
"""Access token of a Google service account."""
GOOGLE_FEDERATED: Final = "15m0s"
"""Access token of a Kubernetes ServiceAccount without a Google service account."""
GENERATORS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ACRAccessToken": ACR,
        "ECRAuthorizationToken": ECR,
        "GCRAccessToken": GOOGLE_FEDERATED,
        "GithubAccessToken": GITHUB_APP,
    }
)
"""Kind of ESO's generator -> the shortest lifetime of its tokens."""
