"""AWS resources of managed stores: for each organization a role with two policies, a KMS key and empty secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..errors import Problem, SettingsError
from ..iam.account import AwsAccount
from ..iam.arn import build_key_alias
from ..iam.policy import build_read_policy
from ..iam.text import Document
from ..iam.trust import build_operator_trust, build_web_identity_trust
from ..managers.aws import AwsStore
from ..managers.manager import PlannedStore
from ..managers.rendering import get_account_name
from ..openchoreo.labels import build_organization_labels
from ..schema.deferred import InputStr, sort_unique
from ..schema.placeholder import ORGANIZATION
from ..schema.text import quote


@dataclass(frozen=True)
class ManagedStore:
    """AWS resources behind the ClusterSecretStore of one organization."""

    name: str
    """Name of the ClusterSecretStore, or the name of its identity: `PlannedStore.managed_name`."""
    organization: str
    """Name of the organization."""
    account: AwsAccount
    """AWS account of the resources."""
    service: str
    """``SecretsManager`` or ``ParameterStore``."""
    path: str
    """Prefix of the names of its secrets; ends in ``/``."""
    role: str
    """Name of the role."""
    trust: Document
    """Trust policy of the role."""
    alias: str | None
    """Alias of the organization's KMS key. None: it has none."""
    containers: Mapping[str, str]
    """Remote key -> full name of the empty secret. Empty: the stack creates no secrets, or `owner` has them."""
    unique_names: bool
    """Whether the names of the secrets get a random suffix."""
    recovery_window_days: int
    """Days in which a deleted secret can be restored; 0 for none."""
    keys: tuple[str, ...] | None = None
    """The only remote keys that a pull secret reads. None: every secret below the path."""
    owner: str | None = None
    """Name of the store of the builds, which has the secrets and the KMS key of a pull store too. None: it has them."""

    def policy(self, key: InputStr | None = None, names: Mapping[str, InputStr] = MappingProxyType({})) -> Document:
        """Policy of the role.

        Args:
            key: ARN of the organization's KMS key. None: it has none.
            names: remote key -> its name below the path, if that differs from the key.
        """
        exact = None if self.keys is None else [names.get(item, item) for item in self.keys]
        return build_read_policy(self.account, self.service, self.path, key=key, names=exact)

    @property
    def tags(self) -> dict[str, str]:
        """Tags of the organization's resources."""
        return build_organization_labels(self.organization)


def plan_managed_stores(planned: Iterable[PlannedStore]) -> tuple[ManagedStore, ...]:
    """All managed stores of a plan, sorted by name, those with secrets before those that read them.

    The secrets of a pull secret belong to the store of the builds of the same entry, if there is one, so they stay the
    same when builds begin or end to read them.

    Raises:
        SettingsError: a secret that would be created has an output as its key, a store is not managed, or its path is
            not exclusive to one organization; `parse` refuses the last two.
    """
    managed = [store for store in planned if store.aws is not None]
    pulls = {(store.entry, store.organizations): store.keys for store in managed if store.beside_builds}
    owners = {(store.entry, store.organizations): store.name for store in managed if not store.beside_builds}
    stores = (
        _plan_store(
            store,
            () if store.beside_builds else pulls.get((store.entry, store.organizations), ()),
            owners[store.entry, store.organizations] if store.beside_builds else None,
        )
        for store in managed
    )
    return tuple(sorted(stores, key=lambda store: (store.owner is not None, store.name)))


def _plan_store(first: PlannedStore, other_keys: tuple[InputStr, ...], owner: str | None) -> ManagedStore:
    """The resources of one store.

    Args:
        first: the store.
        other_keys: remote keys of the pull store beside it.
        owner: store with its secrets. None: it has them.
    """
    name, store, account = first.managed_name, first.manager, first.aws
    if not isinstance(store, AwsStore) or store.managed is None or account is None:
        problem = Problem("aws.managed", "is missing, and the plan of the store has an AWS account; set both or none")
        source = f"store {name}"
        raise SettingsError(source, [problem])
    managed = store.managed
    if ORGANIZATION not in managed.path.split("/"):
        text = f"{quote(managed.path)} is not exclusive to one organization; it must contain {ORGANIZATION}"
        source = f"store {name}"
        raise SettingsError(source, [Problem("aws.managed.path", text)])
    (organization,) = first.organizations
    operators = [account.data_plane or account if first.plane == "data" else account]
    trust = (
        build_operator_trust(operators, organization)
        if managed.identity_namespace is None
        else build_web_identity_trust(account, operators, managed.identity_namespace, get_account_name(first))
    )
    path = managed.path_of(organization)
    role = managed.role_of(name, organization, beside_builds=first.beside_builds)
    keys = sort_unique((*first.keys, *other_keys)) if store.creates_secrets and owner is None else ()
    return ManagedStore(
        name=name,
        organization=organization,
        account=account,
        service=store.service,
        path=path,
        role=role,
        trust=trust,
        alias=build_key_alias(role) if managed.kms_key == "organization" and owner is None else None,
        containers={key: f"{path}{key}" for key in _list_plain(name, keys, str(store.plain_keys_only))},
        unique_names=managed.unique_names,
        recovery_window_days=managed.recovery_window_days,
        keys=tuple(_list_plain(name, first.keys, NOT_PLAIN)) if first.is_pull_store else None,
        owner=owner,
    )


NOT_PLAIN: Final = (
    "of a pull secret is an output, and managed lets workloads read exactly its keys; use the text itself"
)
"""End of a message about a remote key that cannot be part of a policy."""


def _list_plain(name: str, keys: tuple[InputStr, ...], problem: str) -> Iterator[str]:
    for key in keys:
        if not isinstance(key, str):
            source = f"store {name}"
            raise SettingsError(source, [Problem("remoteKey", problem)])
        yield key
