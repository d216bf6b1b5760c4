"""What managed stores need in AWS: for each organization a role with its two policies, a key, and empty secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..iam.account import AwsAccount
from ..iam.arn import key_alias
from ..iam.policy import read_policy
from ..iam.text import Document
from ..iam.trust import operator_trust, web_identity_trust
from ..managers.aws import AwsStore
from ..managers.manager import PlannedStore
from ..managers.rendering import account_name
from ..openchoreo.labels import organization_labels
from ..schema.placeholder import ORGANIZATION


@dataclass(frozen=True)
class ManagedStore:
    """What one organization has in AWS behind its ClusterSecretStore, on whichever planes that is."""

    name: str
    """Name of the ClusterSecretStore."""
    organization: str
    """Whose."""
    account: AwsAccount
    """Where it is made."""
    service: str
    """``SecretsManager`` or ``ParameterStore``."""
    path: str
    """What the names of its secrets begin with; ends in ``/``."""
    role: str
    """Name of the role."""
    trust: Document
    """Who may assume the role."""
    alias: str | None
    """Alias of the organization's KMS key. None: it has none."""
    containers: Mapping[str, str]
    """Remote key -> whole name of the empty secret; empty where none is made."""
    unique_names: bool
    """Whether the names get a random suffix."""
    recovery_window_days: int
    """For how many days a removed secret can be restored; 0 for none."""

    def policy(self, key: str | None = None) -> Document:
        """What the role may do.

        Args:
            key: ARN of the organization's KMS key, where it has one.
        """
        return read_policy(self.account, self.service, self.path, key=key)

    @property
    def tags(self) -> dict[str, str]:
        """Tags of everything that belongs to the organization."""
        return organization_labels(self.organization)


def managed_stores(planned: Iterable[PlannedStore]) -> tuple[ManagedStore, ...]:
    """All managed stores of a plan, sorted by name; one that is on both planes is there once.

    Raises:
        ValueError: a store is not managed, or its path is not of one organization; `parse` lets neither through.
    """
    found: dict[str, list[PlannedStore]] = {}
    for each in planned:
        if each.aws is not None:
            found.setdefault(each.name, []).append(each)
    return tuple(_managed(name, each) for name, each in sorted(found.items()))


def _managed(name: str, planned: list[PlannedStore]) -> ManagedStore:
    first = planned[0]
    store, account = first.manager, first.aws
    if not isinstance(store, AwsStore) or store.managed is None or account is None:
        msg = f"the store {name} is not managed"
        raise ValueError(msg)
    managed = store.managed
    if ORGANIZATION not in managed.path.split("/"):
        msg = f'the path "{managed.path}" of the store {name} is not of one organization; it lacks {ORGANIZATION}'
        raise ValueError(msg)
    (organization,) = first.organizations
    operators = [account.data_plane or account if each.plane == "data" else account for each in planned]
    trust = (
        operator_trust(operators, organization)
        if managed.identity_namespace is None
        else web_identity_trust(account, operators, managed.identity_namespace, account_name(first))
    )
    path, role = managed.path_of(organization), managed.role_of(name, organization)
    keys = sorted({key for each in planned for key in each.keys}) if store.creates_secrets else ()
    return ManagedStore(
        name=name,
        organization=organization,
        account=account,
        service=store.service,
        path=path,
        role=role,
        trust=trust,
        alias=key_alias(role) if managed.kms_key == "organization" else None,
        containers={key: f"{path}{key}" for key in keys},
        unique_names=managed.unique_names,
        recovery_window_days=managed.recovery_window_days,
    )
