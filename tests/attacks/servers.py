"""Servers on loopback: one of the attacker, which keeps the tokens that it receives, and one inside the platform."""

from __future__ import annotations

import base64
import json
import secrets
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import trustme

INTERNAL: Final = "/latest/meta-data/credentials"
"""Path that only programs inside the platform may ask for."""


@dataclass
class Servers:
    """The two servers, which are one."""

    port: int
    secure_port: int
    ca_bundle: str
    """CA of the secure port, base64 of PEM."""
    canary: str
    """Answer of the server inside the platform."""
    received: list[tuple[str, str]] = field(default_factory=list)
    """Path of each request to the attacker's server, and the token in it."""

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def secure_url(self) -> str:
        """Its address with TLS."""
        return f"https://127.0.0.1:{self.secure_port}"

    def list_tokens(self, prefix: str) -> list[str]:
        """Tokens that have arrived at addresses of the attacker that begin with a path."""
        return [token for path, token in list(self.received) if path.startswith(f"/{prefix}/")]


class _Handler(BaseHTTPRequestHandler):
    servers: Servers

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if bearer:
            self.servers.received.append((self.path, bearer))
        if "/v1/auth/" in self.path and body:
            self.servers.received.append((self.path, str(json.loads(body).get("jwt", ""))))
        inside = self.path == INTERNAL
        self._send(200 if inside else 403, {"token": self.servers.canary} if inside else {"errors": ["no"]})

    def _send(self, status: int, body: Any) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing goes to standard error."""


@contextmanager
def start_servers() -> Iterator[Servers]:
    """The servers on free ports, while the context lasts."""
    authority = trustme.CA()
    bundle = base64.b64encode(authority.cert_pem.bytes()).decode()
    state = Servers(0, 0, bundle, f"canary-{secrets.token_hex(16)}")
    handler = type("Handler", (_Handler,), {"servers": state})
    plain, secure = (ThreadingHTTPServer(("127.0.0.1", 0), handler) for _ in range(2))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    secure.socket = context.wrap_socket(secure.socket, server_side=True)
    state.port, state.secure_port = plain.server_port, secure.server_port
    threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in (plain, secure)]
    for thread in threads:
        thread.start()
    try:
        yield state
    finally:
        for server in (plain, secure):
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()
