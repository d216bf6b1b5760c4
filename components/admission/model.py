"""What the admission policies of one cluster depend on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..openchoreo.release import SecretApi, WorkloadNamespaces

Place = tuple[str, str]
"""Namespace and name."""


@dataclass(frozen=True)
class AdmissionRules:
    """Who may use what on one cluster."""

    name: str
    """What the names of the policies begin with; no other stack has it."""
    administrators: tuple[str, ...]
    """Users to whom no policy applies."""
    operators: tuple[str, ...]
    """Users of the External Secrets Operator."""
    agents: tuple[str, ...]
    """Users of OpenChoreo, who create namespaces with labels of organizations."""
    organizations: tuple[str, ...]
    """Organizations of the stack."""
    build_stores: Mapping[str, tuple[str, ...]]
    """Organization -> ClusterSecretStores that its build namespace may use. Empty: the cluster has no
    builds."""
    workload_stores: Mapping[str, tuple[str, ...]]
    """The same for the namespaces of its workloads. Without an entry, they may use any store of others."""
    stores: tuple[str, ...]
    """ClusterSecretStores of the stack on this cluster, which only these namespaces may use."""
    accounts: tuple[Place, ...]
    """ServiceAccounts that stores use."""
    roles: tuple[Place, ...]
    """Roles of these accounts."""
    sources: tuple[str, ...]
    """Namespaces of the cluster to which the settings of stores refer: what they read, or sign in with."""
    build_prefixes: tuple[str, ...]
    """What the names of build namespaces begin with, before the organization."""
    workload_namespaces: tuple[WorkloadNamespaces, ...]
    """How the releases of the platform label the namespaces of workloads, without duplicates."""
    secret_api: SecretApi | None
    """OpenChoreo's API for secrets. None: it is not allowed, or the release has none."""
    secret_api_stores: Mapping[str, tuple[str, ...]]
    """Organization -> ClusterSecretStores with which this API pushes. Empty: it is not allowed."""
    minimum_refresh_interval: str
    """Shortest interval between two polls, a Go duration."""
