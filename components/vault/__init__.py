"""Components for Vault and OpenBao: the provider of one server, and for each organization a policy and a role.

Requires ``pulumi-vault``: ``pip install '.[vault]'``. No other module imports it.

    from openchoreo_secrets.vault import VaultSecretStore, VaultSecretStoreArgs, server_provider
"""

from __future__ import annotations

from .mount import register_mount
from .provider import check_environment, server_provider
from .secret_store import VaultSecretStore, VaultSecretStoreArgs

__all__ = ["VaultSecretStore", "VaultSecretStoreArgs", "check_environment", "register_mount", "server_provider"]
