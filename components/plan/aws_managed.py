"""AWS resources of managed stores: for each organization a role with two policies, a KMS key and empty secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

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
    """AWS resources behind the ClusterSecretStore of one organization, which may exist on both planes."""

    name: str
    """Name of the ClusterSecretStore."""
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
    """Remote key -> full name of the empty secret. Empty: the stack creates no secrets."""
    unique_names: bool
    """Whether the names of the secrets get a random suffix."""
    recovery_window_days: int
    """Days in which a deleted secret can be restored; 0 for none."""

    def policy(self, key: InputStr | None = None) -> Document:
        """Policy of the role.

        Args:
            key: ARN of the organization's KMS key. None: it has none.
        """
        return build_read_policy(self.account, self.service, self.path, key=key)

    @property
    def tags(self) -> dict[str, str]:
        """Tags of the organization's resources."""
        return build_organization_labels(self.organization)


def plan_managed_stores(planned: Iterable[PlannedStore]) -> tuple[ManagedStore, ...]:
    """All managed stores of a plan, sorted by name. A store on both planes is listed once.

    Raises:
        SettingsError: a secret that would be created has an output as its key, a store is not managed, or its path is
            not exclusive to one organization; `parse` refuses the last two.
    """
    by_name: dict[str, list[PlannedStore]] = {}
    for store in planned:
        if store.aws is not None:
            by_name.setdefault(store.name, []).append(store)
    return tuple(_plan_store(name, stores) for name, stores in sorted(by_name.items()))


def _plan_store(name: str, planned: list[PlannedStore]) -> ManagedStore:
    first = planned[0]
    store, account = first.manager, first.aws
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
    operators = [account.data_plane or account if item.plane == "data" else account for item in planned]
    trust = (
        build_operator_trust(operators, organization)
        if managed.identity_namespace is None
        else build_web_identity_trust(account, operators, managed.identity_namespace, get_account_name(first))
    )
    path, role = managed.path_of(organization), managed.role_of(name, organization)
    keys = sort_unique(key for item in planned for key in item.keys) if store.creates_secrets else ()
    return ManagedStore(
        name=name,
        organization=organization,
        account=account,
        service=store.service,
        path=path,
        role=role,
        trust=trust,
        alias=build_key_alias(role) if managed.kms_key == "organization" else None,
        containers={key: f"{path}{key}" for key in _plain(name, store, keys)},
        unique_names=managed.unique_names,
        recovery_window_days=managed.recovery_window_days,
    )


def _plain(name: str, store: AwsStore, keys: tuple[InputStr, ...]) -> Iterator[str]:
    for key in keys:
        if not isinstance(key, str):
            source = f"store {name}"
            raise SettingsError(source, [Problem("remoteKey", str(store.plain_keys_only))])
        yield key
