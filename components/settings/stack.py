"""The whole configuration of one stack."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from ..external.credential import ExternalCredential
from ..git.credential import GitCredential
from ..iam.account import AwsAccount
from ..managers.secret_store import SecretStore
from ..pull.credential import ComponentWorkflows, Plane, PullSecret
from ..registries.credential import RegistryCredential
from ..schema.model import DataKey, Duration, Interval, Label, Model, ObjectName
from ..schema.policies import Policies
from .load import Budget, ExpectedLoad


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


class Organization(Model):
    """An organization and the credentials that its builds get."""

    name: Label
    """Name of the OpenChoreo Organization."""
    namespace: Literal["own", "adopt"] = "own"
    """``own``: the build namespace is made here and goes with the organization. ``adopt``: it exists (OpenChoreo makes
    it at the first build); it is labelled, and only those labels are taken away again."""
    secret_store: ObjectName = "default"
    """Name of the entry of ``secretStores`` that its credentials come from."""
    git: GitCredential | None = None
    """Credential for cloning. None: no git Secret."""
    registries: Annotated[tuple[RegistryCredential, ...], Field(strict=False, min_length=1)] | None = None
    """Registries to push to, all in one Secret. None: no push Secret."""
    registry_secret_name: ObjectName = "registry-push-secret"
    """Name of the push Secret (type ``kubernetes.io/dockerconfigjson``)."""
    registry_extra_keys: Annotated[tuple[DataKey, ...], Field(strict=False, min_length=1)] | None = None
    """Keys of the push Secret that hold the same docker config as ``.dockerconfigjson``, for builds that look
    elsewhere: ``dockerconfig`` as on a page of OpenChoreo's docs, ``config.json`` as docker calls it. None: none."""
    external: Annotated[tuple[ExternalCredential, ...], Field(strict=False, min_length=1)] | None = None
    """Credentials of external services. None: none."""
    refresh_interval: Interval | None = None
    """How often the manager is asked. None: the stack's."""
    policies: Policies | None = None
    """How the operator keeps all its Secrets, unless one of them says otherwise. None: the operator's defaults."""
    component_workflows: ComponentWorkflows | None = None
    """ComponentWorkflows that bring the git and registry credentials of each run. None: they are there before it."""
    pull_secret: PullSecret | None = None
    """Credential with which workloads pull images. None: no pull secret."""
    build_plane: Plane | None = None
    """BuildPlane whose secretStoreRef is set. None: it is not touched."""
    data_plane: Plane | None = None
    """DataPlane whose secretStoreRef is set; ``${dataplane.secretStore}`` needs it. None: it is not touched."""
    load: ExpectedLoad = ExpectedLoad()
    """How many of its components, namespaces and runs are expected. What it leaves out: the stack's."""


def _unless_empty(value: object) -> object:
    """Pulumi asks for a value of every key that has no default, and the only default of a mapping is an empty one."""
    return None if value == {} else value


class StackSettings(Model):
    """Everything that a stack configures, apart from the values of ``manualSecrets``."""

    release: str = "v0.9"
    """OpenChoreo release of the platform."""
    clusters: Clusters
    """How the planes are reached."""
    aws: Annotated[AwsAccount | None, BeforeValidator(_unless_empty)] = None
    """AWS account in which managed stores are made. None, or nothing in it: nothing is made in AWS."""
    secret_stores: dict[ObjectName, SecretStore] = Field(default_factory=dict)
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

    def store_name(self, organization: Organization) -> str:
        """Name of the ClusterSecretStore that serves an organization's builds, if its ``secretStore`` is configured."""
        return self.made_name(organization, organization.secret_store)

    def made_name(self, organization: Organization, name: str) -> str:
        """Name of the ClusterSecretStore that is made of an entry of ``secretStores`` for an organization."""
        shared = self.secret_stores[name].scope == "shared"
        return name if shared else f"{name}-{organization.name}"
