"""Every public name of the package. The package loads this module when a program asks for the first name."""

from __future__ import annotations

from .cluster.obstacles import PreflightError
from .errors import (
    ClusterError,
    ConflictError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    NotReadyError,
    OpenChoreoSecretsError,
    PatchError,
    Problem,
    SettingsError,
    UnavailableError,
)
from .external.credential import ExternalCredential
from .git.credential import GitCredential
from .openchoreo import RELEASES, find_release
from .openchoreo.release import Release
from .plan.patches import with_pull_secret
from .plan.stack import Plan
from .pull.credential import ComponentWorkflows, PullSecret
from .registries.credential import RegistryCredential
from .resources.build_plane import BuildPlane, BuildPlaneArgs
from .resources.cluster_secret_store import SecretStore, SecretStoreArgs
from .resources.configuration import Configuration, load_configuration
from .resources.control_plane import ControlPlane, ControlPlaneArgs
from .resources.data_plane import DataPlane, DataPlaneArgs
from .resources.deployed import Deployed
from .resources.deployment import deploy
from .resources.external_secrets_ready import ExternalSecretsReady
from .resources.load_report import report_load
from .resources.manual_secrets import ManualSecrets, ManualSecretsArgs
from .resources.object_patches import (
    BuildPlanePatch,
    ClusterComponentTypePatch,
    ClusterWorkflowPatch,
    ComponentTypePatch,
    ComponentWorkflowPatch,
    DataPlanePatch,
    WorkflowPatch,
)
from .resources.provider import OpenChoreoProvider, OpenChoreoProviderArgs
from .schema.policies import Policies
from .schema.sources import RemoteRef, Source
from .settings.organization import Organization
from .settings.parsing import parse
from .settings.stack import StackSettings

__all__ = [
    "RELEASES",
    "BuildPlane",
    "BuildPlaneArgs",
    "BuildPlanePatch",
    "ClusterComponentTypePatch",
    "ClusterError",
    "ClusterWorkflowPatch",
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
    "ExternalCredential",
    "ExternalSecretsReady",
    "ForbiddenError",
    "GitCredential",
    "InvalidError",
    "ManualSecrets",
    "ManualSecretsArgs",
    "NotFoundError",
    "NotReadyError",
    "OpenChoreoProvider",
    "OpenChoreoProviderArgs",
    "OpenChoreoSecretsError",
    "Organization",
    "PatchError",
    "Plan",
    "Policies",
    "PreflightError",
    "Problem",
    "PullSecret",
    "RegistryCredential",
    "Release",
    "RemoteRef",
    "SecretStore",
    "SecretStoreArgs",
    "SettingsError",
    "Source",
    "StackSettings",
    "UnavailableError",
    "WorkflowPatch",
    "deploy",
    "find_release",
    "load_configuration",
    "parse",
    "report_load",
    "with_pull_secret",
]
