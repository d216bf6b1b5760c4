"""Roles that are made for pushing to ECR: which ones, and that no organization's repositories are another's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import Problem
from ...iam.account import AwsAccount
from ...managers.aws import AwsStore
from ...registries.credential import RegistryCredential
from ...schema.placeholder import ORGANIZATION, fill
from ...schema.text import quoted
from ..organization import Organization
from ..stack import StackSettings


@dataclass(frozen=True)
class ManagedEcr:
    """A role that is to be made for one organization."""

    organization: str
    """Whose it is."""
    registry: RegistryCredential
    """The registry that it is for."""
    path: str
    """Place in the configuration."""
    role: str
    """Name of the role."""
    repositories: str
    """What the names of the organization's repositories begin with."""
    apart: bool
    """Whether the organization's name is one whole part of that."""


def managed_ecr(settings: StackSettings) -> tuple[ManagedEcr, ...]:
    """Every role that is to be made, in the order of the organizations."""
    return tuple(
        each
        for index, organization in enumerate(settings.organizations)
        for each in _managed(organization, f"organizations[{index}]")
    )


def unmade(organization: Organization, path: str) -> Iterator[Problem]:
    """Roles that nobody makes, since the organization is not one of a stack."""
    for each in _managed(organization, path):
        yield Problem(each.path, "is made by stacks only; use roleArn, such as that of an EcrRole")


def _managed(organization: Organization, path: str = "") -> Iterator[ManagedEcr]:
    for index, registry in enumerate(organization.registries or ()):
        managed = registry.ecr.managed if registry.ecr is not None else None
        if managed is not None:
            yield ManagedEcr(
                organization.name,
                registry,
                f"{path}.registries[{index}].ecr.managed",
                str(fill(managed.role_name, organization.name)),
                str(fill(managed.repositories, organization.name)),
                ORGANIZATION in managed.repositories.split("/"),
            )


def problems(settings: StackSettings) -> Iterator[Problem]:
    """Everything that is wrong with these roles beside each other, their account and the managed stores."""
    taken = dict(_store_roles(settings))
    found = managed_ecr(settings)
    for each in found:
        yield from _account(each, settings.aws)
        if not each.apart:
            yield Problem(
                f"{each.path}.repositories",
                f"{quoted(each.repositories)} does not have the organization's name as one whole part; use "
                f"a value such as {ORGANIZATION}/",
            )
        first = taken.setdefault(each.role.lower(), each.path)
        if first != each.path:
            yield Problem(f"{each.path}.roleName", f"{quoted(each.role)} is also the role of {first}; choose another")
    for each in found:
        for other in found:
            if each.organization != other.organization and other.repositories.startswith(each.repositories):
                yield Problem(
                    f"{each.path}.repositories",
                    f"{quoted(each.repositories)} holds {quoted(other.repositories)} of the organization "
                    f'"{other.organization}", whose images it could replace',
                )


def _account(each: ManagedEcr, account: AwsAccount | None) -> Iterator[Problem]:
    if account is None:
        yield Problem(each.path, "makes a role in an AWS account, and none is configured; aws is missing")
        return
    if account.oidc_provider is None:
        yield Problem(
            each.path,
            "needs aws.oidcProvider; ESO's generator cannot use Pod Identity for a ServiceAccount",
        )
    here = f"{account.account_id}.dkr.ecr.{account.region}."
    if not each.registry.host.startswith(here):
        yield Problem(
            each.path,
            f"makes a role for {here}*, the registry of aws.accountId and aws.region, not for {each.registry.host}; "
            "use roleArn",
        )


def _store_roles(settings: StackSettings) -> Iterator[tuple[str, str]]:
    """Roles of managed stores, in lower case, as IAM compares names, and what to call each."""
    for entry, store in settings.secret_stores.items():
        managed = store.manager.managed if isinstance(store.manager, AwsStore) else None
        if managed is not None:
            for organization in settings.organizations:
                role = managed.role_of(settings.cluster_store_name(organization, entry), organization.name)
                yield role.lower(), f"the store {quoted(entry)}"
