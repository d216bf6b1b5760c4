"""What the blocks of several secret managers have in common: references to what lies in the cluster.

Source: ``SecretKeySelector``, ``ServiceAccountSelector`` and ``CAProvider`` of the External Secrets Operator. A
ClusterSecretStore that names no namespace would use the one of each ExternalSecret, so here every reference names it.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .model import DataKey, Label, Model, ObjectName
from .placeholder import ObjectNameTemplate

Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]+={0,2}$")]
Audiences = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False, min_length=1)]


class Manager(Model):
    """Base of the provider blocks."""

    @property
    def told_apart_by(self) -> tuple[str, ...] | None:
        """What can give each organization an access of its own in the manager, with ``scope: organization``.

        Paths of which one must have ``{organization}``, empty for any path; None where each organization has its own
        in any case.
        """
        return None


class ServiceAccountRef(Model):
    """A ServiceAccount that exists already."""

    name: ObjectNameTemplate
    """Its name; ``{organization}`` may stand in it."""
    namespace: Label
    """Its namespace."""
    audiences: Audiences | None = None
    """Audiences of the tokens that the operator asks for, beside those of the manager. None: only those."""


class StoreServiceAccount(Model):
    """A ServiceAccount ``eso-<store>`` that is made here for each ClusterSecretStore."""

    identity_namespace: Label
    """Namespace that it is made in; not a build namespace. It must exist."""
    audiences: Audiences | None = None
    """Audiences of the tokens that the operator asks for, beside those of the manager. None: only those."""


class SecretKeyRef(Model):
    """One key of a Kubernetes Secret that exists: a name, never a value."""

    name: ObjectNameTemplate
    """Name of the Secret; ``{organization}`` may stand in it."""
    namespace: Label
    """Namespace of the Secret."""
    key: DataKey
    """Key in the Secret."""


class CaProvider(Model):
    """Where the operator finds the CA certificate of a server."""

    type: Literal["ConfigMap", "Secret"]
    """Kind of the object that holds it."""
    name: ObjectName
    """Name of the object."""
    key: DataKey
    """Key in the object."""
    namespace: Label
    """Namespace of the object (a ClusterSecretStore must name it)."""


def check_one_of(given: dict[str, object], *, required: bool) -> None:
    """Whether one of several alternatives is given.

    Raises:
        ValueError: more than one is, or none where one is ``required``.
    """
    found = [name for name, value in given.items() if value is not None]
    if len(found) > 1 or (required and not found):
        what = f"names {' and '.join(found)}" if found else "is incomplete"
        msg = f"{what}; allowed is {'exactly' if required else 'at most'} one of {', '.join(given)}"
        raise ValueError(msg)
