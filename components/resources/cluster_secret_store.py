"""Component: one ClusterSecretStore and the identity that reads it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import pulumi

from ..errors import Problem, SettingsError
from ..managers.cluster_secret_store import render_identity, render_store
from ..managers.manager import Endpoint, Manager, PlannedStore
from .aws_resources import Managed
from .register import output_of, register


@dataclass(frozen=True)
class SecretStoreArgs:
    """What a store reads from and who may use it."""

    name: str
    """Name of the ClusterSecretStore. It shapes names of identities, so it must be plain text."""
    manager: Manager
    """The secret manager: ``AwsStore(...)``, ``VaultStore(...)`` and so on, of ``managers``."""
    organizations: Sequence[str] = ()
    """Organizations that use it. ``{organization}`` in the manager's settings requires exactly one."""
    namespaces: Sequence[str] = ()
    """Namespaces whose ExternalSecrets may use it, by exact name; at least one."""
    keys: Sequence[str] = ()
    """Secrets in the manager that may be read; only the ``kubernetes`` and ``fake`` managers are limited to them."""
    manual: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Entries of ``manualSecrets``; only the fake manager reads them."""
    endpoint: Endpoint | None = None
    """API server of its plane; required where a ``kubernetes`` store has ``fromKubeconfig``."""
    managed: Managed | None = None
    """What is created for it in the secret manager. None: nothing."""
    plan: PlannedStore | None = None
    """The store as a stack's plan has it. None: it is made of the other arguments."""

    @classmethod
    def of(
        cls,
        planned: PlannedStore,
        manual: Mapping[str, pulumi.Output[str]] | None = None,
        endpoint: Endpoint | None = None,
        managed: Managed | None = None,
    ) -> Self:
        """Arguments of a store of a stack's plan."""
        return cls(planned.name, planned.manager, manual=manual or {}, endpoint=endpoint, managed=managed, plan=planned)

    def planned(self) -> PlannedStore:
        """The store.

        Raises:
            SettingsError: it names no namespace.
        """
        if self.plan is not None:
            return self.plan
        if not self.namespaces:
            problem = Problem("namespaces", "is empty; expected at least one namespace that may use the store")
            source = f'SecretStore "{self.name}"'
            raise SettingsError(source, [problem])
        return PlannedStore(
            name=self.name,
            manager=self.manager,
            organizations=tuple(sorted(self.organizations)),
            namespaces=tuple(sorted(self.namespaces)),
            keys=tuple(sorted(self.keys)),
        )


class SecretStore(pulumi.ComponentResource):
    """A ClusterSecretStore on one plane, usable from exactly the planned namespaces.

    With the ``kubernetes`` provider it gets a ServiceAccount and a Role of its own, so that the API server itself
    refuses any other organization's Secret. With a manager in the cloud it gets the ServiceAccount that its settings
    ask for; what that account may read is the manager's to say.
    """

    store_name: pulumi.Output[str]
    """Name of the ClusterSecretStore, known once it exists."""
    resource: pulumi.CustomResource
    """The ClusterSecretStore, for ``depends_on``: its identity is there before it. The component stands for all of
    them, and each would be a URN in the state of whatever depends on it."""
    names: Mapping[str, pulumi.Input[str]]
    """Remote key -> what it is called in the manager, where that is not the key itself."""

    def __init__(self, name: str, args: SecretStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the identity and the ClusterSecretStore.

        Raises:
            SettingsError: the arguments contradict each other; nothing has been registered then.
        """
        planned = args.planned()
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
        self.store_name = output_of(self.resource, self._name)
        self.register_outputs({"storeName": self._name})

    @property
    def planned_name(self) -> str:
        """Name of the ClusterSecretStore, as text: it shapes the manifests of whatever reads through it."""
        return self._name


def _inputs(planned: PlannedStore) -> dict[str, Any]:
    """What the component records in the state."""
    manager = planned.manager.settings_key
    return {"name": planned.name, "manager": manager, "organizations": list(planned.organizations)}


Store = SecretStore | pulumi.Input[str] | None
"""A store as an argument: a component, or the name of a ClusterSecretStore that exists. None: there is none."""


def store_name(store: Store) -> Any:
    """Name of the ClusterSecretStore that an argument means; an output stays one. None for None."""
    return store.planned_name if isinstance(store, SecretStore) else store


def remote_names(store: Store) -> Mapping[str, pulumi.Input[str]]:
    """What remote keys are called in the manager behind a store, where that is not the key itself."""
    return store.names if isinstance(store, SecretStore) else {}
