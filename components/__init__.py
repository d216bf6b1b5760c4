"""Credentials for the builds of every organization of an OpenChoreo platform, as Pulumi components.

    from openchoreo_secrets import BuildPlane, BuildPlaneArgs, GitCredential, Organization

Settings are plain and checked when they are made; components register what they describe; secret values never pass
through, except those of ``manualSecrets``, which stay encrypted.
"""

from __future__ import annotations

from . import patches
from .build_plane import BuildPlane, BuildPlaneArgs, stack_id
from .cluster import Cluster, check_build_plane, check_control_plane
from .configuration import Configuration, load
from .credentials import ManualSecret
from .errors import ClusterError, NotReadyError, OpenChoreoSecretsError, PatchError, Problem, SettingsError
from .manual_secrets import ManualSecrets, ManualSecretsArgs
from .openchoreo import RELEASES, V0_9, Release
from .readiness import ExternalSecretsReady, OpenChoreoProvider
from .secret_store import SecretStore, SecretStoreArgs
from .settings import (
    AwsAuth,
    AwsSecretRef,
    AwsServiceAccount,
    AwsStore,
    AzureSecretRef,
    AzureServiceAccount,
    AzureStore,
    CaProvider,
    Clusters,
    ClusterSettings,
    CustomStore,
    ExternalCredential,
    FakeEntry,
    FakeStore,
    GcpAuth,
    GcpSecretRef,
    GcpServiceAccount,
    GcpStore,
    GcpWorkloadIdentity,
    GitCredential,
    KubernetesServer,
    KubernetesStore,
    ManualRegistry,
    Organization,
    RegistryCredential,
    RemoteRef,
    SecretKeyRef,
    SecretStore as SecretStoreSettings,
    ServiceAccountRef,
    SessionTag,
    Source,
    StackSettings,
    StoreServiceAccount,
    VaultAppRole,
    VaultAuth,
    VaultJwtAuth,
    VaultKubernetesAuth,
    VaultStore,
    parse,
)
from .stack import deploy
from .stores import Endpoint, PlannedStore, plan

__all__ = [
    "RELEASES",
    "V0_9",
    "AwsAuth",
    "AwsSecretRef",
    "AwsServiceAccount",
    "AwsStore",
    "AzureSecretRef",
    "AzureServiceAccount",
    "AzureStore",
    "BuildPlane",
    "BuildPlaneArgs",
    "CaProvider",
    "Cluster",
    "ClusterError",
    "ClusterSettings",
    "Clusters",
    "Configuration",
    "CustomStore",
    "Endpoint",
    "ExternalCredential",
    "ExternalSecretsReady",
    "FakeEntry",
    "FakeStore",
    "GcpAuth",
    "GcpSecretRef",
    "GcpServiceAccount",
    "GcpStore",
    "GcpWorkloadIdentity",
    "GitCredential",
    "KubernetesServer",
    "KubernetesStore",
    "ManualRegistry",
    "ManualSecret",
    "ManualSecrets",
    "ManualSecretsArgs",
    "NotReadyError",
    "OpenChoreoProvider",
    "OpenChoreoSecretsError",
    "Organization",
    "PatchError",
    "PlannedStore",
    "Problem",
    "RegistryCredential",
    "Release",
    "RemoteRef",
    "SecretKeyRef",
    "SecretStore",
    "SecretStoreArgs",
    "SecretStoreSettings",
    "ServiceAccountRef",
    "SessionTag",
    "SettingsError",
    "Source",
    "StackSettings",
    "StoreServiceAccount",
    "VaultAppRole",
    "VaultAuth",
    "VaultJwtAuth",
    "VaultKubernetesAuth",
    "VaultStore",
    "check_build_plane",
    "check_control_plane",
    "deploy",
    "load",
    "parse",
    "patches",
    "plan",
    "stack_id",
]
