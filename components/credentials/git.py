"""The git credential of builds: Secret ``git-clone-secret``, key ``clone-secret`` (OpenChoreo v0.9 docs)."""

from __future__ import annotations

from ..manifests import GIT_HOST_ANNOTATION
from ..settings import GitCredential
from .external_secret import SecretTemplate
from .manual import ManualSecret


def secret(git: GitCredential) -> SecretTemplate | ManualSecret:
    """The Secret of a git credential: from the manager, or manual."""
    annotations = {GIT_HOST_ANNOTATION: git.host}
    if git.remote is None:
        return ManualSecret(
            name=git.secret_name,
            credential="git",
            values={git.secret_key: str(git.manual)},
            annotations=annotations,
        )
    return SecretTemplate(
        name=git.secret_name,
        credential="git",
        data={git.secret_key: git.remote},
        annotations=annotations,
    )
