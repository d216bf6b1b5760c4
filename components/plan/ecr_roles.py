"""Roles that are made for pushing to ECR, and the ServiceAccounts that they are for."""

from __future__ import annotations

from dataclasses import dataclass

from ..iam.account import AwsAccount
from ..openchoreo.release import Release
from ..registries.generators import build_generator
from ..secrets.credential import Owner
from ..settings.rules.ecr import managed_ecr
from ..settings.stack import StackSettings


@dataclass(frozen=True)
class EcrRoleArgs:
    """Whose builds, and which repositories."""

    account: AwsAccount
    """Account of the registry; with ``oidcProvider``."""
    organization: str
    """Whose builds they are."""
    role: str
    """Name of the role in IAM, at most 64 characters."""
    repositories: str
    """What the names of the organization's repositories begin with: ``acme/``."""
    namespace: str
    """The build namespace."""
    service_account: str
    """ServiceAccount in it, as which ESO's generator signs in."""
    push: bool = True
    """Also push; False for workloads, which only pull."""


def ecr_roles(settings: StackSettings, release: Release) -> tuple[EcrRoleArgs, ...]:
    """Every role that a stack makes, in the order of the organizations; none without ``aws``."""
    account = settings.aws
    if account is None:
        return ()
    made = [(each, build_generator(each.registry, Owner(each.organization, account))) for each in managed_ecr(settings)]
    return tuple(
        EcrRoleArgs(
            account=account,
            organization=each.organization,
            role=each.role,
            repositories=each.repositories,
            namespace=release.build_namespace(each.organization),
            service_account=token.name,
        )
        for each, token in made
        if token is not None
    )
