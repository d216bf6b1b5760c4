"""Whether a server of Vault or OpenBao still has a policy or a role; with the user's own token, over its HTTP API."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import urllib3

from ..offboarding.holdings import Holding
from ..offboarding.receipt import Answer
from ..schema.plain_secrets import HIDDEN
from ..schema.server_address import clean_server
from ..schema.text import flatten
from .access.request import find_header_problem, split_address, to_wire
from .failures import describe_failure

ADDRESS: Final = "VAULT_ADDR"
TOKEN: Final = "VAULT_TOKEN"
_CA_FILE: Final = "VAULT_CACERT"
_TOKEN_HEADER: Final = "X-Vault-Token"
_NAMESPACE_HEADER: Final = "X-Vault-Namespace"
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
    if (problem := _find_problem(server, token, holding.namespace)) is not None:
        return None, f"not checked: {problem}"
    server, recorded = clean_server(server), clean_server(address).rstrip("/")
    if recorded and server != recorded:
        return None, f"not checked: it was at {flatten(recorded)}, and {ADDRESS} is another server"
    url = f"{server}/v1/{path.format(holding.name)}"
    headers = {_TOKEN_HEADER: token} | ({_NAMESPACE_HEADER: to_wire(holding.namespace)} if holding.namespace else {})
    return _ask(url, server, headers, environment.get(_CA_FILE) or None)


def _find_problem(server: str, token: str, namespace: str) -> str | None:
    """Why no request can be sent, without a value. None: it can be.

    Source: ``validateToken`` of Vault's client, which refuses what cannot be printed; tokens are ASCII.
    """
    if split_address(server) is None or HIDDEN in clean_server(server):
        return f"{ADDRESS} is not an address; expected https://<host>:<port> {HIDDEN}"
    problem = find_header_problem(token)
    if problem is None and not (token.isascii() and token.isprintable()):
        problem = "has a character that is not printable ASCII"
    if problem is not None:
        return f"{TOKEN} is not a token: it {problem}; set it again {HIDDEN}"
    problem = find_header_problem(namespace)
    return None if problem is None else f"its namespace {problem}"


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
