"""The values of a git credential that developers select by name for a build, instead of that of their organization.

Source: ``SecretReference`` of openchoreo/openchoreo v1.2.3, and its ClusterWorkflows, which take the type of the Secret
from it, and for each key ``remoteRef.key`` and ``property``. They drop ``version``, and know neither decoding nor fixed
values. Its ``checkout-source`` clones as ``git`` without a user name.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import Problem
from ..schema.secret_types import BASIC_AUTH, SSH_AUTH
from ..schema.sources import RemoteRef
from ..schema.text import quote
from .credential import GitCredential
from .hosts import GIT_SOFTWARE, find_software


def get_reference_type(git: GitCredential) -> str:
    """Type of the Secret that a build gets."""
    return BASIC_AUTH if git.ssh is None else SSH_AUTH


def list_reference_values(git: GitCredential) -> dict[str, RemoteRef]:
    """Key of the Secret -> its value in the manager. Empty: the values are not in a manager."""
    values: dict[str, RemoteRef | None] = {"password": git.remote}
    if git.ssh is not None:
        values = {"ssh-privatekey": git.ssh.private_key.remote}
    elif git.basic_auth is not None:
        values = {"username": git.basic_auth.username_from, "password": git.basic_auth.password.remote}
    return {key: ref for key, ref in values.items() if ref is not None}


def validate_reference(git: GitCredential, path: str) -> Iterator[Problem]:
    """What builds would not get from a reference to a git credential."""
    values = list_reference_values(git)
    if git.github_app is not None or git.manuals:
        kind = "githubApp" if git.github_app is not None else next(iter(git.manuals))
        yield Problem(
            f"{path}.secretReference",
            f"refers to values in a secret manager, and {kind} is none; leave secretReference out, or use remoteKey",
        )
        return
    for ref in values.values():
        if ref.version is not None:
            yield Problem(
                f"{path}.secretReference",
                "cannot select a version, which builds of OpenChoreo ignore; leave version out",
            )
        if ref.decoding != "None":
            yield Problem(
                f"{path}.secretReference",
                "cannot decode, because builds of OpenChoreo do not; store the decoded value, and leave decoding out",
            )
    fixed = git.basic_auth.username if git.basic_auth is not None else None
    software = GIT_SOFTWARE[git.provider or find_software(git.host)]
    if git.ssh is None and "username" not in values and not software.any_username:
        yield Problem(
            f"{path}.secretReference",
            f"has no user name, because it cannot have a fixed one, and {git.host} does not accept every user name; "
            "use basicAuth with usernameFrom",
        )
    elif fixed is not None and software.owned_tokens:
        yield Problem(
            f"{path}.secretReference",
            f"cannot have the fixed user name {quote(fixed)}, which a {software.owned_tokens} of {git.host} needs; use "
            "usernameFrom, or leave basicAuth.username out if the token accepts every user name, as access tokens do",
        )
