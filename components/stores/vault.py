"""ESO provider ``vault``: a KV engine of HashiCorp Vault or OpenBao, read by each organization's role.

Source: ``VaultProvider`` of ``external-secrets.io/v1``. Mount paths and the version, which the API server would
default, are written out.
"""

from __future__ import annotations

from typing import Any

from ..manifests import Manifest
from ..settings import VaultAuth, VaultStore
from .block import account_reference, finished, plain, service_account
from .plan import PlannedStore


def identity(planned: PlannedStore, store: VaultStore) -> list[Manifest]:
    """A ServiceAccount to log in with, where one is to be made."""
    login = store.auth.kubernetes or store.auth.jwt
    return service_account(planned, login.service_account if login else None)


def provider(planned: PlannedStore, store: VaultStore) -> dict[str, Any]:
    """The ``vault`` block of a ClusterSecretStore."""
    return finished(
        planned,
        server=store.server,
        path=store.path,
        version=store.version,
        namespace=store.namespace,
        caBundle=store.ca_bundle,
        caProvider=plain(store.ca_provider),
        auth=_auth(planned, store.auth),
    )


def _auth(planned: PlannedStore, auth: VaultAuth) -> dict[str, Any]:
    if auth.kubernetes is not None:
        login = auth.kubernetes
        return {
            "kubernetes": finished(
                planned,
                mountPath=login.mount_path,
                role=login.role,
                serviceAccountRef=account_reference(planned, login.service_account, login.service_account_ref),
                secretRef=plain(login.secret_ref),
            )
        }
    if auth.jwt is not None:
        token = account_reference(planned, auth.jwt.service_account, auth.jwt.service_account_ref)
        return {
            "jwt": finished(
                planned,
                path=auth.jwt.path,
                role=auth.jwt.role,
                kubernetesServiceAccountToken=None if token is None else {"serviceAccountRef": token},
                secretRef=plain(auth.jwt.secret_ref),
            )
        }
    if auth.app_role is not None:
        return {"appRole": plain(auth.app_role)}
    return {"tokenSecretRef": plain(auth.token_secret_ref)}
