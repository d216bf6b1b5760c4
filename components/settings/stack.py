"""The whole configuration of one stack."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, PrivateAttr

from ..iam.account import AwsAccount
from ..managers.registry import on_change
from ..managers.secret_store import Scope, SecretStoreSettings
from ..openchoreo import DEFAULT_RELEASE
from ..registries.credential import on_registry_change
from ..schema.model import Duration, Example, Interval, Model, ObjectName, Several
from ..schema.one_or_several import OneOrSeveral
from ..schema.paths import organization_path
from ..schema.plain_secrets import INSTEAD, describe_secret, is_only_random
from .admission import Admission
from .clusters import Clusters
from .load import Budget, ExpectedLoad
from .organization import Organization


def _unless_empty(value: object) -> object:
    """None for an empty mapping, which is the only default that Pulumi allows for a mapping."""
    return None if value == {} else value


def _check_only_random(value: str) -> str:
    what = describe_secret(value, random=False)
    if what is not None:
        msg = f"looks like {what}, for which there is no exception; {INSTEAD}"
        raise ValueError(msg)
    if not is_only_random(value):
        raise ValueError(_NEEDLESS)
    return value


_NEEDLESS: Final = "does not look like a random secret, so it needs no exception; remove it"
_NotSecret = Annotated[str, AfterValidator(_check_only_random)]


class StackSettings(Model):
    """Configuration of a stack, without the values of ``manualSecrets``."""

    example: ClassVar[Example] = {
        "clusters": Clusters.example,
        "secretStores": {"org": SecretStoreSettings.example},
        "organizations": [Organization.example],
    }

    release: OneOrSeveral[str] = DEFAULT_RELEASE.name
    """OpenChoreo release of the platform, or a list of the two that it moves between, the older one first."""
    clusters: Clusters
    """Clusters of the planes."""
    aws: Annotated[AwsAccount | None, BeforeValidator(_unless_empty)] = None
    """AWS account for managed stores and registries. None or empty: the stack creates nothing in AWS."""
    isolation: Literal["shared", "store", "strict"] = "store"
    """How the organizations are kept apart. ``shared``: the stores of `secret_stores` are shared unless an entry has
    another scope. ``store``: each organization has its own. ``strict``: the same, no store may be shared, and admission
    policies and quotas."""
    admission: Annotated[Admission | None, BeforeValidator(_unless_empty)] = None
    """Exceptions and limits of ``isolation: strict``. None or empty: the defaults."""
    secret_stores: dict[ObjectName, SecretStoreSettings] = Field(default_factory=dict)
    """Secret managers by name."""
    organizations: Annotated[Several[Organization], Field(min_length=1)]
    """The organizations of the platform."""
    refresh_interval: Interval = "1h0m0s"
    """Interval between two polls, unless an organization or a credential has its own. Most managers bill every poll of
    every key, and OpenChoreo's docs poll each key every 15 s."""
    ready_timeout: Duration = "5m"
    """Longest time that an update waits until all credentials are synced; then it fails."""
    offboarding: Literal["keep", "delete"] = "keep"
    """What happens to the build namespace of an organization that is removed, and to all of them on destroy: ``keep``
    leaves it with the builds in it, ``delete`` deletes both. An update records the word; the next one acts on it."""
    release_promoted: Literal["refuse", "ignore"] = "refuse"
    """What happens if an update or a destroy takes away what deployed environments still read: ``refuse`` changes
    nothing, ``ignore`` warns and goes on. Destroy acts on the word of the last update."""
    load: ExpectedLoad = ExpectedLoad()
    """Expected numbers of components, namespaces and runs of each organization."""
    budget: Budget = Budget()
    """Limits for cost and load of polling, above which previews and updates warn."""
    not_secrets: Several[_NotSecret] = ()
    """Texts of this configuration that look random and are no secrets, such as ids that a manager has generated."""

    _newer: StackSettings | None = PrivateAttr(default=None)

    @property
    def views(self) -> tuple[StackSettings, ...]:
        """The settings for each release of `release`: some keys are for one of them only."""
        return (self,) if isinstance(self.release, str) else (self, self._newer or self)

    def combine(self, newer: StackSettings) -> StackSettings:
        """The settings for two releases.

        Args:
            newer: the same configuration for the newer release; these settings are for the older one.
        """
        # Not validated again, because what is doubtful has no value; the release is, if another key is spelled alike.
        names = [vars(settings).get("release") for settings in (self, newer)]
        combined = BaseModel.model_copy(self, update={} if None in names else {"release": tuple(names)})
        _attach(combined, newer)
        return combined

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values of some fields, also for the newer of two releases."""
        copy = super().model_copy(update=update, deep=deep)
        # A copy of a model keeps what has been computed.
        vars(copy).pop("_build_entries", None)
        if self._newer is not None and update and "release" not in update:
            _attach(copy, self._newer.model_copy(update=update, deep=deep))
        return copy

    @property
    def located(self) -> tuple[tuple[str, Organization], ...]:
        """The organizations, each with its path for messages."""
        return tuple(
            (organization_path(index, vars(organization).get("name")), organization)
            for index, organization in enumerate(self.organizations)
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the organizations, without doubtful ones."""
        return tuple(vars(organization)["name"] for organization in self.organizations if "name" in vars(organization))

    @cached_property
    def _build_entries(self) -> frozenset[str]:
        """Entries of ``secretStores`` that builds of any organization use."""
        return frozenset(entry for user in self.organizations for entry in user.build_stores)

    @property
    def strict_admission(self) -> Admission | None:
        """What the admission policies and quotas depend on. None: there are none."""
        return (self.admission or Admission()) if self.isolation == "strict" else None

    def get_scope(self, entry: str) -> Scope:
        """Who shares the stores of an entry of ``secretStores``: its own scope, else that of `isolation`."""
        return self.secret_stores[entry].scope or ("shared" if self.isolation == "shared" else "organization")

    def cluster_store_name(self, organization: Organization, entry: str) -> str:
        """Name of the ClusterSecretStore that an entry of ``secretStores`` becomes for an organization's builds."""
        return entry if self.get_scope(entry) == "shared" else f"{entry}-{organization.name}"

    def pull_store_name(self, organization: Organization, entry: str) -> str:
        """Name of the ClusterSecretStore that the entry becomes for its workloads, which builds cannot use.

        On another cluster it may be that of the builds' store.
        """
        if self.clusters.one_cluster:
            return self.pull_identity_name(organization, entry)
        return self.cluster_store_name(organization, entry)

    def pull_identity_name(self, organization: Organization, entry: str) -> str:
        """Name after which the identity of its workloads is named; never that of the builds' store."""
        shared = self.get_scope(entry) == "shared"
        if entry not in (self._build_entries if shared else organization.build_stores):
            return self.cluster_store_name(organization, entry)
        return f"{entry}-pull" if shared else f"{entry}-pull-{organization.name}"


def _attach(settings: StackSettings, newer: StackSettings) -> None:
    # Not by assignment, which a model refuses.
    object.__setattr__(settings, "__pydantic_private__", {"_newer": newer})


on_change(StackSettings.rebuild)
on_registry_change(StackSettings.rebuild)
