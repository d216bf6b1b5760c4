"""A TLS server that records requests, for what only a server can see of a sign-in."""

from __future__ import annotations

import base64
import contextlib
import json
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import trustme

_NAMESPACE = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "default", "uid": "1", "resourceVersion": "1"},
}
_REFUSAL = {"apiVersion": "v1", "kind": "Status", "status": "Failure", "message": "Unauthorized", "code": 401}


@dataclass
class Received:
    """One request."""

    path: str
    headers: list[tuple[str, str]]
    """Those of the sign-in: ``Authorization`` and ``Impersonate-...``."""
    certificate: str | None
    """Common name of the client certificate."""


@dataclass
class RecordingServer:
    """A server with a certificate for some host names."""

    port: int
    authority: str
    """Its authority, in base64."""
    requests: list[Received] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    """Status of each of the next responses; 200 after them."""

    def cluster(self, **fields: Any) -> dict[str, Any]:
        """It as the cluster of a kubeconfig."""
        return {"server": f"https://127.0.0.1:{self.port}", "certificate-authority-data": self.authority} | fields


@contextlib.contextmanager
def serve(authority: trustme.CA, *hosts: str) -> Iterator[RecordingServer]:
    """A server that trusts client certificates of the same authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*hosts).configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    received = RecordingServer(0, base64.b64encode(authority.cert_pem.bytes()).decode())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            assert isinstance(self.connection, ssl.SSLSocket)
            subject: Any = (self.connection.getpeercert() or {}).get("subject", ())
            names = [value for ((key, value),) in subject if key == "commonName"]
            signed = [(k, v) for k, v in self.headers.items() if k == "Authorization" or k.startswith("Impersonate")]
            received.requests.append(Received(self.path, signed, names[0] if names else None))
            status = received.statuses.pop(0) if received.statuses else 200
            text = json.dumps(_NAMESPACE if status < 400 else _REFUSAL).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Nothing goes to standard error."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False  # a test that fails keeps its connection open

        def get_request(self) -> tuple[Any, Any]:
            connection, address = super().get_request()
            return context.wrap_socket(connection, server_side=True), address

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that refuses the certificate is no error of the server."""

    with Server(("127.0.0.1", 0), Handler) as listening:
        received.port = listening.server_port
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield received
        finally:
            listening.shutdown()
            thread.join()
