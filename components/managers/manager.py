"""The interface of a secret manager, and the ClusterSecretStore that is planned for it.

A manager is one class: its settings are the fields, everything else that the package needs is declared on the class.
`registry.register` registers it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, reduce
from operator import getitem
from typing import Any, ClassVar, Final, Literal

from pydantic import BaseModel, ValidationError

from ..iam.account import AwsAccount
from ..manifests import Manifest
from ..schema.deferred import InputStr
from ..schema.messages import simplify_message
from ..schema.model import Example, Model, to_json_data
from ..schema.placeholder import fill
from ..schema.text import quote
from .block_keys import locate_in_block
from .options import StoreOptions
from .references import Reference
from .remote_keys import RemotePlace
from .tariff import Place, Tariff

Plane = Literal["build", "data"]

NO_ENDPOINT: Final = "is missing; pass the address and the CA certificates of the API server of the store's plane"
"""End of a message about a store that needs an endpoint."""


@dataclass(frozen=True)
class Endpoint:
    """An API server, as a kubeconfig describes it."""

    url: str
    """``https://host[:port]``."""
    ca_bundle: str
    """CA certificates, base64 of PEM."""


@dataclass(frozen=True)
class StoreInputs:
    """Inputs of a provider block that exist only during a run; most managers need none."""

    values: Mapping[str, Any] = field(default_factory=dict)
    """Entries of ``manualSecrets``. In a Pulumi program they are secret outputs and pass through unread."""
    endpoint: Endpoint | None = None
    """API server of the store's plane. None: not looked up."""


@dataclass(frozen=True)
class PlannedStore:
    """One ClusterSecretStore, bound to exact namespaces and exact remote keys."""

    name: str
    """Name of the ClusterSecretStore."""
    manager: Manager
    """Secret manager that it reads from."""
    organizations: tuple[str, ...]
    """Organizations that use it, sorted."""
    namespaces: tuple[str, ...]
    """Namespaces whose ExternalSecrets may use it, sorted; never a pattern."""
    keys: tuple[InputStr, ...]
    """Remote keys that those organizations read, sorted."""
    selectors: tuple[Mapping[str, str], ...] = ()
    """Labels of further namespaces whose ExternalSecrets may use it: those of the organizations' workloads."""
    plane: Plane = "build"
    """Cluster of the store; ``build`` where both planes are one cluster."""
    identity_name: str | None = None
    """Name after which the resources of a managed pull store are named in the manager. None: `name`."""
    beside_builds: bool = False
    """Whether the store of builds of the same entry has a role too, for a managed pull store."""
    options: StoreOptions = field(default_factory=StoreOptions)
    """Fields of the ClusterSecretStore that do not depend on the manager."""
    aws: AwsAccount | None = None
    """Account of its role and its secrets, for a managed store of AWS. None: not a managed store."""
    entry: str | None = None
    """Entry of ``secretStores``, for a managed store. None: not a managed store."""

    @property
    def only_organization(self) -> str | None:
        """The organization that uses it. None: several do."""
        return self.organizations[0] if len(self.organizations) == 1 else None

    @property
    def is_pull_store(self) -> bool:
        """Whether workloads read through it. Builds read through other stores."""
        return bool(self.selectors)

    @property
    def managed_name(self) -> str:
        """Name after which its resources in the secret manager are named."""
        return self.identity_name or self.name

    @cached_property
    def identity(self) -> tuple[Manifest, ...]:
        """Objects that give the store its own identity in the secret manager, in the order of their creation."""
        return tuple(self.manager.identity(self))


class Manager(BaseModel):
    """One secret manager: its settings, its rules, and the manifests that it needs.

    The class variables and the abstract method `provider` are required; every other method has a default.
    """

    settings_key: ClassVar[str]
    """Key of the block in an entry of ``secretStores``: ``azure``."""
    provider_key: ClassVar[str]
    """Key of the block in ``spec.provider`` of a ClusterSecretStore: ``azurekv``. Empty: the settings name it."""
    docs_page: ClassVar[str]
    """Page that documents it, relative to ``docs/``, with an anchor if it is a section: ``stores/azure.md``."""
    example: ClassVar[Example] = {}
    """A small valid block, for messages about a wrong shape."""
    example_key: ClassVar[str] = "acme-git"
    """A remote key that the manager can have, with the example and with every block in its snapshot and on its page."""
    retries: ClassVar[bool] = True
    """Whether ESO's provider reads ``retrySettings`` of a store."""
    tariff: ClassVar[Tariff]
    """Prices and quota, with their source in the manager's module."""

    @property
    def isolation_fields(self) -> tuple[str, ...] | None:
        """Fields that can give each organization its own access, for ``scope: organization``.

        At least one of them must contain ``{organization}``. Empty: any field. None: each organization has its own
        access whatever the fields say.
        """
        return ()

    @property
    def needs_endpoint(self) -> bool:
        """Whether `provider` needs ``StoreInputs.endpoint``."""
        return False

    @property
    def is_managed(self) -> bool:
        """Whether the stack creates the role of each store in the secret manager."""
        return False

    def separates_stores(self, *, one_cluster: bool) -> bool:
        """Whether builds and workloads of one organization have an identity each with the same settings.

        Args:
            one_cluster: whether their stores are on one cluster; otherwise they may have the same name.
        """
        return self.isolation_fields is None

    @property
    def enforces_keys(self) -> bool:
        """Whether a store can read its own remote keys only, because they are in its identity or in its block."""
        return False

    def template(self) -> Any:
        """The settings in which ``{organization}`` is a placeholder, as JSON data."""
        return to_json_data(self)

    def references(self) -> Iterator[tuple[str, str]]:
        """Path below the block, and value, of every namespace that must not be a build namespace."""
        return _references(self, "")

    def manuals(self) -> Iterator[tuple[str, str]]:
        """Path below the block, and name, of every entry of ``manualSecrets`` that it uses."""
        return iter(())

    def manuals_of(self, key: str) -> Iterator[str]:
        """Names of the entries of ``manualSecrets`` with the values of a remote key."""
        return iter(())

    def key_problem(self, key: str, organization: str) -> str | None:
        """Why the manager cannot have a remote key, to follow that key in a message. None: it can.

        Args:
            key: ``remoteKey`` of a credential.
            organization: name of the organization that reads it.
        """
        return None

    def locate(self, key: str, organization: str) -> RemotePlace | None:
        """The secret that an organization's key names, for every spelling of it. None: its name is not known.

        Args:
            key: ``remoteKey`` of a credential.
            organization: name of the organization, for the placeholder.
        """
        return locate_in_block(self.provider_key, self.location_block(organization), key)

    def location_block(self, organization: str) -> Mapping[str, Any]:
        """The fields of an organization's provider block that say where its secrets are, as ESO names them."""
        block: Mapping[str, Any] = fill(self.template(), organization)
        return block

    @property
    def reads_own_cluster(self) -> bool:
        """Whether a store reads from the cluster that it is on, so that one key is another secret on each plane."""
        return False

    @property
    def plain_keys_only(self) -> str | None:
        """Why no remote key can be an output, to follow it in a message. None: every one can."""
        return None

    def problems_for(self, organization: str) -> Iterator[tuple[str, str]]:
        """Path below the block, and text, of problems that only appear with an organization's name filled in."""
        text = fill(self.template(), organization)
        try:
            type(self).model_validate(text, by_alias=True, by_name=False)
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in detail["loc"])
                value = reduce(getitem, detail["loc"], text)
                problem = simplify_message(detail)
                yield path, f'{quote(str(value))} of the organization "{organization}" {problem}'

    def identity(self, planned: PlannedStore) -> list[Manifest]:
        """Objects that give a store its own identity, in the order of their creation."""
        return []

    @abstractmethod
    def provider(self, planned: PlannedStore, inputs: StoreInputs) -> dict[str, Any]:
        """``spec.provider`` of a ClusterSecretStore: the provider's key with its block.

        Raises:
            SettingsError: ``inputs`` lack what the block needs.
        """

    @classmethod
    def place_of(cls, block: Mapping[str, Any]) -> Place:
        """Where a store reads, from its provider block. The block may be incomplete; the API server validates it."""
        return Place(cls.tariff)

    def place(self, planned: PlannedStore) -> Place:
        """Where a store reads."""
        (block,) = self.provider(planned, StoreInputs()).values()
        return self.place_of(block)


class TypedManager(Manager, Model):
    """Base of managers whose settings are typed fields.

    A field that is declared as ``Deferrable[...]`` may be an output. Namespaces are plain text, because rules must know
    that none is a build namespace.
    """


def _references(model: BaseModel, path: str) -> Iterator[tuple[str, str]]:
    for name, model_field in type(model).model_fields.items():
        value, where = getattr(model, name), f"{path}.{model_field.alias}"
        if isinstance(value, Reference):
            namespace = getattr(value, value.namespace_field)
            if namespace is not None:
                yield f"{where}.{type(value).model_fields[value.namespace_field].alias}", namespace
        elif isinstance(value, BaseModel):
            yield from _references(value, where)
