"""Every public name of the package. The package loads this module when a program asks for the first name."""

from __future__ import annotations

from . import patches, polling
from .cluster.connection import Cluster
from .cluster.planes import check_control_plane, check_data_plane
from .cluster.preflight import check_build_plane
from .errors import (
    ClusterError,
    ConflictError,
    NotFoundError,
    NotReadyError,
    OpenChoreoSecretsError,
    PatchError,
    Problem,
    SettingsError,
)
from .external.credential import ExternalCredential, Extract
from .git.credential import GitCredential
from .git.kinds import BasicAuth, GithubApp, SshKey
from .iam.account import AwsAccount, AwsOperator
from .managers.aws import AwsAuth, AwsSecretRef, AwsServiceAccount, AwsStore, SessionTag
from .managers.aws_managed import AwsManaged
from .managers.azure import AzureSecretRef, AzureServiceAccount, AzureStore
from .managers.custom import CustomStore
from .managers.fake import FakeEntry, FakeStore
from .managers.gcp import GcpAuth, GcpSecretRef, GcpServiceAccount, GcpStore, GcpWorkloadIdentity
from .managers.kubernetes import KubernetesServer, KubernetesStore
from .managers.manager import Endpoint, PlannedStore
from .managers.references import CaProvider, SecretKeyRef, ServiceAccountRef, StoreServiceAccount
from .managers.secret_store import SecretStore as SecretStoreSettings
from .managers.tariff import Tariff
from .managers.vault import VaultAppRole, VaultAuth, VaultJwtAuth, VaultKubernetesAuth, VaultStore
from .openchoreo import RELEASES
from .openchoreo.release import Release
from .openchoreo.v0_9 import V0_9
from .plan import OrganizationPlan, Plan
from .plan.aws_managed import ManagedStore, managed_stores
from .plan.expected import FanOut
from .plan.patches import with_pull_secret
from .polling.estimate import estimate
from .polling.model import Load, StoreLoad
from .polling.poll import Poll
from .pull.credential import ComponentWorkflows, Plane, PullSecret
from .registries.credential import RegistryCredential
from .registries.tokens import AcrToken, EcrManaged, EcrToken, GcrToken
from .resources.aws_resources import InAws, Managed, register_managed
from .resources.build_plane import BuildPlane, BuildPlaneArgs
from .resources.cluster_secret_store import SecretStore, SecretStoreArgs
from .resources.configuration import Configuration, load
from .resources.control_plane import ControlPlane, ControlPlaneArgs
from .resources.data_plane import DataPlane, DataPlaneArgs
from .resources.deploy import Deployed, deploy
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
from .resources.provider import OpenChoreoProvider
from .resources.stack_id import stack_id
from .schema.policies import Policies
from .schema.sources import ManualRegistry, RemoteRef, Source
from .secrets.manual_secret import ManualSecret
from .settings.load import Budget, ExpectedLoad
from .settings.organization import Organization
from .settings.parse import parse
from .settings.stack import Clusters, ClusterSettings, StackSettings

__all__ = [
    "RELEASES",
    "V0_9",
    "AcrToken",
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
    "CustomStore",
    "DataPlane",
    "DataPlaneArgs",
    "DataPlanePatch",
    "Deployed",
    "EcrManaged",
    "EcrToken",
    "Endpoint",
    "ExpectedLoad",
    "ExternalCredential",
    "ExternalSecretsReady",
    "Extract",
    "FakeEntry",
    "FakeStore",
    "FanOut",
    "GcpAuth",
    "GcpSecretRef",
    "GcpServiceAccount",
    "GcpStore",
    "GcpWorkloadIdentity",
    "GcrToken",
    "GitCredential",
    "GithubApp",
    "InAws",
    "KubernetesServer",
    "KubernetesStore",
    "Load",
    "Managed",
    "ManagedStore",
    "ManualRegistry",
    "ManualSecret",
    "ManualSecrets",
    "ManualSecretsArgs",
    "NotFoundError",
    "NotReadyError",
    "OpenChoreoProvider",
    "OpenChoreoSecretsError",
    "Organization",
    "OrganizationPlan",
    "PatchError",
    "Plan",
    "Plane",
    "PlannedStore",
    "Policies",
    "Poll",
    "Problem",
    "PullSecret",
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
    "SshKey",
    "StackSettings",
    "StoreLoad",
    "StoreServiceAccount",
    "Tariff",
    "VaultAppRole",
    "VaultAuth",
    "VaultJwtAuth",
    "VaultKubernetesAuth",
    "VaultStore",
    "WorkflowPatch",
    "check_build_plane",
    "check_control_plane",
    "check_data_plane",
    "deploy",
    "estimate",
    "load",
    "managed_stores",
    "parse",
    "patches",
    "polling",
    "register_managed",
    "report_load",
    "stack_id",
    "with_pull_secret",
]
