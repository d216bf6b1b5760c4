"""Credentials for the builds of every organization of an OpenChoreo platform, as Pulumi components.

    from openchoreo_secrets import BuildPlane, BuildPlaneArgs, GitCredential, Organization

Settings are plain and checked when they are made; components register what they describe; secret values never pass
through, except those of ``manualSecrets``, which stay encrypted.
"""

from __future__ import annotations

from . import patches
from .build_plane import BuildPlane, BuildPlaneArgs
from .cluster import Cluster, FanOut, check_build_plane, check_control_plane, check_data_plane
from .configuration import Configuration, load
from .control_plane import ControlPlane, ControlPlaneArgs
from .credentials import ManualSecret, with_pull_secret
from .data_plane import DataPlane, DataPlaneArgs
from .errors import (
    ClusterError,
    ConflictError,
    NotReadyError,
    OpenChoreoSecretsError,
    PatchError,
    Problem,
    SettingsError,
)
from .manual_secrets import ManualSecrets, ManualSecretsArgs
from .object_patches import (
    BuildPlanePatch,
    ClusterComponentTypePatch,
    ClusterWorkflowPatch,
    ComponentTypePatch,
    ComponentWorkflowPatch,
    DataPlanePatch,
    WorkflowPatch,
)
from .openchoreo import RELEASES, V0_9, Release
from .openchoreo_provider import OpenChoreoProvider
from .readiness import ExternalSecretsReady
from .secret_store import SecretStore, SecretStoreArgs
from .settings import (
    CaProvider,
    Clusters,
    ClusterSettings,
    ComponentWorkflows,
    ExternalCredential,
    FakeEntry,
    FakeStore,
    GitCredential,
    KubernetesServer,
    KubernetesStore,
    ManualRegistry,
    Organization,
    Plane,
    PullSecret,
    RegistryCredential,
    RemoteRef,
    SecretStore as SecretStoreSettings,
    ServiceAccountRef,
    Source,
    StackSettings,
    parse,
)
from .stack import Deployed, deploy
from .stack_id import stack_id
from .stores import Endpoint, PlannedStore, plan

__all__ = [
    "RELEASES",
    "V0_9",
    "BuildPlane",
    "BuildPlaneArgs",
    "BuildPlanePatch",
    "CaProvider",
    "Cluster",
    "ClusterComponentTypePatch",
    "ClusterError",
    "ClusterSettings",
    "ClusterWorkflowPatch",
    "Clusters",
    "ComponentTypePatch",
    "ComponentWorkflowPatch",
    "ComponentWorkflows",
    "Configuration",
    "ConflictError",
    "ControlPlane",
    "ControlPlaneArgs",
    "DataPlane",
    "DataPlaneArgs",
    "DataPlanePatch",
    "Deployed",
    "Endpoint",
    "ExternalCredential",
    "ExternalSecretsReady",
    "FakeEntry",
    "FakeStore",
    "FanOut",
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
    "Plane",
    "PlannedStore",
    "Problem",
    "PullSecret",
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
    "WorkflowPatch",
    "check_build_plane",
    "check_control_plane",
    "check_data_plane",
    "deploy",
    "load",
    "parse",
    "patches",
    "plan",
    "stack_id",
    "with_pull_secret",
]
