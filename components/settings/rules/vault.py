"""Rules about managed stores of Vault: organizations do not share paths, roles, policies or mounts.

Names are compared for all servers together, because two addresses may lead to one server.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from ...errors import Problem
from ...managers.manager import Manager
from ...managers.vault import VaultStore
from ...managers.vault_managed import VaultManaged
from ...managers.vault_policy import build_api_path
from ...schema.partial import certain
from ...schema.placeholder import fill
from ...schema.text import quote
from ..organization import Organization
from ..stack import StackSettings
from .managed import Reads, fill_stores, list_managed, list_remote_readers, name_identities, refuse_common_names
from .separate_paths import refuse_nested_paths

_SYSTEM_MOUNTS: Final = frozenset({"auth", "cubbyhole", "identity", "sys"})
_FOLDERS_OF_V2: Final = ("data/", "metadata/")


@dataclass(frozen=True)
class _Filled:
    """A managed store with the name of one organization filled in."""

    entry: str
    """Entry of ``secretStores``."""
    organization: str
    """Name of the organization."""
    namespace: str
    """Namespace of Vault; empty for the root namespace, else with ``/`` at the end."""
    mount: str
    """Mount of the KV engine."""
    version: str
    """Version of the KV engine."""
    keys: str
    """Beginning of its remote keys; ends in ``/``."""
    path: str
    """The same as a path of the API, as a policy of the root namespace would write it."""
    role: str
    """Name of its role and policy."""
    creates_mount: bool
    """Whether the stack creates the mount."""
    realm: str = ""
    """A policy of a namespace also opens the namespaces below it, so all are one realm."""

    @property
    def where(self) -> str:
        """Path of the block in the configuration."""
        return f"secretStores.{self.entry}.vault.managed"


def validate_managed_vault_stores(settings: StackSettings, reads: Reads) -> Iterator[Problem]:
    """Problems of managed stores with each other and with their organizations."""
    managed = dict(list_managed(settings, _select))
    for name, (_, block) in managed.items():
        yield from certain(refuse_common_names(block.path, block.role_name, f"secretStores.{name}.vault.managed"))
    yield from certain(
        _planes(settings, {name for name, (_, block) in managed.items() if not block.data_plane_auth_mount})
    )
    filled = fill_stores(settings, lambda organization: _filled(settings, organization, reads, managed))
    for store_of_organization in filled:
        yield from _path(store_of_organization)
    yield from _roles(filled)
    yield from _mounts(filled)
    yield from refuse_nested_paths(filled)


def _select(manager: Manager) -> tuple[VaultStore, VaultManaged] | None:
    if isinstance(manager, VaultStore) and manager.managed is not None:
        return manager, manager.managed
    return None


def _filled(
    settings: StackSettings,
    organization: Organization,
    reads: Reads,
    managed: Mapping[str, tuple[VaultStore, VaultManaged]],
) -> Iterator[_Filled]:
    for entry in sorted({entry for entry, _ in reads(organization)} & managed.keys()):
        store, block = managed[entry]
        name = organization.name
        namespace = "" if store.namespace is None else f"{fill(store.namespace, name)}/"
        mount, keys = str(fill(store.path, name)), block.path_of(name)
        own = _Filled(
            entry=entry,
            organization=name,
            namespace=namespace,
            mount=mount,
            version=store.version,
            keys=keys,
            path=f"{namespace}{build_api_path(mount, store.version, keys)}",
            role="",
            creates_mount=block.create_mount,
        )
        for identity, beside in name_identities(settings, organization, entry):
            yield replace(own, role=block.role_of(identity, name, beside_builds=beside))


def _planes(settings: StackSettings, managed: AbstractSet[str]) -> Iterator[Problem]:
    """An auth method verifies the tokens of one cluster."""
    for path, entry in list_remote_readers(settings, managed):
        yield Problem(
            path,
            f'reads through the managed store "{entry}" on the data plane, whose cluster needs its own auth method '
            f"in Vault; set secretStores.{entry}.vault.managed.dataPlaneAuthMount",
        )


def _path(store: _Filled) -> Iterator[Problem]:
    """What is wrong with the names of one organization."""
    block = store.where.removesuffix(".managed")
    of = f'of the organization "{store.organization}"'
    if store.mount.partition("/")[0] in _SYSTEM_MOUNTS:
        text = f'"{store.mount}" {of} belongs to Vault itself; use the mount of a secret engine'
        yield Problem(f"{block}.path", text)
    if store.keys.startswith(f"{store.mount}/"):
        text = f'"{store.keys}" {of} begins with the mount "{store.mount}", which ESO removes from remote keys; use'
        yield Problem(f"{store.where}.path", f"{text} another path or mount")
    if store.version == "v1" and store.keys.startswith(_FOLDERS_OF_V2):
        text = f'"{store.keys}" {of} contains all secrets if the engine has version 2; use another path'
        yield Problem(f"{store.where}.path", text)


def _roles(stores: list[_Filled]) -> Iterator[Problem]:
    """The name of a role is also that of a policy, and a namespace has one policy of a name."""
    users: dict[tuple[str, str], _Filled] = {}
    for store in stores:
        first = users.setdefault((store.namespace, store.role), store)
        if first is not store:
            yield Problem(
                f"{store.where}.roleName",
                f'{quote(store.role)} of the organization "{store.organization}" is also the role of the organization '
                f'"{first.organization}" in the store "{first.entry}"; use another name',
            )


def _mounts(stores: list[_Filled]) -> Iterator[Problem]:
    """Two entries must not create the same mount."""
    creators: dict[tuple[str, str], _Filled] = {}
    for store in (store for store in stores if store.creates_mount):
        first = creators.setdefault((store.namespace, store.mount), store)
        if first.entry != store.entry:
            yield Problem(
                f"{store.where}.createMount",
                f'creates the mount "{store.mount}", as the store "{first.entry}" does; leave it out in one of them',
            )
