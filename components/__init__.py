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
    CaProvider,
    Clusters,
    ClusterSettings,
    ExternalCredential,
    FakeEntry,
    FakeStore,
    GitCredential,
    KubernetesServer,
    KubernetesStore,
    ManualRegistry,
    Organization,
    RegistryCredential,
    RemoteRef,
    SecretStore as SecretStoreSettings,
    ServiceAccountRef,
    Source,
    StackSettings,
    parse,
)
from .stack import deploy
from .stores import Endpoint, PlannedStore, plan

__all__ = [
    "RELEASES",
    "V0_9",
    "BuildPlane",
    "BuildPlaneArgs",
    "CaProvider",
    "Cluster",
    "ClusterError",
    "ClusterSettings",
    "Clusters",
    "Configuration",
    "Endpoint",
    "ExternalCredential",
    "ExternalSecretsReady",
    "FakeEntry",
    "FakeStore",
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
    "SecretStore",
    "SecretStoreArgs",
    "SecretStoreSettings",
    "ServiceAccountRef",
    "SettingsError",
    "Source",
    "StackSettings",
    "check_build_plane",
    "check_control_plane",
    "deploy",
    "load",
    "parse",
    "patches",
    "plan",
    "stack_id",
]
