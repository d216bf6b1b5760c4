"""The whole configuration of one stack."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from ..iam.account import AwsAccount
from ..managers.registry import rebuild_on_change
from ..managers.secret_store import SecretStoreSettings
from ..openchoreo import DEFAULT_RELEASE
from ..schema.model import Duration, Interval, Model, ObjectName
from .load import Budget, ExpectedLoad
from .organization import Organization


class ClusterSettings(Model):
    """How one plane's cluster is reached."""

    context: Annotated[str, Field(min_length=1)]
    """Context of the kubeconfig. Required, so that the current context of somebody's shell is never hit."""
    kubeconfig: Annotated[str, Field(min_length=1)] | None = None
    """Path of the kubeconfig, relative to the project. None: ``$KUBECONFIG``, else ``~/.kube/config``."""


class Clusters(Model):
    """The planes of the platform; they may be one cluster."""

    build_plane: ClusterSettings
    """Where builds run: namespaces, stores and ExternalSecrets are made here."""
    control_plane: ClusterSettings | None = None
    """Where OpenChoreo's own kinds live: ComponentTypes are patched here. None: it is not looked at."""
    data_plane: ClusterSettings | None = None
    """Where workloads run: pull secrets are made here. None: it is not looked at."""


def _unless_empty(value: object) -> object:
    """Pulumi asks for a value of every key that has no default, and the only default of a mapping is an empty one."""
    return None if value == {} else value


class StackSettings(Model):
    """Everything that a stack configures, apart from the values of ``manualSecrets``."""

    release: str = DEFAULT_RELEASE.name
    """OpenChoreo release of the platform."""
    clusters: Clusters
    """How the planes are reached."""
    aws: Annotated[AwsAccount | None, BeforeValidator(_unless_empty)] = None
    """AWS account in which managed stores are made. None, or nothing in it: nothing is made in AWS."""
    secret_stores: dict[ObjectName, SecretStoreSettings] = Field(default_factory=dict)
    """Secret managers by name."""
    organizations: Annotated[tuple[Organization, ...], Field(strict=False, min_length=1)]
    """The organizations of the platform."""
    refresh_interval: Interval = "1h0m0s"
    """How often the manager is asked for each credential, unless said otherwise nearer to it. Every poll of every key
    is a billed call at most managers, and OpenChoreo's docs poll each key every 15 s."""
    ready_timeout: Duration = "5m"
    """How long an update waits for all credentials to arrive before it fails."""
    load: ExpectedLoad = ExpectedLoad()
    """How many components, namespaces and runs each organization is expected to have."""
    budget: Budget = Budget()
    """What polling may cost before previews and updates warn."""

    def cluster_store_name(self, organization: Organization, entry: str) -> str:
        """Name of the ClusterSecretStore that an entry of ``secretStores`` becomes for an organization."""
        shared = self.secret_stores[entry].scope == "shared"
        return entry if shared else f"{entry}-{organization.name}"


rebuild_on_change(StackSettings)
