"""Rules about git credentials that depend on the release: which keys of their Secrets its builds read."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import Problem
from ...git.credential import GitCredential
from ...openchoreo.release import Release
from ...schema.partial import certain
from ...schema.text import quote
from ..organization import Organization


def validate_git(organization: Organization, path: str, release: Release) -> Iterator[Problem]:
    """Git credentials of one organization that builds of the release cannot use."""
    if release.defaults.git_key is not None:
        return
    for place, git in organization.git_credentials:
        yield from certain(_without_token_key(git, f"{path}.{place}", release))


def _without_token_key(git: GitCredential, path: str, release: Release) -> Iterator[Problem]:
    """What contradicts a Secret with the keys of its type only."""
    if git.secret_key is not None:
        yield Problem(
            f"{path}.secretKey",
            f"{quote(git.secret_key)} is a key that builds of OpenChoreo {release.name} do not read: they read the "
            "username and password of a Secret of the type kubernetes.io/basic-auth; leave it out",
        )
    key = "manual" if git.remote is None else "remoteKey"
    if (git.remote is not None or git.manual is not None) and git.username is None:
        yield Problem(
            path,
            f"is a token without a user name, which OpenChoreo {release.name} needs, and no user name fits every token "
            f"of {git.host}; use basicAuth: {{username: <user name>, password: {{{key}: <name>}}}}",
        )
