"""Whether a server of Vault or OpenBao still has a policy or a role; with the user's own token, over its HTTP API."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import urllib3

from ..offboarding.holdings import Holding
from ..offboarding.receipt import Answer
from .failures import describe_failure

ADDRESS: Final = "VAULT_ADDR"
TOKEN: Final = "VAULT_TOKEN"
_CA_FILE: Final = "VAULT_CACERT"
_PATHS: Final = {
    "vault:index/policy:Policy": "sys/policies/acl/{}",
    "vault:kubernetes/authBackendRole:AuthBackendRole": "{}",
}
"""Type of a resource -> its path in the API; ids of roles are paths."""
_TIMEOUT: Final = urllib3.Timeout(connect=5.0, read=30.0)


def ask_vault(holding: Holding, address: str, environment: Mapping[str, str]) -> Answer | None:
    """Whether Vault still has a resource. None: it is not a resource that Vault can be asked for.

    Args:
        holding: a resource that was in the state.
        address: address of the server in the state. Empty: unknown.
        environment: ``VAULT_ADDR``, ``VAULT_TOKEN`` and ``VAULT_CACERT`` of the user.
    """
    path = _PATHS.get(holding.kind)
    if path is None:
        return None
    server, token = environment.get(ADDRESS, "").rstrip("/"), environment.get(TOKEN, "")
    if not server or not token:
        return None, f"not checked: set {ADDRESS} and {TOKEN}"
    if address and server != address.rstrip("/"):
        return None, f"not checked: it was at {address}, and {ADDRESS} is another server"
    url = f"{server}/v1/{path.format(holding.name)}"
    headers = {"X-Vault-Token": token} | ({"X-Vault-Namespace": holding.namespace} if holding.namespace else {})
    return _ask(url, server, headers, environment.get(_CA_FILE) or None)


def _ask(url: str, server: str, headers: Mapping[str, str], ca_file: str | None) -> Answer:
    try:
        with urllib3.PoolManager(ca_certs=ca_file) as pool:
            status = pool.request("GET", url, headers=headers, timeout=_TIMEOUT, retries=False).status
    except (urllib3.exceptions.HTTPError, OSError) as error:
        return None, f"not checked: {server} cannot be reached: {describe_failure(error)}"
    if status in {HTTPStatus.OK, HTTPStatus.NOT_FOUND}:
        exists = status == HTTPStatus.OK
        return exists, f"{server} still has it" if exists else ""
    return None, f"not checked: {server} answered {status}"
