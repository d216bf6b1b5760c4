"""What managed stores have in AWS, for a stack that has any; for any other, nothing of AWS is even imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi

from ..errors import OpenChoreoSecretsError
from ..plan.stack import Plan


@dataclass(frozen=True)
class Managed:
    """What stands behind one ClusterSecretStore in its secret manager, as far as it is made here."""

    organization: str
    """Whose it is."""
    resource: pulumi.Resource
    """It is made before the store."""
    names: Mapping[str, pulumi.Input[str]]
    """Remote key -> what it is called in the manager, where that is not the key itself."""
    secrets: Sequence[pulumi.Input[str]]
    """Names of the secrets that are made without a value."""


@dataclass(frozen=True)
class InAws:
    """What a stack has in AWS."""

    stores: Mapping[str, Managed] = field(default_factory=dict)
    """Name of a ClusterSecretStore -> what stands behind it."""
    push_roles: Mapping[str, Sequence[pulumi.Resource]] = field(default_factory=dict)
    """Organization -> roles with which its builds push to ECR."""


def register_managed(plan: Plan) -> InAws:
    """Register what managed stores and managed registries need.

    Args:
        plan: of the stack; stores and registries that are not managed have nothing here.

    Raises:
        OpenChoreoSecretsError: something is managed, and ``pulumi-aws`` is not installed; nothing has been registered.
    """
    stores, ecr_roles = plan.managed_stores, plan.ecr_roles
    accounts = [store.account for store in stores] + [role.account for role in ecr_roles]
    if not accounts:
        return InAws()
    try:
        from .. import aws  # noqa: PLC0415 -- half a second, and a package that only managed stores need
    except ImportError as error:
        msg = f"the stack makes roles in AWS, and {error.name} is not installed; run: pip install '.[aws]'"
        raise OpenChoreoSecretsError(msg) from None
    opts = pulumi.ResourceOptions(providers=[aws.account_provider("aws", accounts[0])])
    random = aws.random_provider("random") if any(store.unique_names for store in stores) else None
    made = {}
    for store in stores:
        component = aws.AwsSecretStore(store.name, aws.AwsSecretStoreArgs(store, random), opts)
        made[store.name] = Managed(store.organization, component, component.names, component.secrets)
    roles: dict[str, list[pulumi.Resource]] = {}
    for role in ecr_roles:
        roles.setdefault(role.organization, []).append(aws.EcrRole(role.role, role, opts))
    return InAws(made, roles)


def unfilled(managed: Mapping[str, Managed]) -> dict[str, list[pulumi.Input[str]]]:
    """Names of all secrets that are made without a value, by organization."""
    found: dict[str, list[pulumi.Input[str]]] = {}
    for each in managed.values():
        if each.secrets:
            found.setdefault(each.organization, []).extend(each.secrets)
    return found


def hint(secrets: Sequence[pulumi.Input[str]]) -> pulumi.Input[str]:
    """What to do about credentials that did not arrive: the secrets that were made have no value at first."""
    before = "AWS has these secrets, and each is empty until it is given a value: "
    if all(isinstance(each, str) for each in secrets):
        return before + ", ".join(str(each) for each in secrets)
    return pulumi.Output.all(*secrets).apply(lambda names: before + ", ".join(names))
