"""ESO provider ``azurekv``: Azure Key Vault, a vault for each organization.

Source: ``AzureKVProvider`` of ``external-secrets.io/v1``. ESO refuses a tenant that is written both in the block and on
the ServiceAccount, so the account that is made here has it, and the block has not.
"""

from __future__ import annotations

from typing import Any

from ..manifests import Manifest
from ..settings import AzureStore
from .block import account_reference, finished, plain, service_account
from .plan import PlannedStore


def identity(planned: PlannedStore, store: AzureStore) -> list[Manifest]:
    """A ServiceAccount with its client id and tenant, where one is to be made."""
    own = store.service_account
    annotations = {
        "azure.workload.identity/client-id": own.client_id if own else None,
        "azure.workload.identity/tenant-id": store.tenant_id,
    }
    return service_account(planned, own, annotations)


def provider(planned: PlannedStore, store: AzureStore) -> dict[str, Any]:
    """The ``azurekv`` block of a ClusterSecretStore."""
    return finished(
        planned,
        vaultUrl=store.vault_url,
        authType=store.auth_type,
        environmentType=store.environment_type,
        tenantId=store.tenant_id if store.service_account is None else None,
        serviceAccountRef=account_reference(planned, store.service_account, store.service_account_ref),
        identityId=store.identity_id,
        authSecretRef=plain(store.auth_secret_ref),
    )
