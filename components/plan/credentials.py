"""An organization's credentials: typed settings -> Secrets of its build namespace, and of its workloads."""

from __future__ import annotations

from dataclasses import replace

from ..external import secret as external
from ..git import secret as git
from ..manifests import Manifest
from ..pull.secret import secret as pull_secret
from ..registries import docker_config as registry
from ..schema.policies import AppliedPolicies, Policies
from ..secrets.external_secret import DataFrom, SecretTemplate, Target, cluster_external_secret, external_secret
from ..secrets.generator import Generator, generator_manifests
from ..secrets.manual_secret import ManualSecret, manual_secret, secret_data
from ..settings.rules.policies import organization_policies
from ..settings.stack import Organization
from .credential import Credential
from .ecr_roles import EcrRoleArgs, ecr_roles
from .pull import component_type_patch, fan_out, with_pull_secret
from .workflow import component_workflow_patch, in_workflow

__all__ = [
    "Credential",
    "DataFrom",
    "EcrRoleArgs",
    "Generator",
    "ManualSecret",
    "SecretTemplate",
    "Target",
    "cluster_external_secret",
    "component_type_patch",
    "component_workflow_patch",
    "credentials",
    "ecr_roles",
    "external_secret",
    "fan_out",
    "generator_manifests",
    "generators",
    "in_workflow",
    "manual_secret",
    "pull_secret",
    "secret_data",
    "with_pull_secret",
]


def credentials(organization: Organization, target: Target) -> tuple[Credential, ...]:
    """All Secrets of an organization's builds, in the order git, registries, external services.

    A GitHub App's private key is a Secret of its own, before the one with the token that is made of it.

    Args:
        organization: whose.
        target: namespace and store; its refresh interval serves where nothing nearer says otherwise, its policies are
            the organization's.
    """
    found: list[Credential] = []
    base = replace(_nearer(target, organization.refresh_interval), policies=organization_policies(organization))
    if organization.git is not None:
        nearer = _nearer(base, organization.git.refresh_interval, organization.git.policies)
        key = git.app_key(organization.git)
        if key is not None:
            found.append(Credential(replace(nearer, policies=AppliedPolicies()), key))
        found.append(Credential(nearer, git.secret(organization.git)))
    if organization.registries is not None:
        push = registry.secret(
            organization.registry_secret_name,
            organization.registries,
            organization=organization.name,
            extra_keys=organization.registry_extra_keys or (),
        )
        found.append(Credential(base, push))
    found += [
        Credential(_nearer(base, service.refresh_interval, service.policies), external.secret(service))
        for service in organization.external or ()
    ]
    return tuple(found)


def generators(found: tuple[Credential, ...]) -> list[Manifest]:
    """The generators that credentials read from, each after its ServiceAccount.

    Args:
        found: credentials of one organization.
    """
    return [
        made
        for each in found
        if isinstance(each.secret, SecretTemplate)
        for generator in each.secret.generators
        for made in generator_manifests(
            each.target.organization, each.target.namespace, each.secret.credential, generator
        )
    ]


def _nearer(target: Target, interval: str | None, policies: Policies | None = None) -> Target:
    """The target with what one credential says of itself."""
    applied = target.policies.under(policies)
    return replace(target, refresh_interval=interval or target.refresh_interval, policies=applied)
