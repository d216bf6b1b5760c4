"""Resources in Vault of managed stores: for each organization a policy, and a role for its ServiceAccount."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..errors import Problem, SettingsError
from ..managers.manager import PlannedStore
from ..managers.rendering import get_account_name
from ..managers.vault import VaultStore
from ..managers.vault_managed import VaultManaged
from ..managers.vault_policy import build_api_path, build_policy
from ..schema.placeholder import ORGANIZATION, fill
from ..schema.text import quote


@dataclass(frozen=True)
class VaultServer:
    """The server of one entry of ``secretStores``, as the deployment uses it."""

    entry: str
    """Entry of ``secretStores``."""
    address: str
    """``https://...``."""
    ca_bundle: str | None
    """CA certificates, base64 of PEM. None: those of the machine, or of ``VAULT_CACERT``."""
    namespace: str | None
    """Namespace that contains those of all organizations. None: the root namespace."""


@dataclass(frozen=True)
class VaultMount:
    """A mount of the KV engine that the stack creates."""

    name: str
    """Name of the Pulumi resource."""
    path: str
    """Where it is mounted, without ``/`` at the ends."""
    version: Literal["v1", "v2"]
    """Version of the KV engine."""
    namespace: str | None
    """Namespace below that of the server. None: that of the server."""


@dataclass(frozen=True)
class ManagedVaultStore:
    """Resources in Vault behind the ClusterSecretStore of one organization, which may exist on both planes."""

    name: str
    """Name of the ClusterSecretStore."""
    organization: str
    """Name of the organization."""
    server: VaultServer
    """Server of the resources."""
    namespace: str | None
    """Namespace below that of the server. None: that of the server."""
    role: str
    """Name of the role and of its only policy."""
    policy: str
    """Text of the policy."""
    account: tuple[str, str]
    """Namespace and name of the only ServiceAccount that may sign in."""
    audience: str
    """Audience of its tokens."""
    auth_mounts: tuple[str, ...]
    """Mounts of the auth method in which the role exists, sorted: one for each cluster with the store."""
    token_seconds: int
    """Longest lifetime of a token of Vault."""
    mount: VaultMount | None
    """The mount that the stack creates. Stores may share one. None: it exists."""


def plan_managed_vault_stores(planned: Iterable[PlannedStore]) -> tuple[ManagedVaultStore, ...]:
    """All managed stores of a plan, sorted by name. A store on both planes is listed once.

    Raises:
        SettingsError: the path of a store is not exclusive to one organization; `parse` refuses it.
    """
    by_name: dict[str, list[PlannedStore]] = {}
    for store in planned:
        if store.manager.is_managed and isinstance(store.manager, VaultStore):
            by_name.setdefault(store.name, []).append(store)
    return tuple(
        _plan_store(name, stores, stores[0].manager, stores[0].manager.managed)
        for name, stores in sorted(by_name.items())
        if isinstance(stores[0].manager, VaultStore) and stores[0].manager.managed is not None
    )


def split_namespace(template: str | None, organization: str) -> tuple[str | None, str | None]:
    """The part of a namespace before the first one of an organization, and the rest with its name; None for none."""
    parts = [] if template is None else template.split("/")
    shared = next((index for index, part in enumerate(parts) if ORGANIZATION in part), len(parts))
    own = str(fill("/".join(parts[shared:]), organization))
    return "/".join(parts[:shared]) or None, own or None


def _plan_store(name: str, planned: list[PlannedStore], store: VaultStore, managed: VaultManaged) -> ManagedVaultStore:
    if ORGANIZATION not in managed.path.split("/"):
        text = f"{quote(managed.path)} is not exclusive to one organization; it must contain {ORGANIZATION}"
        source = f"store {name}"
        raise SettingsError(source, [Problem("vault.managed.path", text)])
    (organization,) = planned[0].organizations
    entry = planned[0].entry or name
    shared, own = split_namespace(_plain(store.namespace), organization)
    template = _plain(store.path) or ""
    mount = str(fill(template, organization))
    return ManagedVaultStore(
        name=name,
        organization=organization,
        server=VaultServer(entry, str(store.server), _plain(store.ca_bundle), shared),
        namespace=own,
        role=managed.role_of(name, organization),
        policy=build_policy(build_api_path(mount, store.version, managed.path_of(organization))),
        account=(managed.identity_namespace, get_account_name(planned[0])),
        audience=managed.audience,
        auth_mounts=tuple(sorted({managed.auth_mount_of(item.plane) for item in planned})),
        token_seconds=managed.token_seconds,
        mount=VaultMount(name if own or ORGANIZATION in template else entry, mount, store.version, own)
        if managed.create_mount
        else None,
    )


def _plain(text: object) -> str | None:
    """A field that is no output with ``managed``."""
    return text if isinstance(text, str) else None
