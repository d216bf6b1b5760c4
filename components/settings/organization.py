"""Settings of one organization: its credentials and their delivery."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ..external.credential import ExternalCredential
from ..git.credential import GitCredential
from ..pull.credential import ComponentWorkflows, PlaneStore, PullSecret
from ..registries.credential import RegistryCredential, on_registry_change
from ..registries.push import RegistryPush
from ..schema.deferred import InputStr, sort_unique
from ..schema.model import DataKey, Example, Interval, Label, Model, ObjectName, Several
from ..schema.one_or_several import OneOrSeveral
from ..schema.policies import AppliedPolicies, Policies
from ..schema.sources import RemoteRef
from ..secrets.credential import LocatedCredential
from .load import ExpectedLoad


class Organization(Model):
    """An organization, and the credentials of its builds and workloads."""

    example: ClassVar[Example] = {"name": "acme", "git": GitCredential.example}

    name: Label
    """Name of the OpenChoreo Organization. Plain text: it forms names of namespaces, stores and identities."""
    namespace: Literal["own", "adopt"] = "own"
    """``own``: the stack creates the build namespace, and deletes it with the organization. ``adopt``: it exists
    (OpenChoreo creates it at the first build); the stack adds labels, and removes only those on destroy."""
    secret_store: ObjectName = "default"
    """Entry of ``secretStores`` that its credentials are read from."""
    git: OneOrSeveral[GitCredential] | None = None
    """Credential for cloning, or a list of them with a Secret for each. None: no git Secret."""
    registries: Annotated[Several[RegistryCredential], Field(min_length=1)] | None = None
    """Registries to push to, all in one Secret. None: no push Secret."""
    registry_secret_name: ObjectName | None = None
    """Name of the push Secret (type ``kubernetes.io/dockerconfigjson``). None: the default of the release. Plain text,
    because it forms names of resources."""
    registry_extra_keys: Annotated[Several[DataKey], Field(min_length=1)] | None = None
    """Additional keys of the push Secret with the same docker config as ``.dockerconfigjson``, for builds that read
    another key: ``dockerconfig`` as in OpenChoreo's docs, ``config.json`` as in docker. None: no additional key."""
    external: Annotated[Several[ExternalCredential], Field(min_length=1)] | None = None
    """Credentials of external services. None: none."""
    refresh_interval: Interval | None = None
    """Interval between two polls. None: that of the stack."""
    policies: Policies | None = None
    """ESO's policies for its Secrets, unless a credential has its own. None: ESO's defaults."""
    component_workflows: ComponentWorkflows | None = None
    """ComponentWorkflows whose runs create the git and registry credentials, or Workflows and ClusterWorkflows (v1.x)
    that use them. None: the stack creates the credentials before the first build, and changes no workflow."""
    pull_secret: PullSecret | None = None
    """Credential with which workloads pull images. None: no pull secret."""
    build_plane: PlaneStore | None = None
    """BuildPlane that gets a secretStoreRef. None: the stack patches none."""
    data_plane: PlaneStore | None = None
    """DataPlane that gets a secretStoreRef, for ``${dataplane.secretStore}``. None: the stack patches none."""
    load: ExpectedLoad = ExpectedLoad()
    """Expected numbers of its components, namespaces and runs. Missing numbers: those of the stack."""

    @property
    def git_credentials(self) -> tuple[tuple[str, GitCredential], ...]:
        """Its git credentials, each with the key that configures it: ``git``, or ``git[0]`` and so on."""
        if isinstance(self.git, GitCredential):
            return (("git", self.git),)
        return tuple((f"git[{index}]", git) for index, git in enumerate(self.git or ()))

    @property
    def push(self) -> RegistryPush | None:
        """Its registries as one credential. None: its builds do not push."""
        if self.registries is None:
            return None
        return RegistryPush(self.registries, self.registry_secret_name, self.registry_extra_keys or ())

    @property
    def build_credentials(self) -> tuple[LocatedCredential, ...]:
        """Every credential of its builds, in the order git, registries, external services."""
        per_run, push = self.component_workflows is not None and self.component_workflows.per_run, self.push
        credentials = [LocatedCredential(git, place, f"{place}.", per_run) for place, git in self.git_credentials]
        if push is not None:
            credentials.append(LocatedCredential(push, "registries", "", per_run))
        credentials += [
            LocatedCredential(external, f"external[{index}]", f"external[{index}].")
            for index, external in enumerate(self.external or ())
        ]
        return tuple(credentials)

    @property
    def credentials(self) -> tuple[LocatedCredential, ...]:
        """The credentials of its builds, and the pull secret of its workloads."""
        if self.pull_secret is None:
            return self.build_credentials
        return (*self.build_credentials, LocatedCredential(self.pull_secret, "pullSecret", "pullSecret."))

    @property
    def build_reads(self) -> dict[str, tuple[InputStr, ...]]:
        """Entries of ``secretStores`` that its builds read from, each with the sorted names of the secrets there."""
        return self.group_reads(self.build_credentials)

    @property
    def build_stores(self) -> frozenset[str]:
        """Entries of ``secretStores`` for its builds, including its own if nothing is read from it."""
        return frozenset({self.secret_store, *self.build_reads})

    def group_reads(self, credentials: Iterable[LocatedCredential]) -> dict[str, tuple[InputStr, ...]]:
        """The same for some of its credentials."""
        refs: dict[str, list[RemoteRef]] = {}
        for located in credentials:
            for read in located.credential.reads:
                refs.setdefault(read.entry or self.secret_store, []).append(read.ref)
        return {entry: _keys(used) for entry, used in refs.items()}

    @property
    def run_reads(self) -> dict[str, tuple[InputStr, ...]]:
        """The same for runs of ``component_workflows``."""
        return self.group_reads(located for located in self.build_credentials if located.per_run)

    @property
    def build_keys(self) -> tuple[InputStr, ...]:
        """Names of all secrets that its builds read from its own store, sorted, without duplicates."""
        return self.build_reads.get(self.secret_store, ())

    @property
    def pull_store(self) -> str | None:
        """Entry of ``secretStores`` that its workloads read from. None: the stack creates no store for them."""
        pull = self.pull_secret
        if pull is None or pull.delivery == "manual":
            return None
        return pull.secret_store or (None if pull.delivery == "component" else self.secret_store)

    @property
    def pull_keys(self) -> tuple[InputStr, ...]:
        """Names of all secrets in the manager that its pull secret reads, sorted, without duplicates."""
        return () if self.pull_secret is None else _keys(self.pull_secret.remotes)

    @property
    def applied_policies(self) -> AppliedPolicies:
        """The policies of its credentials without their own policies."""
        return AppliedPolicies().under(self.policies)


on_registry_change(Organization.rebuild)


def _keys(refs: Iterable[RemoteRef]) -> tuple[InputStr, ...]:
    return sort_unique(ref.remote_key for ref in refs)
