"""One ClusterSecretStore as it is planned: what it reads, who may use it, and on which plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..iam.account import AwsAccount

if TYPE_CHECKING:
    from .secret_store import SecretStore

Plane = Literal["build", "data"]


@dataclass(frozen=True)
class PlannedStore:
    """One ClusterSecretStore, bound to exact namespaces and to exact keys."""

    name: str
    """Name of the ClusterSecretStore."""
    store: SecretStore
    """What it reads from."""
    organizations: tuple[str, ...]
    """Organizations that use it, sorted."""
    namespaces: tuple[str, ...]
    """Namespaces whose ExternalSecrets may use it, sorted; never a pattern."""
    keys: tuple[str, ...]
    """Secrets in the manager that those organizations read, sorted."""
    selectors: tuple[Mapping[str, str], ...] = ()
    """Labels of more namespaces whose ExternalSecrets may use it: those of the organizations' workloads."""
    plane: Plane = "build"
    """Cluster on which it is made; ``build`` where both planes are one cluster."""
    aws: AwsAccount | None = None
    """Account in which its role and its secrets are made. None: they are not made here."""
