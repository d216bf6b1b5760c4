"""Component: one ClusterSecretStore and its identity in the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pulumi

from ..errors import Problem, SettingsError
from ..managers.cluster_secret_store import render_identity, render_store
from ..managers.manager import Endpoint, Manager, PlannedStore
from ..schema.deferred import sort_unique
from .aws_resources import ManagedStoreResources
from .registration import create_output, register


@dataclass(frozen=True)
class SecretStoreArgs:
    """Arguments of `SecretStore`: the secret manager, and the namespaces that may use the store."""

    name: str
    """Name of the ClusterSecretStore. Names of identities contain it, so it must not be an output."""
    manager: Manager
    """The secret manager: ``AwsStore(...)``, ``VaultStore(...)`` and so on, from ``managers``."""
    organizations: Sequence[str] = ()
    """Organizations that use the store; exactly one if the manager's settings contain ``{organization}``."""
    namespaces: Sequence[str] = ()
    """Exact names of the namespaces whose ExternalSecrets may use the store; at least one."""
    keys: Sequence[pulumi.Input[str]] = ()
    """Remote keys that the store may read; only the managers ``kubernetes`` and ``fake`` enforce this. Each
    may be an output, unless the manager is ``fake`` or a managed one."""
    manual: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Entries of ``manualSecrets``; only the fake manager reads them."""
    endpoint: Endpoint | None = None
    """API server of the store's plane; required for a ``kubernetes`` store with ``fromKubeconfig``."""
    managed: ManagedStoreResources | None = None
    """AWS resources of a managed store. None: the store is not managed."""
    plan: PlannedStore | None = None
    """The store in a stack's plan. None: the component computes it from the other arguments."""

    @classmethod
    def from_plan(
        cls,
        planned: PlannedStore,
        manual: Mapping[str, pulumi.Output[str]] | None = None,
        endpoint: Endpoint | None = None,
        managed: ManagedStoreResources | None = None,
    ) -> Self:
        """Arguments for a store in a stack's plan."""
        return cls(planned.name, planned.manager, manual=manual or {}, endpoint=endpoint, managed=managed, plan=planned)

    def resolve_plan(self) -> PlannedStore:
        """The planned store: the given one, or one that is computed from the other arguments.

        Raises:
            SettingsError: ``namespaces`` is empty, or a key is an output and must be plain text.
        """
        if self.plan is not None:
            return self.plan
        problems = list(self._problems())
        if problems:
            source = f'SecretStore "{self.name}"'
            raise SettingsError(source, problems)
        keys = (key if isinstance(key, str) else pulumi.Output.from_input(key) for key in self.keys)
        return PlannedStore(
            name=self.name,
            manager=self.manager,
            organizations=tuple(sorted(self.organizations)),
            namespaces=tuple(sorted(self.namespaces)),
            keys=sort_unique(keys),
        )

    def _problems(self) -> Iterator[Problem]:
        if not self.namespaces:
            yield Problem("namespaces", "is empty; expected at least one namespace that may use the store")
        plain_only = self.manager.plain_keys_only
        for index, key in enumerate(self.keys):
            if plain_only is not None and not isinstance(key, str):
                yield Problem(f"keys[{index}]", plain_only)


class SecretStore(pulumi.ComponentResource):
    """A ClusterSecretStore on one plane that only the planned namespaces may use.

    With the ``kubernetes`` provider it has its own ServiceAccount and Role, so the API server itself denies access to
    other organizations' Secrets. With a manager in the cloud it has the ServiceAccount of its settings; the manager
    decides what that account may read.
    """

    store_name: pulumi.Output[str]
    """Name of the ClusterSecretStore; the output waits for the store."""
    resource: pulumi.CustomResource
    """The ClusterSecretStore, for ``depends_on``; it is created after its identity. A dependency on the component would
    add the URN of each of its resources to the state of the dependent resource."""
    names: Mapping[str, pulumi.Input[str]]
    """Remote key -> its name in the manager, if that differs from the key."""

    def __init__(self, name: str, args: SecretStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the identity and the ClusterSecretStore.

        Raises:
            SettingsError: the arguments contradict each other; nothing is registered.
        """
        planned = args.resolve_plan()
        super().__init__("openchoreo:index:SecretStore", name, _inputs(planned), opts)
        self._name = planned.name
        self.names = {} if args.managed is None else args.managed.names
        after = [] if args.managed is None else [args.managed.resource]
        identity = [
            register(
                f"{name}-{manifest['kind'].lower()}", manifest, pulumi.ResourceOptions(parent=self, depends_on=after)
            )
            for manifest in render_identity(planned)
        ]
        manifest = render_store(planned, args.manual, args.endpoint)
        opts = pulumi.ResourceOptions(parent=self, depends_on=[*after, *identity])
        self.resource = register(name, manifest, opts)
        self.store_name = create_output(self.resource, self._name)
        self.register_outputs({"storeName": self._name})

    @property
    def planned_name(self) -> str:
        """Name of the ClusterSecretStore as plain text, for manifests that refer to it."""
        return self._name


def _inputs(planned: PlannedStore) -> dict[str, Any]:
    """Inputs of the component in the state."""
    manager = planned.manager.settings_key
    return {"name": planned.name, "manager": manager, "organizations": list(planned.organizations)}


Store = SecretStore | pulumi.Input[str] | None
"""A store as an argument: a component, or the name of an existing ClusterSecretStore. None: no store."""


def get_store_name(store: Store) -> Any:
    """Name of the ClusterSecretStore, as text or as an output. None: no store."""
    return store.planned_name if isinstance(store, SecretStore) else store


def get_remote_names(store: Store) -> Mapping[str, pulumi.Input[str]]:
    """Remote key -> its name in the manager, if that differs from the key."""
    return store.names if isinstance(store, SecretStore) else {}
