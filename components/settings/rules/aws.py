"""Rules about managed stores of AWS: organizations do not share paths, roles or secrets.

A role may read every secret below its path. With the paths ``{organization}/`` and ``org/{organization}/`` the
organization ``org`` could therefore read ``org/acme/``, so the rules compare all paths with the names filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass

from ...errors import Problem
from ...managers.aws import AwsStore
from ...managers.aws_managed import AwsManaged
from ...managers.manager import Manager
from ...schema.cloud_names import ROLE_NAME_MAX
from ...schema.partial import Doubtful, certain
from ...schema.text import quote
from ..organization import Organization
from ..partial import BUILD_KINDS, certain_credentials
from ..stack import StackSettings
from .managed import Reads, fill_stores, list_managed, list_remote_readers, name_identities, refuse_common_names
from .separate_paths import refuse_nested_paths


@dataclass(frozen=True)
class _Filled:
    """A managed store with the name of one organization filled in."""

    entry: str
    """Entry of ``secretStores``."""
    organization: str
    """Name of the organization."""
    realm: str
    """``SecretsManager`` or ``ParameterStore``."""
    path: str
    """Beginning of the names of its secrets; ends in ``/``."""
    role: str
    """Name of its role."""
    default_role: bool
    """Whether the role has its default name, built from the names of store and organization."""
    names: frozenset[str]
    """Names of the secrets that the stack creates."""
    beside_builds: bool = False
    """Whether it is that of a pull secret, and builds have a role too."""

    @property
    def where(self) -> str:
        """Path of the block in the configuration."""
        return f"secretStores.{self.entry}.aws.managed"


def validate_managed_stores(settings: StackSettings, reads: Reads) -> Iterator[Problem]:
    """Problems of managed stores with each other, with their account and with their organizations."""
    managed = dict(managed_stores(settings))
    for name, (store, block) in managed.items():
        yield from certain(_store(settings, store, block, f"secretStores.{name}.aws"))
    yield from certain(_planes(settings, managed.keys()))
    yield from _unique_names(settings, {name for name, (_, block) in managed.items() if block.unique_names})
    filled = fill_stores(settings, lambda organization: _filled(settings, organization, reads, managed))
    for store_of_organization in filled:
        yield from _default_role(store_of_organization)
    yield from _roles(filled)
    yield from _secrets(filled)
    yield from refuse_nested_paths(filled)


def managed_stores(settings: StackSettings) -> Iterator[tuple[str, tuple[AwsStore, AwsManaged]]]:
    """Entry of ``secretStores`` of each managed store, with its settings."""
    return list_managed(settings, _select)


def _select(manager: Manager) -> tuple[AwsStore, AwsManaged] | None:
    if isinstance(manager, AwsStore) and manager.managed is not None:
        return manager, manager.managed
    return None


def _filled(
    settings: StackSettings,
    organization: Organization,
    reads: Reads,
    managed: Mapping[str, tuple[AwsStore, AwsManaged]],
) -> Iterator[_Filled]:
    keys: dict[str, set[str]] = {}
    for entry, read in reads(organization):
        keys.setdefault(entry, set()).update(key for key in read if isinstance(key, str))
    for entry in sorted(keys.keys() & managed.keys()):
        store, block = managed[entry]
        path = block.path_of(organization.name)
        names = frozenset(f"{path}{key}" for key in keys[entry]) if store.creates_secrets else frozenset()
        for name, beside in name_identities(settings, organization, entry):
            role = block.role_of(name, organization.name, beside_builds=beside)
            created = frozenset() if beside else names
            by_default = block.role_name is None
            yield _Filled(entry, organization.name, store.service, path, role, by_default, created, beside)


def _store(settings: StackSettings, store: AwsStore, managed: AwsManaged, path: str) -> Iterator[Problem]:
    yield from refuse_common_names(managed.path, managed.role_name, f"{path}.managed")
    account = settings.aws
    if account is None:
        yield Problem(f"{path}.managed", "creates roles, and no AWS account is configured; set aws")
        return
    if store.region != account.region:
        yield Problem(
            f"{path}.region",
            f'"{store.region}" differs from aws.region; managed stores must be in "{account.region}"',
        )
    if account.oidc_provider is not None and managed.identity_namespace is None:
        yield Problem(
            f"{path}.managed.identityNamespace",
            "is missing; with aws.oidcProvider the stack creates a ServiceAccount for each store",
        )
    if account.oidc_provider is None and managed.identity_namespace is not None:
        yield Problem(
            f"{path}.managed.identityNamespace",
            "has no effect with aws.operatorRoleArn, because ESO cannot use Pod Identity for the ServiceAccount of a "
            "store; leave it out, or use aws.oidcProvider",
        )


def _planes(settings: StackSettings, managed: AbstractSet[str]) -> Iterator[Problem]:
    """The role of a store on another cluster must trust that cluster."""
    account = settings.aws
    if account is None or account.data_plane is not None:
        return
    for path, entry in list_remote_readers(settings, managed):
        yield Problem(
            path,
            f'reads through the managed store "{entry}" on the data plane, whose cluster has its own sign-in to '
            "AWS; set aws.dataPlane",
        )


def _unique_names(settings: StackSettings, unique: AbstractSet[str]) -> Iterator[Problem]:
    """OpenChoreo renders ExternalSecrets itself, so it needs names that exist before the secrets do."""
    problem = "has uniqueNames, and OpenChoreo needs the names before they are chosen; use"
    for path, organization in settings.located:
        with suppress(Doubtful):
            runs = (located for located in certain_credentials(organization, BUILD_KINDS) if located.per_run)
            for entry in sorted(organization.group_reads(runs).keys() & unique):
                yield Problem(
                    f"{path}.componentWorkflows",
                    f'the store "{entry}" {problem} uniqueNames: false, or no componentWorkflows',
                )
        with suppress(Doubtful):
            pull, store = organization.pull_secret, organization.pull_store
            if pull is not None and pull.delivery in {"component", "project"} and store in unique:
                yield Problem(
                    f"{path}.pullSecret",
                    f'the store "{store}" {problem} uniqueNames: false, or delivery namespace',
                )


def _default_role(store: _Filled) -> Iterator[Problem]:
    """A name that the stack builds; a ``roleName`` with the organization's name is checked with its entry."""
    too_long = len(store.role) > ROLE_NAME_MAX and (store.default_role or store.beside_builds)
    if too_long or (store.default_role and "." in store.role):
        yield Problem(
            f"{store.where}.roleName",
            f'{quote(store.role)} of the organization "{store.organization}" is not a name of a role: letters, '
            f"digits, _ and -, at most {ROLE_NAME_MAX} characters; set roleName",
        )


def _roles(stores: list[_Filled]) -> Iterator[Problem]:
    """IAM compares names of roles without case."""
    users: dict[str, _Filled] = {}
    for store in stores:
        first = users.setdefault(store.role.lower(), store)
        if first is not store:
            yield Problem(
                f"{store.where}.roleName",
                f'{quote(store.role)} of the organization "{store.organization}" is also the role of the organization '
                f'"{first.organization}" in the store "{first.entry}", because IAM ignores case; use another name',
            )


def _secrets(stores: list[_Filled]) -> Iterator[Problem]:
    """Two stores of one organization must not create the same secret."""
    creators: dict[str, _Filled] = {}
    for store in stores:
        for name in sorted(store.names):
            first = creators.setdefault(name, store)
            if first is not store and first.organization == store.organization:
                yield Problem(
                    f"{store.where}.path",
                    f'{quote(name)} of the organization "{store.organization}" is also created by the store '
                    f'"{first.entry}"; use another path, or containers: false in one of them',
                )
