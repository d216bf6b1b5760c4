"""Component: the policy and the role behind the ClusterSecretStore of one organization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_vault as vault
from pulumi_vault import kubernetes

from ..plan.vault_managed import ManagedVaultStore
from ..schema.arguments import check_arguments


@check_arguments()
@dataclass(frozen=True)
class VaultSecretStoreArgs:
    """Arguments of `VaultSecretStore`."""

    managed: ManagedVaultStore
    """Role and policy, as `plan_managed_vault_stores` plans them."""


class VaultSecretStore(pulumi.ComponentResource):
    """A role that one ServiceAccount may log in as, and its only policy: to read the secrets below one path.

    People or a rotation write the secrets: Pulumi never has one.
    """

    role_name: pulumi.Output[str]
    """Name of the role, known at once; whoever uses it waits for the role and its policy."""

    @check_arguments()
    def __init__(self, name: str, args: VaultSecretStoreArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        managed = args.managed
        super().__init__("openchoreo:index:VaultSecretStore", name, _inputs(managed), opts)
        # The names are fixed, so a replacement can only be created after the old one is deleted.
        child = pulumi.ResourceOptions(parent=self, delete_before_replace=True)
        policy = vault.Policy(name, name=managed.role, policy=managed.policy, namespace=managed.namespace, opts=child)
        namespace, account = managed.account
        roles = [
            kubernetes.AuthBackendRole(
                f"{name}/{mount}",
                role_name=managed.role,
                backend=mount,
                bound_service_account_names=[account],
                bound_service_account_namespaces=[namespace],
                audience=managed.audience,
                token_policies=[policy.name],
                token_no_default_policy=True,
                token_ttl=managed.token_seconds,
                token_max_ttl=managed.token_seconds,
                namespace=managed.namespace,
                opts=child,
            )
            for mount in managed.auth_mounts
        ]
        role = managed.role
        self.role_name = pulumi.Output.all(policy.urn, *(item.urn for item in roles)).apply(lambda _: role)
        self.register_outputs({"roleName": self.role_name})


def _inputs(managed: ManagedVaultStore) -> dict[str, Any]:
    """What the component records in the state."""
    return {
        "store": managed.name,
        "organization": managed.organization,
        "role": managed.role,
        "authMounts": list(managed.auth_mounts),
    }
