"""Stack configuration as typed settings: `parse` turns YAML into them, Python programs build the models directly."""

from __future__ import annotations

from .aws_account import AwsAccount, AwsOperator
from .credentials import RemoteRef, Source
from .external import ExternalCredential, Extract
from .git import GitCredential
from .git_kinds import BasicAuth, GithubApp, SshKey
from .load import Budget, ExpectedLoad
from .parse import MANUAL_KEY, parse
from .policies import AppliedPolicies, Policies
from .pull_rules import pull_keys, pull_store
from .pull_secret import ComponentWorkflows, Plane, PullSecret
from .registry import ManualRegistry, RegistryCredential
from .registry_generators import AcrToken, EcrManaged, EcrToken, GcrToken
from .rules import remote_keys
from .stack import Clusters, ClusterSettings, Organization, StackSettings
from .stores import (
    AwsAuth,
    AwsManaged,
    AwsSecretRef,
    AwsServiceAccount,
    AwsStore,
    AzureSecretRef,
    AzureServiceAccount,
    AzureStore,
    CaProvider,
    CustomStore,
    FakeEntry,
    FakeStore,
    GcpAuth,
    GcpSecretRef,
    GcpServiceAccount,
    GcpStore,
    GcpWorkloadIdentity,
    KubernetesServer,
    KubernetesStore,
    SecretKeyRef,
    SecretStore,
    ServiceAccountRef,
    SessionTag,
    StoreServiceAccount,
    VaultAppRole,
    VaultAuth,
    VaultJwtAuth,
    VaultKubernetesAuth,
    VaultStore,
)

__all__ = [
    "MANUAL_KEY",
    "AcrToken",
    "AppliedPolicies",
    "AwsAccount",
    "AwsAuth",
    "AwsManaged",
    "AwsOperator",
    "AwsSecretRef",
    "AwsServiceAccount",
    "AwsStore",
    "AzureSecretRef",
    "AzureServiceAccount",
    "AzureStore",
    "BasicAuth",
    "Budget",
    "CaProvider",
    "ClusterSettings",
    "Clusters",
    "ComponentWorkflows",
    "CustomStore",
    "EcrManaged",
    "EcrToken",
    "ExpectedLoad",
    "ExternalCredential",
    "Extract",
    "FakeEntry",
    "FakeStore",
    "GcpAuth",
    "GcpSecretRef",
    "GcpServiceAccount",
    "GcpStore",
    "GcpWorkloadIdentity",
    "GcrToken",
    "GitCredential",
    "GithubApp",
    "KubernetesServer",
    "KubernetesStore",
    "ManualRegistry",
    "Organization",
    "Plane",
    "Policies",
    "PullSecret",
    "RegistryCredential",
    "RemoteRef",
    "SecretKeyRef",
    "SecretStore",
    "ServiceAccountRef",
    "SessionTag",
    "Source",
    "SshKey",
    "StackSettings",
    "StoreServiceAccount",
    "VaultAppRole",
    "VaultAuth",
    "VaultJwtAuth",
    "VaultKubernetesAuth",
    "VaultStore",
    "parse",
    "pull_keys",
    "pull_store",
    "remote_keys",
]
