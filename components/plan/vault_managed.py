"""Resources in Vault of managed stores: for each organization a policy, and a role for its ServiceAccount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ..errors import Problem, SettingsError
from ..managers.manager import PlannedStore
from ..managers.rendering import get_account_name
from ..managers.vault import VaultStore
from ..managers.vault_managed import VaultManaged
from ..managers.vault_policy import build_api_path, build_exact_policy, build_policy
from ..schema.placeholder import ORGANIZATION, fill
from ..schema.text import quote
from .aws_managed import NOT_PLAIN


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
    """Resources in Vault behind the ClusterSecretStore of one organization."""

    name: str
    """Name of the ClusterSecretStore, or the name of its identity: `PlannedStore.managed_name`."""
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
    """Mounts of the auth method in which the role exists: that of the store's cluster."""
    token_seconds: int
    """Longest lifetime of a token of Vault."""
    mount: VaultMount | None
    """The mount that the stack creates. Stores may share one. None: it exists."""


def plan_managed_vault_stores(planned: Iterable[PlannedStore]) -> tuple[ManagedVaultStore, ...]:
    """All managed stores of a plan, sorted by name.

    Raises:
        SettingsError: the path of a store is not exclusive to one organization, which `parse` refuses, or a pull secret
            has an output as a remote key.
    """
    stores = (
        _plan_store(store, store.manager, store.manager.managed)
        for store in planned
        if isinstance(store.manager, VaultStore) and store.manager.managed is not None
    )
    return tuple(sorted(stores, key=lambda store: store.name))


def split_namespace(template: str | None, organization: str) -> tuple[str | None, str | None]:
    """The part of a namespace before the first one of an organization, and the rest with its name; None for none."""
    parts = [] if template is None else template.split("/")
    shared = next((index for index, part in enumerate(parts) if ORGANIZATION in part), len(parts))
    own = str(fill("/".join(parts[shared:]), organization))
    return "/".join(parts[:shared]) or None, own or None


def _plan_store(planned: PlannedStore, store: VaultStore, managed: VaultManaged) -> ManagedVaultStore:
    name = planned.managed_name
    if ORGANIZATION not in managed.path.split("/"):
        text = f"{quote(managed.path)} is not exclusive to one organization; it must contain {ORGANIZATION}"
        source = f"store {name}"
        raise SettingsError(source, [Problem("vault.managed.path", text)])
    (organization,) = planned.organizations
    # That of the builds' store, so that builds and workloads have one mount.
    entry, builds = planned.entry or name, name if planned.entry is None else f"{planned.entry}-{organization}"
    shared, own = split_namespace(_plain(store.namespace), organization)
    template = _plain(store.path) or ""
    mount = str(fill(template, organization))
    return ManagedVaultStore(
        name=name,
        organization=organization,
        server=VaultServer(entry, str(store.server), _plain(store.ca_bundle), shared),
        namespace=own,
        role=managed.role_of(name, organization, beside_builds=planned.beside_builds),
        policy=build_exact_policy([build_api_path(mount, store.version, key) for key in _list_keys(planned)])
        if planned.is_pull_store
        else build_policy(build_api_path(mount, store.version, managed.path_of(organization))),
        account=(managed.identity_namespace, get_account_name(planned)),
        audience=managed.audience,
        auth_mounts=(managed.auth_mount_of(planned.plane),),
        token_seconds=managed.token_seconds,
        mount=VaultMount(builds if own or ORGANIZATION in template else entry, mount, store.version, own)
        if managed.create_mount
        else None,
    )


def _list_keys(planned: PlannedStore) -> Iterator[str]:
    for key in planned.keys:
        if not isinstance(key, str):
            source = f"store {planned.name}"
            raise SettingsError(source, [Problem("remoteKey", NOT_PLAIN)])
        yield key


def _plain(text: object) -> str | None:
    """A field that is no output with ``managed``."""
    return text if isinstance(text, str) else None
