"""An organization's credentials: typed settings -> the Secrets of its build namespace."""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..settings import Organization
from . import external, git, registry
from .external_secret import SecretTemplate, Target, external_secret
from .manual import ManualSecret, manual_secret, secret_data

__all__ = [
    "Credential",
    "ManualSecret",
    "SecretTemplate",
    "Target",
    "credentials",
    "external_secret",
    "manual_secret",
    "secret_data",
]


@dataclass(frozen=True)
class Credential:
    """One Secret of an organization, and where it goes."""

    target: Target
    secret: SecretTemplate | ManualSecret


def credentials(organization: Organization, target: Target) -> tuple[Credential, ...]:
    """All Secrets of an organization's build namespace, in the order git, registries, external services.

    Args:
        organization: whose.
        target: namespace and store; its refresh interval serves where nothing nearer says otherwise.
    """
    found: list[Credential] = []
    base = _with_interval(target, organization.refresh_interval)
    if organization.git is not None:
        found.append(Credential(_with_interval(base, organization.git.refresh_interval), git.secret(organization.git)))
    if organization.registries is not None:
        found.append(Credential(base, registry.secret(organization.registry_secret_name, organization.registries)))
    found += [
        Credential(_with_interval(base, service.refresh_interval), external.secret(service))
        for service in organization.external or ()
    ]
    return tuple(found)


def _with_interval(target: Target, interval: str | None) -> Target:
    return target if interval is None else replace(target, refresh_interval=interval)
