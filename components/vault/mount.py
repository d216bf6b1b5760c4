"""The mount of a KV engine."""

from __future__ import annotations

import pulumi
import pulumi_vault as vault

from ..plan.vault_managed import VaultMount
from ..schema.arguments import check_arguments


@check_arguments()
def register_mount(mount: VaultMount, opts: pulumi.ResourceOptions) -> vault.Mount:
    """Register the mount. It stays when it is removed from the stack: unmounting deletes all secrets in it."""
    return vault.Mount(
        mount.name,
        path=mount.path,
        type="kv",
        options={"version": mount.version.removeprefix("v")},
        namespace=mount.namespace,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(retain_on_delete=True)),
    )
