"""Resources in Vault of managed stores. A stack without them does not import ``pulumi-vault``."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import pulumi

from ..errors import OpenChoreoSecretsError
from ..plan.stack import Plan
from ..schema.arguments import check_arguments
from .managed_store import ManagedStoreResources


def import_vault(plan: Plan) -> ModuleType | None:
    """The package ``vault``. None: the stack creates nothing in Vault.

    Args:
        plan: plan of the stack; stores that are not managed need no resources in Vault.

    Raises:
        OpenChoreoSecretsError: the stack needs ``pulumi-vault``, which is not installed.
    """
    if not plan.managed_vault_stores:
        return None
    try:
        from .. import vault  # noqa: PLC0415 -- only managed stores need the package
    except ImportError as error:
        msg = f"the stack creates roles in Vault, and {error.name} is not installed; run: pip install '.[vault]'"
        raise OpenChoreoSecretsError(msg) from None
    return vault


@check_arguments()
def register_vault_resources(plan: Plan, before: Mapping[str, pulumi.Resource]) -> dict[str, ManagedStoreResources]:
    """Register the resources in Vault of managed stores.

    Args:
        plan: plan of the stack.
        before: organization -> what has to succeed before anything of it is changed.

    Returns:
        `PlannedStore.managed_name` -> its resources.

    Raises:
        OpenChoreoSecretsError: the stack needs ``pulumi-vault``, which is not installed, or the environment names
            another namespace; nothing is registered.
    """
    vault = import_vault(plan)
    if vault is None:
        return {}
    stores = plan.managed_vault_stores
    vault.check_environment(store.server for store in stores)
    servers = {store.server.entry: store.server for store in stores}
    providers = {entry: vault.server_provider(f"vault-{entry}", server) for entry, server in servers.items()}
    mounts: dict[str, pulumi.Resource] = {}
    resources = {}
    for store in stores:
        provider = providers[store.server.entry]
        after = [before[store.organization]] if store.organization in before else []
        if store.mount is not None:
            if store.mount.name not in mounts:
                mounts[store.mount.name] = vault.register_mount(store.mount, pulumi.ResourceOptions(provider=provider))
            after.append(mounts[store.mount.name])
        opts = pulumi.ResourceOptions(providers=[provider], depends_on=after)
        component = vault.VaultSecretStore(store.name, vault.VaultSecretStoreArgs(store), opts)
        resources[store.name] = ManagedStoreResources(store.organization, component, {}, [])
    return resources
