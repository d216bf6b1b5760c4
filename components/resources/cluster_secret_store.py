"""Component: one ClusterSecretStore and the identity that reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from ..managers.cluster_secret_store import render_identity, render_store
from ..managers.manager import Endpoint, PlannedStore
from .aws_resources import Managed
from .register import output_of, register


@dataclass(frozen=True)
class SecretStoreArgs:
    """What a store reads from and who may use it."""

    planned: PlannedStore
    """Name, provider, exact namespaces and exact keys; `plan` makes it from a stack's settings."""
    manual: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Entries of ``manualSecrets``; only the fake manager reads them."""
    endpoint: Endpoint | None = None
    """API server of its plane; needed where a ``kubernetes`` store says ``fromKubeconfig``."""
    managed: Managed | None = None
    """What is made for it in the secret manager. None: nothing, it is there."""


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
        super().__init__("openchoreo:index:SecretStore", name, _inputs(args.planned), opts)
        self._name = args.planned.name
        self.names = {} if args.managed is None else args.managed.names
        after = [] if args.managed is None else [args.managed.resource]
        identity = [
            register(
                f"{name}-{manifest['kind'].lower()}", manifest, pulumi.ResourceOptions(parent=self, depends_on=after)
            )
            for manifest in render_identity(args.planned)
        ]
        manifest = render_store(args.planned, args.manual, args.endpoint)
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
