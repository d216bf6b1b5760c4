"""The errors that a user can cause and can fix.

    OpenChoreoSecretsError
    ├── SettingsError      the stack configuration or the arguments of a component are wrong
    ├── ClusterError       a cluster cannot be reached, or lacks something that this package needs
    │   ├── ConflictError  another client changed an object between our read and our write
    │   ├── InvalidError   the API server refuses the content of an object
    │   ├── ForbiddenError the user of the context may not do what was asked
    │   ├── UnavailableError the API server does not answer, or something else answers in its place
    │   └── PreflightError a check before an update has found problems on a cluster (`cluster.obstacles`)
    ├── NotReadyError      credentials were not synced in time
    └── PatchError         an OpenChoreo object cannot be patched as asked
        └── NotFoundError  the object does not exist

Every message says where, what is wrong and what to do. None contains a secret value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

NOTHING_CHANGED: Final = "nothing was changed"
"""Consequence of a mistake in the configuration of a stack, which is read before anything is registered."""


class OpenChoreoSecretsError(Exception):
    """Base class of all errors whose message is written for users."""


@dataclass(frozen=True)
class Problem:
    """One mistake in the configuration."""

    path: str
    """Configuration path, such as ``organizations[0].git.remoteKey``."""
    message: str
    """What is wrong, and what to use instead."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class SettingsError(OpenChoreoSecretsError):
    """All problems of one configuration together, so that one edit can fix them.

    Args:
        source: the file, or the class or function with the name of its resource.
        problems: at least one.
        consequence: what they kept from happening. Empty: a program may have registered other resources before.
    """

    def __init__(self, source: str, problems: Sequence[Problem], *, consequence: str = "") -> None:
        self.source = source
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        head = f"{source}: {count}; {consequence}" if consequence else f"{source}: {count}"
        lines = [head, *(f"  - {problem}" for problem in self.problems)]
        super().__init__("\n".join(lines))


class ClusterError(OpenChoreoSecretsError):
    """A cluster cannot be reached or used. The message names the plane, the context and the next step."""


class ConflictError(ClusterError):
    """Another client changed an object between our read and our write; nothing was written."""


class InvalidError(ClusterError):
    """The API server refuses the content of an object: a field is not valid, or immutable."""


class ForbiddenError(ClusterError):
    """The user of the context may not do what was asked; nothing was done."""


class UnavailableError(ClusterError):
    """The API server does not answer, or something else answers in its place. A later attempt may succeed."""


class NotReadyError(OpenChoreoSecretsError):
    """Credentials were not synced in time. The message has the organization, the Secret and ESO's reason for each."""


class PatchError(OpenChoreoSecretsError):
    """An OpenChoreo object cannot be patched without breaking it or losing data. The message has object and reason."""


class NotFoundError(PatchError):
    """The object to be patched does not exist. The message lists the objects that do."""
