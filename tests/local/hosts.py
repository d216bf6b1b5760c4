"""The servers of the hosts in a thread, with values that a test chooses."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trustme
import urllib3

from local.hosts.launch import Hosts
from local.hosts.logins import Logins
from local.hosts.proxy import Proxy
from local.hosts.registry_tokens import HOST, create_key
from local.hosts.repositories import create_repository, find_git
from local.hosts.server import HostsServer, Services, UnavailableError

GIT_HOST = "git.example"
_POLL = 0.02
"""Seconds between two checks for the end of a test."""


@dataclass
class RunningHosts:
    """The git server and the server of tokens, and a proxy that leads their names to them."""

    folder: Path
    clients: Hosts
    port: int = 0
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    available: bool = True
    """Whether OpenBao answers."""

    def read(self, key: str) -> Mapping[str, str] | None:
        """Read the manager."""
        if not self.available:
            msg = "OpenBao does not answer"
            raise UnavailableError(msg)
        return self.values.get(key)

    def request(self, method: str, host: str, path: str, **options: Any) -> urllib3.BaseHTTPResponse:
        """Response of a host, through the proxy."""
        pool = urllib3.ProxyManager(self.clients.git_proxy, ca_certs=str(self.clients.ca), retries=False)
        with pool:
            return pool.request(method, f"https://{host}{path}", timeout=20, **options)


@contextmanager
def run_hosts(folder: Path, *accounts: Mapping[str, Any]) -> Iterator[RunningHosts]:
    """Start the servers, with a repository of each organization."""
    for organization in {account["organization"] for account in accounts}:
        create_repository(find_git(), folder / "repositories", organization)
    create_key(folder / "tokens.key", folder / "tokens.json")
    authority, certificate, key = trustme.CA(), folder / "hosts.crt", folder / "hosts.key"
    leaf = authority.issue_cert(GIT_HOST, "other.example", HOST)
    certificate.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
    key.write_bytes(leaf.private_key_pem.bytes())
    authority.cert_pem.write_to_path(str(folder / "ca.crt"))
    running = RunningHosts(folder, Hosts(folder / "ca.crt", "", ""))
    services = Services(
        Logins(accounts, {}, running.read), find_git(), folder / "repositories", (folder / "tokens.key").read_text()
    )
    with ExitStack() as started:
        server = HostsServer(0, services, certificate, key)
        proxy = Proxy(0, 1, dict.fromkeys((GIT_HOST, "other.example", HOST), server.server_port))
        for listener in (server, proxy):
            started.callback(listener.server_close)
            started.callback(listener.shutdown)
            threading.Thread(target=listener.serve_forever, args=(_POLL,), daemon=True).start()
        address = f"http://127.0.0.1:{proxy.server_address[1]}"
        running.port, running.clients = server.server_port, Hosts(folder / "ca.crt", address, address)
        yield running
