"""The errors that a user can cause, and can fix.

    OpenChoreoSecretsError
    ├── SettingsError      the stack configuration, or the arguments of a component, cannot be used
    ├── ClusterError       a cluster cannot be reached, or lacks what the package needs
    │   └── ConflictError  an object was changed between reading and writing it
    ├── NotReadyError      credentials did not arrive in time
    └── PatchError         an OpenChoreo object cannot be edited as asked
        └── NotFoundError  there is no such object

Every message says what is wrong, where, and what would be right. None contains a secret value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class OpenChoreoSecretsError(Exception):
    """Base of all errors whose message is meant for the person at the terminal."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the configuration."""

    path: str
    """Where: a configuration path such as ``organizations[0].git.remoteKey``."""
    message: str
    """What is wrong and what is allowed."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class SettingsError(OpenChoreoSecretsError):
    """All problems of one configuration at once, so that one edit can fix them."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = [f"{source}: {count}; nothing was changed", *(f"  - {problem}" for problem in self.problems)]
        super().__init__("\n".join(lines))


class ClusterError(OpenChoreoSecretsError):
    """A cluster is unreachable or unfit, with the plane, the context and the next step."""


class ConflictError(ClusterError):
    """Somebody has changed an object between reading and writing it; nothing was written."""


class NotReadyError(OpenChoreoSecretsError):
    """Credentials that did not arrive, each with organization, Secret and the operator's reason."""


class PatchError(OpenChoreoSecretsError):
    """An OpenChoreo object cannot be edited without breaking or losing something, with the object and the reason."""


class NotFoundError(PatchError):
    """The object that is to be edited does not exist, with the names that do."""
