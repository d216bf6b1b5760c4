"""What the stack creates in a secret manager for one ClusterSecretStore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from ..schema.arguments import check_arguments


@check_arguments()
@dataclass(frozen=True)
class ManagedStoreResources:
    """Resources in a secret manager behind one ClusterSecretStore."""

    organization: str
    """Name of the organization that uses the store."""
    resource: pulumi.Resource
    """Component with the resources; the ClusterSecretStore depends on it."""
    names: Mapping[str, pulumi.Input[str]]
    """Remote key -> its name in the manager, if that differs from the key."""
    secrets: Sequence[pulumi.Input[str]]
    """Names of the secrets that are created without a value."""
