"""Stand-ins for secret managers that count calls: the reads of Kubernetes, Vault and AWS, on loopback.

Every key has the same value, and every request is allowed. They prove how often the operator reads which keys.
"""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import trustme

VALUE: Final = {"username": "dXNlcg==", "password": "cGFzc3dvcmQ=", "token": "dG9rZW4="}
"""Properties of every key, base64 as Kubernetes has them; so a docker config has credentials in it, too."""

_KUBERNETES: Final = re.compile(r"/api/v1/namespaces/[^/]+/secrets/(.+)")
_VAULT: Final = re.compile(r"/v1/kv/data/(.+)")
_MAY_READ: Final = {
    "apiVersion": "authorization.k8s.io/v1",
    "kind": "SelfSubjectRulesReview",
    "spec": {},
    "status": {
        "resourceRules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["secrets"]}],
        "nonResourceRules": [],
        "incomplete": False,
    },
}


class Reads:
    """What has been read, and when."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: list[tuple[str, float]] = []
        self.managers: set[str] = set()
        """Managers with at least one read."""
        self.unknown: list[str] = []
        """Requests that no stand-in answers."""

    def note(self, manager: str, key: str) -> None:
        with self._lock:
            self.managers.add(manager)
            self._found.append((key, time.monotonic()))

    def all(self) -> Counter[str]:
        """Key -> how often it was read."""
        with self._lock:
            return Counter(key for key, _ in self._found)

    def times(self, key: str) -> list[float]:
        """When a key was read, in seconds of a monotonic clock."""
        with self._lock:
            return [when for name, when in self._found if name == key]


class _Handler(BaseHTTPRequestHandler):
    reads: Reads

    def do_GET(self) -> None:
        if found := _KUBERNETES.fullmatch(self.path):
            self.reads.note("kubernetes", found[1])
            secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": found[1]}, "data": VALUE}
            self._answer(secret)
        elif found := _VAULT.fullmatch(self.path):
            self.reads.note("vault", found[1])
            self._answer({"data": {"data": VALUE, "metadata": {"version": 1}}})
        elif self.path == "/v1/auth/token/lookup-self":
            self._answer({"data": {"type": "service", "ttl": 0, "expire_time": None}})
        else:
            self._refuse()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        target = self.headers.get("X-Amz-Target", "")
        if target == "secretsmanager.GetSecretValue":
            key = json.loads(body)["SecretId"]
            self.reads.note("SecretsManager", key)
            self._answer({"Name": key, "VersionId": "1", "SecretString": json.dumps(VALUE)})
        elif target == "AmazonSSM.GetParameter":
            key = json.loads(body)["Name"]
            self.reads.note("ParameterStore", key)
            self._answer({"Parameter": {"Name": key, "Type": "SecureString", "Value": json.dumps(VALUE)}})
        elif self.path == "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews":
            self._answer(_MAY_READ)
        else:
            self._refuse()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing goes to standard error."""

    def _answer(self, body: Any, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _refuse(self) -> None:
        self.reads.unknown.append(f"{self.command} {self.path} {self.headers.get('X-Amz-Target', '')}".strip())
        self._answer({"message": "no stand-in for this"}, 404)


@contextmanager
def serving(reads: Reads, certificate: Path | None = None) -> Iterator[str]:
    """Serve on a free port and yield the address. With ``certificate``, create that file and use TLS."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"reads": reads}))
    scheme = "http"
    if certificate is not None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(certificate))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"{scheme}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
