"""AWS resources of managed stores and managed registries. A stack without them does not import ``pulumi-aws``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import pulumi

from ..errors import OpenChoreoSecretsError
from ..plan.stack import Plan
from ..schema.arguments import check_arguments
from .managed_store import ManagedStoreResources


@dataclass(frozen=True)
class AwsResources:
    """All AWS resources of a stack."""

    stores: Mapping[str, ManagedStoreResources] = field(default_factory=dict)
    """`PlannedStore.managed_name` -> its AWS resources."""
    push_roles: Mapping[str, Sequence[pulumi.Resource]] = field(default_factory=dict)
    """Organization -> roles with which its builds push to ECR."""


def import_aws(plan: Plan) -> ModuleType | None:
    """The package ``aws``, which takes half a second to import. None: the stack creates nothing in AWS.

    Args:
        plan: plan of the stack; stores and registries that are not managed need no AWS resources.

    Raises:
        OpenChoreoSecretsError: the stack needs ``pulumi-aws``, which is not installed.
    """
    if not plan.managed_stores and not plan.ecr_roles:
        return None
    try:
        from .. import aws  # noqa: PLC0415 -- takes half a second, and only managed stores need the package
    except ImportError as error:
        msg = f"the stack creates roles in AWS, and {error.name} is not installed; run: pip install '.[aws]'"
        raise OpenChoreoSecretsError(msg) from None
    return aws


@check_arguments()
def register_aws_resources(plan: Plan, before: Mapping[str, pulumi.Resource]) -> AwsResources:
    """Register the AWS resources of managed stores and managed registries.

    Args:
        plan: plan of the stack.
        before: organization -> what has to succeed before anything of it is changed.

    Raises:
        OpenChoreoSecretsError: the stack needs ``pulumi-aws``, which is not installed; nothing is registered.
    """
    aws = import_aws(plan)
    if aws is None:
        return AwsResources()
    stores, ecr_roles = plan.managed_stores, plan.ecr_roles
    accounts = [store.account for store in stores] + [role.account for role in ecr_roles]
    providers = [aws.account_provider("aws", accounts[0])]

    def build_options(organization: str) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(providers=providers, depends_on=before.get(organization))

    random = aws.random_provider("random") if any(store.unique_names for store in stores) else None
    store_resources = {}
    components: dict[str, Any] = {}
    for store in stores:
        opts = build_options(store.organization)
        owner = None if store.owner is None else components[store.owner]
        component = aws.AwsSecretStore(store.name, aws.AwsSecretStoreArgs(store, random, owner), opts)
        components[store.name] = component
        store_resources[store.name] = ManagedStoreResources(
            store.organization, component, component.names, component.secrets
        )
    roles: dict[str, list[pulumi.Resource]] = {}
    for role in ecr_roles:
        roles.setdefault(role.organization, []).append(aws.EcrRole(role.role, role, build_options(role.organization)))
    return AwsResources(store_resources, roles)


def list_empty_secrets(managed: Mapping[str, ManagedStoreResources]) -> dict[str, list[pulumi.Input[str]]]:
    """Organization -> names of all its secrets that are created without a value."""
    names: dict[str, list[pulumi.Input[str]]] = {}
    for store in managed.values():
        if store.secrets:
            names.setdefault(store.organization, []).extend(store.secrets)
    return names


def describe_empty_secrets(secrets: Sequence[pulumi.Input[str]]) -> pulumi.Input[str]:
    """A hint for the error about credentials that are not synced: these secrets may still be empty."""
    before = "The stack created these secrets in AWS without a value; set their values: "
    if all(isinstance(name, str) for name in secrets):
        return before + ", ".join(str(name) for name in secrets)
    return pulumi.Output.all(*secrets).apply(lambda names: before + ", ".join(names))
