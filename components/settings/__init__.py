"""Stack configuration as typed settings: `parse` turns YAML into them, Python programs build the models directly."""

from __future__ import annotations

from .credentials import (
    ExternalCredential,
    GitCredential,
    ManualRegistry,
    RegistryCredential,
    RemoteRef,
    Source,
)
from .parse import MANUAL_KEY, parse
from .pull_rules import pull_keys, pull_store
from .pull_secret import ComponentWorkflows, Plane, PullSecret
from .rules import remote_keys
from .stack import Clusters, ClusterSettings, Organization, StackSettings
from .stores import CaProvider, FakeEntry, FakeStore, KubernetesServer, KubernetesStore, SecretStore, ServiceAccountRef

__all__ = [
    "MANUAL_KEY",
    "CaProvider",
    "ClusterSettings",
    "Clusters",
    "ComponentWorkflows",
    "ExternalCredential",
    "FakeEntry",
    "FakeStore",
    "GitCredential",
    "KubernetesServer",
    "KubernetesStore",
    "ManualRegistry",
    "Organization",
    "Plane",
    "PullSecret",
    "RegistryCredential",
    "RemoteRef",
    "SecretStore",
    "ServiceAccountRef",
    "Source",
    "StackSettings",
    "parse",
    "pull_keys",
    "pull_store",
    "remote_keys",
]
