"""Reads of secret values as the identity of an organization's store, which ESO uses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

from components.cluster.access.fields import User
from components.cluster.access.kubeconfig import read_access
from components.cluster.access.transport import Transport
from components.cluster.connection import Cluster
from components.openchoreo import find_release
from components.plan.stores import plan_stores
from components.settings.stack import StackSettings

from ..proof.clients import OK, REFUSED
from ..proof.values import list_remote_keys
from .configuration import NAMESPACE

_TIMEOUT: Final = (5.0, 30.0)
_TOKEN_SECONDS: Final = 600


@dataclass(frozen=True)
class SecretValueReader:
    """Signs in with the ServiceAccounts of the stores."""

    cluster: Cluster
    settings: StackSettings

    def read(self, organization: str, other: str) -> str | None:
        """Outcome of reading a value of `other`. None: one of the two has no value in the cluster."""
        keys, account = list_remote_keys(self.settings), find_account(self.settings, organization)
        if account is None or not keys[organization] or not keys[other]:
            return None
        token = self._create_token(account)
        own = self._read_status(token, keys[organization][0])
        if own != HTTPStatus.OK:
            return f"the API server answers {own} for its own {keys[organization][0]}"
        status = self._read_status(token, keys[other][0])
        if status == HTTPStatus.FORBIDDEN:
            return REFUSED
        return OK if status == HTTPStatus.OK else f"the API server answers {status}"

    def _create_token(self, account: str) -> str:
        path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token"
        spec = {"expirationSeconds": _TOKEN_SECONDS}
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        answer = self.cluster.create(path, request)
        return "" if answer is None else str(answer["status"]["token"])

    def _read_status(self, token: str, name: str) -> int:
        """Status of the answer to a ServiceAccount that reads a Secret; nobody sees the answer itself."""
        access = read_access(self.cluster.plane, self.cluster.settings)
        transport = Transport(replace(access, user=User(token=token)))
        path = f"/api/v1/namespaces/{NAMESPACE}/secrets/{name}"
        headers = {"Accept": "application/json"}
        return transport.send("GET", path, query={}, headers=headers, body=None, timeout=_TIMEOUT).status


def find_account(settings: StackSettings, organization: str) -> str | None:
    """Name of the ServiceAccount that reads for the builds of an organization. None: it has no store."""
    accounts = (
        str(manifest["metadata"]["name"])
        for planned in plan_stores(settings, find_release(settings.release))
        if planned.only_organization == organization and not planned.is_pull_store
        for manifest in planned.identity
        if manifest["kind"] == "ServiceAccount"
    )
    return next(accounts, None)
