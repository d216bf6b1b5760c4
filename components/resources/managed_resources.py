"""Everything that a stack creates in secret managers and registries, whichever they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from ..plan.stack import Plan
from .aws_resources import import_aws, register_aws_resources
from .managed_store import ManagedStoreResources
from .vault_resources import import_vault, register_vault_resources


@dataclass(frozen=True)
class ManagedResources:
    """Resources of managed stores and managed registries."""

    stores: Mapping[str, ManagedStoreResources]
    """`PlannedStore.managed_name` -> its resources in the secret manager."""
    push_roles: Mapping[str, Sequence[pulumi.Resource]]
    """Organization -> roles with which its builds push to ECR."""


def import_packages(plan: Plan) -> None:
    """Import the SDKs that a plan needs.

    Raises:
        OpenChoreoSecretsError: one of them is not installed.
    """
    import_aws(plan)
    import_vault(plan)


def register_managed_resources(plan: Plan, before: Mapping[str, pulumi.Resource]) -> ManagedResources:
    """Register all of them; see `register_aws_resources` and `register_vault_resources`."""
    aws = register_aws_resources(plan, before)
    return ManagedResources({**aws.stores, **register_vault_resources(plan, before)}, aws.push_roles)
