"""IAM roles for pushing to ECR that the stack creates, and rules that keep their repositories apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from ...errors import Problem
from ...registries.credential import RegistryCredential
from ...registries.tokens import EcrToken
from ...schema.partial import Doubtful, certain
from ...schema.placeholder import ORGANIZATION, fill
from ...schema.text import quote
from ..organization import Organization
from ..stack import StackSettings
from .aws import managed_stores
from .managed import name_identities


@dataclass(frozen=True)
class EcrRolePlan:
    """An IAM role that the stack creates for one organization and one registry."""

    organization: str
    """Name of the organization."""
    registry: RegistryCredential
    """Registry that builds push to."""
    path: str
    """Configuration path of ``managed``."""
    role: str
    """Name of the role."""
    repositories: str
    """Prefix of the names of the organization's repositories."""
    exclusive: bool
    """Whether one whole part of the prefix is the name of the organization."""


def list_ecr_roles(settings: StackSettings) -> tuple[EcrRolePlan, ...]:
    """All roles that the stack creates, in the order of the organizations."""
    return tuple(role for path, organization in settings.located for role in certain(_managed(organization, path)))


def refuse_ecr_roles(organization: Organization, path: str) -> Iterator[Problem]:
    """Roles that only a stack creates, for an organization outside a stack."""
    for role in _managed(organization, path):
        yield Problem(role.path, "is created by stacks only; use roleArn, such as the ARN of an EcrRole")


def _managed(organization: Organization, path: str = "") -> Iterator[EcrRolePlan]:
    for index, registry in enumerate(organization.registries or ()):
        _, token = registry.token or ("", None)
        managed = token.managed if isinstance(token, EcrToken) else None
        if managed is not None:
            yield EcrRolePlan(
                organization.name,
                registry,
                f"{path}.registries[{index}].ecr.managed",
                str(fill(managed.role_name, organization.name)),
                str(fill(managed.repositories, organization.name)),
                ORGANIZATION in managed.repositories.split("/"),
            )


def validate_ecr_roles(settings: StackSettings) -> Iterator[Problem]:
    """Problems of these roles together with their account, with managed stores and with each other."""
    names = dict(_store_roles(settings))
    roles = list_ecr_roles(settings)
    for role in roles:
        yield from certain(_account(role, settings))
        if not role.exclusive:
            yield Problem(
                f"{role.path}.repositories",
                f"{quote(role.repositories)} does not have the organization's name as one whole part; use "
                f"a value such as {ORGANIZATION}/",
            )
        first = names.setdefault(role.role.lower(), role.path)
        if first != role.path:
            yield Problem(f"{role.path}.roleName", f"{quote(role.role)} is also the role of {first}; choose another")
    for role in roles:
        for other in roles:
            if role.organization != other.organization and other.repositories.startswith(role.repositories):
                yield Problem(
                    f"{role.path}.repositories",
                    f"{quote(role.repositories)} contains {quote(other.repositories)} of the organization "
                    f'"{other.organization}", whose images it could replace; use a prefix of its own',
                )


def _account(role: EcrRolePlan, settings: StackSettings) -> Iterator[Problem]:
    account = settings.aws
    if account is None:
        yield Problem(role.path, "creates a role in an AWS account; set aws, or use roleArn")
        return
    if account.oidc_provider is None:
        yield Problem(
            role.path,
            "needs aws.oidcProvider; ESO's generator cannot use Pod Identity for a ServiceAccount",
        )
    here = f"{account.account_id}.dkr.ecr.{account.region}."
    if not role.registry.host.startswith(here):
        yield Problem(
            role.path,
            f"creates a role for {here}*, the registry of aws.accountId and aws.region, not for {role.registry.host}; "
            "use roleArn",
        )


def _store_roles(settings: StackSettings) -> Iterator[tuple[str, str]]:
    """Role of each managed store in lower case, as IAM compares names -> how messages name the store."""
    for entry, (_, managed) in managed_stores(settings):
        for organization in settings.organizations:
            with suppress(Doubtful):
                for name, beside in name_identities(settings, organization, entry):
                    role = managed.role_of(name, organization.name, beside_builds=beside)
                    yield role.lower(), f"the store {quote(entry)}"
