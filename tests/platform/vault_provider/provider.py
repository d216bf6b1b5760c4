"""Stand-in for Pulumi's provider ``vault``: the same types, over the HTTP API.

For tests, with the types of this project only. It signs in as the real provider does: with a child of the token in
``VAULT_TOKEN``, which it creates where that token is valid.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import urllib3

from tests.platform.stand_in import Inputs, Resource, StandIn

_FAILED: Final = 400
_KNOWN: Final = {
    "address",
    "caCertFile",
    "namespace",
    "setNamespaceFromToken",
    "skipTlsVerify",
    # The SDK adds these.
    "maxLeaseTtlSeconds",
    "maxRetries",
    "version",
}


@dataclass(frozen=True)
class Client:
    """One server, namespace and token."""

    address: str
    ca_file: str | None
    namespace: str
    token: str

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, namespace: str | None = None) -> Any:
        """Response to a request that must succeed; the namespace is below that of the client."""
        whole = "/".join(part for part in (self.namespace, namespace) if part)
        headers = {"X-Vault-Token": self.token, "X-Vault-Request": "true"}
        if whole:
            headers["X-Vault-Namespace"] = whole
        with urllib3.PoolManager(ca_certs=self.ca_file, retries=False) as pool:
            content = None if body is None else json.dumps(body).encode()
            response = pool.request(method, f"{self.address}/v1/{path}", body=content, headers=headers, timeout=10)
        answer = json.loads(response.data) if response.data else {}
        if response.status >= _FAILED:
            msg = f"{method} {path}: {response.status} {answer.get('errors')}"
            raise ValueError(msg)
        return answer


class VaultOverHttp(StandIn):
    """One server, which the certificates of the configuration must verify."""

    def __init__(self) -> None:
        super().__init__(_RESOURCES)

    def connect(self, config: Inputs) -> Client:
        """A client with a child token."""
        unknown = config.keys() - _KNOWN
        if unknown or json.loads(str(config["skipTlsVerify"]).lower()):
            msg = f"this stand-in does not know {sorted(unknown)}, and verifies certificates"
            raise ValueError(msg)
        own = Client(config["address"], config.get("caCertFile"), "", os.environ["VAULT_TOKEN"])
        own.call("GET", "auth/token/lookup-self")
        child = own.call("POST", "auth/token/create", {"ttl": "1200s", "explicit_max_ttl": "1200s"})
        return Client(own.address, own.ca_file, config.get("namespace", ""), child["auth"]["client_token"])


def _write_policy(vault: Client, inputs: Inputs) -> dict[str, Any]:
    path = f"sys/policies/acl/{inputs['name']}"
    vault.call("PUT", path, {"policy": inputs["policy"]}, inputs.get("namespace"))
    vault.call("GET", path, namespace=inputs.get("namespace"))
    return {"id": inputs["name"]}


_ROLE: Final = {
    "boundServiceAccountNames": "bound_service_account_names",
    "boundServiceAccountNamespaces": "bound_service_account_namespaces",
    "audience": "audience",
    "tokenPolicies": "token_policies",
    "tokenNoDefaultPolicy": "token_no_default_policy",
    "tokenTtl": "token_ttl",
    "tokenMaxTtl": "token_max_ttl",
}


def _role_path(inputs: Inputs) -> str:
    return f"auth/{inputs['backend']}/role/{inputs['roleName']}"


def _write_role(vault: Client, inputs: Inputs) -> dict[str, Any]:
    body = {_ROLE[key]: value for key, value in inputs.items() if key in _ROLE}
    vault.call("POST", _role_path(inputs), body, inputs.get("namespace"))
    vault.call("GET", _role_path(inputs), namespace=inputs.get("namespace"))
    return {"id": _role_path(inputs)}


def _create_mount(vault: Client, inputs: Inputs) -> dict[str, Any]:
    path = f"sys/mounts/{inputs['path']}"
    vault.call("POST", path, {"type": inputs["type"], "options": inputs["options"]}, inputs.get("namespace"))
    vault.call("GET", path, namespace=inputs.get("namespace"))
    return {"id": inputs["path"]}


def _refuse(*_: object) -> None:
    msg = "no test changes or deletes a mount"
    raise ValueError(msg)


_RESOURCES: Final[Mapping[str, Resource]] = {
    "vault:index/policy:Policy": Resource(
        frozenset({"name", "policy", "namespace"}),
        frozenset({"name", "namespace"}),
        _write_policy,
        lambda vault, _, inputs: _write_policy(vault, inputs),
        lambda vault, name, state: vault.call("DELETE", f"sys/policies/acl/{name}", namespace=state.get("namespace")),
    ),
    "vault:kubernetes/authBackendRole:AuthBackendRole": Resource(
        frozenset({"roleName", "backend", "namespace", *_ROLE}),
        frozenset({"roleName", "backend", "namespace"}),
        _write_role,
        lambda vault, _, inputs: _write_role(vault, inputs),
        lambda vault, path, state: vault.call("DELETE", path, namespace=state.get("namespace")),
    ),
    "vault:index/mount:Mount": Resource(
        frozenset({"path", "type", "options", "namespace"}),
        frozenset({"path", "type", "namespace"}),
        _create_mount,
        _refuse,
        _refuse,
    ),
}
