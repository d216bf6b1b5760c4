"""Credentials of external services that an organization's builds call."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from .credentials import Source
from .model import DataKey, Interval, Model, ObjectName


class ExternalCredential(Model):
    """Credentials of a service that builds call (a scanner, a package registry): one Secret with named keys."""

    name: ObjectName
    """Name of the Secret in the build namespace."""
    keys: Annotated[dict[DataKey, Source], Field(min_length=1)]
    """Keys of the Secret and where each value comes from: all from the manager, or all manual."""
    refresh_interval: Interval | None = None
    """How often the manager is asked. None: the organization's, else the stack's."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if len({source.manual is None for source in self.keys.values()}) > 1:
            msg = "mixes remoteKey and manual in one Secret; allowed is one of them for all keys"
            raise ValueError(msg)
        return self
