"""Component: one ClusterSecretStore and its identity in the cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Self

import pulumi

from ..errors import Problem
from ..managers.cluster_secret_store import render_store
from ..managers.manager import NO_ENDPOINT, Endpoint, Manager, PlannedStore
from ..managers.options import StoreOptions
from ..openchoreo import DEFAULT_RELEASE
from ..openchoreo.release import Release
from ..schema.arguments import check_arguments, check_name, raise_problems
from ..schema.deferred import check_when_known, sort_unique
from ..schema.names import check_subdomain
from ..schema.values import describe_type
from ..secrets.external_secret import Names
from ..settings.rules.store_use import StoreUse, validate_entry, validate_store_use
from ..settings.rules.stores import StoreArguments, validate_store_arguments
from .managed_store import ManagedStoreResources
from .registration import create_output, register
from .required_providers import require_kubernetes_provider


@check_arguments(unless="plan")
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
    """Remote keys that the store may read, such as ``organization.build_keys``. Required for the manager ``fake``, and
    for ``kubernetes`` without ``service_account``: their stores can read these keys only. Other managers decide by
    themselves what the store may read. Each may be an output, unless the manager is ``fake`` or a managed one."""
    manual: Mapping[str, pulumi.Output[str]] = field(default_factory=dict)
    """Entries of ``manualSecrets``; only the fake manager reads them."""
    endpoint: Endpoint | None = None
    """API server of the store's plane; required for a ``kubernetes`` store with ``fromKubeconfig``."""
    managed: ManagedStoreResources | None = None
    """Resources of a managed store in its secret manager. None: the store is not managed."""
    plan: PlannedStore | None = None
    """The store in a stack's plan. None: the component computes it from the other arguments."""
    release: Release = field(default=DEFAULT_RELEASE, kw_only=True)
    """OpenChoreo release of the platform, which names the build namespaces."""
    options: StoreOptions = field(default_factory=StoreOptions, kw_only=True)
    """Fields of the ClusterSecretStore that do not depend on the manager."""

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
            SettingsError: the arguments violate a rule that the same store would violate in YAML.
        """
        if self.plan is not None:
            return self.plan
        arguments = StoreArguments(
            self.name,
            self.manager,
            self.organizations,
            self.namespaces,
            self.keys,
            self.manual.keys(),
            self.release,
            self.options,
        )
        problems = list(validate_store_arguments(arguments))
        if self.manager.needs_endpoint and self.endpoint is None:
            problems.append(Problem("endpoint", NO_ENDPOINT))
        raise_problems(SecretStore.__name__, str(self.name), problems)
        keys = (key if isinstance(key, str) else pulumi.Output.from_input(key) for key in self.keys)
        return PlannedStore(
            name=self.name,
            manager=self.manager,
            organizations=tuple(sorted(set(self.organizations))),
            namespaces=tuple(sorted(set(self.namespaces))),
            keys=sort_unique(keys),
            options=self.options,
        )


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

    @check_arguments()
    def __init__(self, name: str, args: SecretStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the identity and the ClusterSecretStore.

        Raises:
            SettingsError: the arguments contradict each other; nothing is registered.
        """
        planned = args.resolve_plan()
        identities = planned.identity
        store = render_store(planned, args.manual, args.endpoint)
        require_kubernetes_provider(type(self).__name__, name, opts)
        super().__init__("openchoreo:index:SecretStore", name, _inputs(planned), opts)
        self._planned = planned
        self.names = {} if args.managed is None else args.managed.names
        after = [] if args.managed is None else [args.managed.resource]
        identity = [
            register(
                f"{name}-{manifest['kind'].lower()}", manifest, pulumi.ResourceOptions(parent=self, depends_on=after)
            )
            for manifest in identities
        ]
        opts = pulumi.ResourceOptions(parent=self, depends_on=[*after, *identity])
        self.resource = register(name, store, opts)
        self.store_name = create_output(self.resource, self._planned.name)
        self.register_outputs({})

    @property
    def planned(self) -> PlannedStore:
        """The store as it was registered: its name as plain text, its organizations, namespaces and remote keys."""
        return self._planned


def _inputs(planned: PlannedStore) -> dict[str, Any]:
    """Inputs of the component in the state."""
    manager = planned.manager.settings_key
    return {"name": planned.name, "manager": manager, "organizations": list(planned.organizations)}


Store = SecretStore | pulumi.Input[str] | None
"""A store as an argument: a component, or the name of an existing ClusterSecretStore. None: no store."""

PASS_STORE: Final = "pass a SecretStore, or the name of a ClusterSecretStore"
"""What to do if a store is missing."""


def get_store_name(store: Store, arguments: type, field: str) -> Any:
    """Name of the ClusterSecretStore, as text or as an output, which is checked as soon as it is known. None: no store.

    Args:
        store: the argument.
        arguments: class with the argument, for the message.
        field: name of the argument, for the message.
    """
    if store is None or isinstance(store, str):
        return store
    if isinstance(store, SecretStore):
        return store.planned.name
    return check_when_known(pulumi.Output.from_input(store), _check_hidden, arguments, field)


def validate_store(store: Store, use: StoreUse) -> Iterator[Problem]:
    """Problems of a store that cannot serve the organization, as far as they are known before the update.

    Args:
        store: the argument; of a text only the name is checked, of an output nothing.
        use: what the component reads from the store.
    """
    if isinstance(store, str):
        problems = list(check_name(use.argument, store, check_subdomain))
        yield from problems or validate_entry(store, use)
    elif isinstance(store, SecretStore):
        yield from validate_store_use(store.planned, use)
        yield from validate_entry(store.planned.name, use)


def _check_hidden(name: str) -> None:
    """The value of an output is not shown: it may be secret."""
    if not isinstance(name, str):
        msg = f"(value not shown) must be a string, not {describe_type(name)}"
        raise ValueError(msg)  # noqa: TRY004 -- reported as a problem
    try:
        check_subdomain(name)
    except ValueError as error:
        msg = f"(value not shown) {error}"
        raise ValueError(msg) from None


def get_remote_names(*stores: Store) -> Names:
    """Name of each store -> remote key -> its name in the manager, if that differs from the key."""
    return {store.planned.name: store.names for store in stores if isinstance(store, SecretStore)}
