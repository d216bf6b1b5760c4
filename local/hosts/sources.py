"""Where the hosts read the accepted values at each request: OpenBao, or the Secrets of a namespace of a cluster."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Protocol

import urllib3

from components.cluster.connection import Cluster
from components.errors import ClusterError
from components.settings.clusters import ClusterSettings

from ..grants import MOUNT, create_reader_token
from ..openbao import OpenBao
from .logins import Read
from .server import UnavailableError

_ABSENT: Final = 404
_OK: Final = 200
_TIMEOUT: Final = 10.0


class ValueSource(Protocol):
    """A place of values, for the configuration of the hosts."""

    def describe(self) -> Mapping[str, str]:
        """What `create_reader` needs, without a value or a token."""

    def create_token(self) -> str:
        """A token that reads the values of all organizations. Empty: the reader needs none."""


@dataclass(frozen=True)
class OpenBaoSource:
    """OpenBao of the local platform."""

    openbao: OpenBao

    def describe(self) -> Mapping[str, str]:
        """Its address, its CA and the mount of its KV engine."""
        return {"openbao": self.openbao.url, "ca": str(self.openbao.pki.ca), "mount": MOUNT}

    def create_token(self) -> str:
        """A token of OpenBao."""
        return create_reader_token(self.openbao, "hosts")


@dataclass(frozen=True)
class SecretSource:
    """Secrets of a namespace, read as the user of a context."""

    context: str
    namespace: str

    def describe(self) -> Mapping[str, str]:
        """The context and the namespace."""
        return {"context": self.context, "namespace": self.namespace}

    def create_token(self) -> str:
        """None: the kubeconfig has the user's credentials."""
        return ""


def create_reader(source: Mapping[str, str], token: str) -> Read:
    """The reader of a source, from its description and its token."""
    if "context" not in source:
        return OpenBaoReader(source, token)
    settings = ClusterSettings(context=source["context"])
    return SecretReader(Cluster("git server and registry", settings), source["namespace"])


class OpenBaoReader:
    """Reads the accepted values from OpenBao, with a token that may read the paths of all organizations."""

    def __init__(self, source: Mapping[str, str], token: str) -> None:
        self._url = f"{source['openbao']}/v1/{source['mount']}/data"
        self._pool = urllib3.PoolManager(ca_certs=source["ca"], retries=False, headers={"X-Vault-Token": token})

    def __call__(self, key: str) -> Mapping[str, str] | None:
        """Fields of a key. None: it does not exist.

        Raises:
            UnavailableError: OpenBao does not answer, or refuses the request.
        """
        try:
            response = self._pool.request("GET", f"{self._url}/{key}", timeout=_TIMEOUT)
        except urllib3.exceptions.HTTPError as error:
            msg = "OpenBao does not answer"
            raise UnavailableError(msg) from error
        if response.status == _ABSENT:
            return None
        if response.status != _OK:
            msg = f"OpenBao answers {response.status}"
            raise UnavailableError(msg)
        return {name: str(value) for name, value in response.json()["data"]["data"].items()}


class SecretReader:
    """Reads the accepted values from Secrets of a namespace, whose names are the remote keys."""

    def __init__(self, cluster: Cluster, namespace: str) -> None:
        self._cluster = cluster
        self._path = f"/api/v1/namespaces/{namespace}/secrets"

    def __call__(self, key: str) -> Mapping[str, str] | None:
        """Keys of a Secret. None: it does not exist.

        Raises:
            UnavailableError: the cluster does not answer, or refuses the request.
        """
        try:
            secret = self._cluster.get(f"{self._path}/{key}")
        except ClusterError as error:
            raise UnavailableError(str(error)) from error
        if secret is None:
            return None
        return {name: base64.b64decode(value).decode() for name, value in (secret.get("data") or {}).items()}
