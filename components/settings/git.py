"""The credential with which an organization's builds clone."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .credentials import Source
from .model import DataKey, Interval, ObjectName


class GitCredential(Source):
    """The token with which builds clone (docs: ``git-clone-secret``, key ``clone-secret``)."""

    host: Annotated[str, Field(pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:[0-9]{1,5})?$", max_length=253)] = (
        "github.com"
    )
    """Host of the repositories, recorded as an annotation of the Secret and in the outputs."""
    secret_name: ObjectName = "git-clone-secret"
    """Name of the Secret in the build namespace."""
    secret_key: DataKey = "clone-secret"
    """Key of the token in that Secret."""
    refresh_interval: Interval | None = None
    """How often the manager is asked. None: the organization's, else the stack's."""
