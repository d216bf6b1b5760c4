"""Everything that a stack has created for one organization, without any value of a secret."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ..object_names import build_path

STATE: Final = "state"
"""`Holding.where` of a resource in the state that is not an object of a cluster."""

THERE: Final = "still there"
"""Beginning of the reason for an object whose deletion was not requested."""


@dataclass(frozen=True, order=True)
class Holding:
    """One object of the organization, or the part of a shared object that is for the organization."""

    where: str
    """Context of the cluster, or `STATE`."""
    kind: str
    """Kind of the object, or type of the resource in the state."""
    namespace: str
    """Empty: cluster-scoped, or a resource in the state. For a resource in Vault: its namespace there."""
    name: str
    """Name of the object, or id of the resource."""
    part: str = ""
    """What in the object is for the organization. Empty: the whole object."""
    api: str = ""
    """Group and version. Empty: a resource in the state."""
    uid: str = ""
    """UID of the object, or URN of the resource."""
    stays: str = ""
    """Why the removal of the organization does not delete it. Empty: it is deleted."""

    @property
    def place(self) -> tuple[str, ...]:
        """What identifies it, whatever object is there."""
        return self.where, self.api, self.kind, self.namespace, self.name, self.part

    @property
    def is_in_state(self) -> bool:
        """Whether it is a resource in the state; a context may have the name `STATE`."""
        return self.where == STATE and not self.api

    @property
    def path(self) -> str:
        """Path of the object in the Kubernetes API."""
        return build_path(self.api, self.kind, self.namespace, self.name)


@dataclass(frozen=True, order=True)
class RemoteKey:
    """One key in the secret manager that the organization reads. The removal of the organization does not delete it."""

    store: str
    """Name of the ClusterSecretStore. Empty: OpenChoreo selects it."""
    key: str


@dataclass(frozen=True)
class Holdings:
    """What an organization has at one moment."""

    items: tuple[Holding, ...] = ()
    """Sorted."""
    keys: tuple[RemoteKey, ...] = ()
    """Sorted."""
    notes: tuple[str, ...] = ()
    """Whom the removal affects: sentences without an end."""

    @classmethod
    def merge(cls, parts: Iterable[Holdings]) -> Holdings:
        """Those of several clusters and of the state."""
        parts = list(parts)
        return cls(
            tuple(sorted({item for part in parts for item in part.items})),
            tuple(sorted({key for part in parts for key in part.keys})),
            tuple(dict.fromkeys(note for part in parts for note in part.notes)),
        )
