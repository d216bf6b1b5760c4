"""Reads of secret values as the identity of an organization's store, which ESO uses."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Final

import urllib3

from components.cluster.access.fields import User
from components.cluster.access.kubeconfig import read_access
from components.cluster.access.transport import Transport
from components.cluster.connection import Cluster
from components.errors import ClusterError
from components.openchoreo import find_release
from components.plan.stores import plan_stores
from components.settings.stack import StackSettings

from ..proof.clients import OK, REFUSED, SHARED
from ..proof.values import list_remote_keys
from .configuration import NAMESPACE

_TIMEOUT: Final = (5.0, 30.0)
_TOKEN_SECONDS: Final = 600
_ADVICE: Final = "use a context whose user is an administrator"


@dataclass(frozen=True)
class SecretValueReader:
    """Signs in with the ServiceAccounts of the stores."""

    cluster: Cluster
    settings: StackSettings

    def read(self, organization: str, other: str) -> str | None:
        """Outcome of reading a value of `other`. None: one of the two has no value in the cluster."""
        keys, account = list_remote_keys(self.settings), find_account(self.settings, organization)
        shared = account is not None and account == find_account(self.settings, other)
        if account is None or not keys[organization] or not keys[other]:
            return None
        token = self._create_token(account)
        own = self._read_status(token, keys[organization][0])
        if own != HTTPStatus.OK:
            return f"the API server answers {own} for its own {keys[organization][0]}"
        status = self._read_status(token, keys[other][0])
        if status == HTTPStatus.FORBIDDEN:
            return REFUSED
        if shared and status == HTTPStatus.OK:
            return SHARED
        return OK if status == HTTPStatus.OK else f"the API server answers {status}"

    def _create_token(self, account: str) -> str:
        path = f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token"
        spec = {"expirationSeconds": _TOKEN_SECONDS}
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": spec}
        answer = self._send("POST", path, body=json.dumps(request).encode())
        if answer.status != HTTPStatus.CREATED:
            reason = f"the API server answers {answer.status} to a request for a token of {account}"
            msg = f"{self.cluster}: {reason}; {_ADVICE}"
            raise ClusterError(msg)
        return str(json.loads(answer.data)["status"]["token"])

    def _read_status(self, token: str, name: str) -> int:
        """Status of the answer to a ServiceAccount that reads a Secret; nobody sees the answer itself."""
        return self._send("GET", f"/api/v1/namespaces/{NAMESPACE}/secrets/{name}", user=User(token=token)).status

    def _send(
        self, method: str, path: str, *, user: User | None = None, body: bytes | None = None
    ) -> urllib3.BaseHTTPResponse:
        """The answer to a user. None: the one of the context."""
        access = read_access(self.cluster.plane, self.cluster.settings)
        transport = Transport(access if user is None else replace(access, user=user))
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        try:
            return transport.send(method, path, query={}, headers=headers, body=body, timeout=_TIMEOUT)
        finally:
            transport.close()


def find_account(settings: StackSettings, organization: str) -> str | None:
    """Name of the ServiceAccount that reads for the builds of an organization. None: it has no store."""
    accounts = (
        str(manifest["metadata"]["name"])
        for planned in plan_stores(settings, find_release(settings.release))
        if organization in planned.organizations and not planned.is_pull_store
        for manifest in planned.identity
        if manifest["kind"] == "ServiceAccount"
    )
    return next(accounts, None)
