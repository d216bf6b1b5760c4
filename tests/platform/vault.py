"""A KV engine that answers the operator as HashiCorp Vault and OpenBao do, over TLS on loopback.

It is as strict as they are where the isolation of organizations rests on it: a login asks the cluster about the token
(auth method ``kubernetes``) or checks its signature, audience and age (``jwt``), the ServiceAccount must be exactly the
one of the role, and the token that it gets reads below the one path of that role's policy, in one namespace of Vault.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import ssl
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import trustme
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Account = tuple[str, str]
"""Namespace and name of a ServiceAccount."""
Answer = tuple[int, Any]
"""HTTP status and JSON body; None for no body."""

AUDIENCE: Final = "vault"
"""Of tokens for the auth method ``jwt``, as the operator asks for them."""
_DENIED: Final[Answer] = (403, {"errors": ["1 error occurred:\n\t* permission denied\n\n"]})


@dataclass(frozen=True)
class Role:
    """A role of an auth method, with the one policy that it gives."""

    account: Account
    """The only ServiceAccount that may log in."""
    reads: str
    """What the policy lets read: API paths that begin so."""


@dataclass(frozen=True)
class _Token:
    namespace: str
    reads: str


@dataclass
class VaultServer:
    """The server and its data."""

    review: Callable[[str], Account | None]
    """Whose token it is, as the cluster says; None if it refuses the token."""
    signing_key: Path
    """PEM of the key with which the cluster signs tokens."""
    roles: dict[tuple[str, str, str], Role] = field(default_factory=dict)
    """Namespace of Vault, mount of the auth method, name of the role -> role."""
    logins: list[tuple[str, str, str, int]] = field(default_factory=list)
    """Every login: namespace of Vault, mount, role, status."""
    reads: list[tuple[str, str, int]] = field(default_factory=list)
    """Every read of the KV engines: namespace of Vault, API path, status."""
    failures: list[BaseException | None] = field(default_factory=list)
    """Errors of this server itself."""

    def __post_init__(self) -> None:
        self._authority = trustme.CA()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._authority.issue_cert("127.0.0.1").configure_cert(self._context)
        self._secrets: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self._engines: dict[tuple[str, str], str] = {}
        self._tokens: dict[str, _Token] = {}
        self._port = 0
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """Its address, the same after a restart."""
        return f"https://127.0.0.1:{self._port}"

    @property
    def ca(self) -> str:
        """PEM of the CA that its certificate is from."""
        return str(self._authority.cert_pem.bytes().decode())

    @property
    def ca_bundle(self) -> str:
        """The same in base64."""
        return base64.b64encode(self.ca.encode()).decode()

    @property
    def open_tokens(self) -> int:
        """Issued tokens that are not revoked."""
        return len(self._tokens)

    def start(self) -> None:
        """Serve, on a free port at first and on that one ever after."""
        self._server = _Server(self, self._port)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Answer no more: connections are refused, and values and roles stay."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def put(self, path: str, data: Mapping[str, Any], *, version: str = "v2", namespace: str = "") -> None:
        """Write a secret, or a new version of it.

        Args:
            path: mount and name, ``secret/org/acme/git``.
            data: its fields.
            version: of the KV engine at that mount.
            namespace: of Vault.
        """
        mount, _, name = path.partition("/")
        self._engines[namespace, mount] = version
        self._secrets.setdefault((namespace, f"{mount}/{name}"), []).append(dict(data))

    def answer(self, request: _Handler) -> Answer:
        """The answer to one request."""
        url = urlsplit(request.path)
        path = unquote(url.path).removeprefix("/v1/")
        namespace = (request.headers.get("X-Vault-Namespace") or "").strip("/")
        given = request.headers.get("X-Vault-Token") or ""
        if path.startswith("auth/") and path.endswith("/login"):
            mount = path.removeprefix("auth/").removesuffix("/login")
            body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
            status, answer = self._login(namespace, mount, body)
            self.logins.append((namespace, mount, body["role"], status))
            return status, answer
        token = self._tokens.get(given)
        if path == "auth/token/lookup-self":
            expires = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 600))
            known = {"data": {"type": "service", "ttl": 600, "expire_time": expires}}
            return _DENIED if token is None else (200, known)
        if path == "auth/token/revoke-self":
            return _DENIED if self._tokens.pop(given, None) is None else (204, None)
        status, answer = self._read(namespace, path, parse_qs(url.query), token)
        self.reads.append((namespace, path, status))
        return status, answer

    def _login(self, namespace: str, mount: str, body: Mapping[str, str]) -> Answer:
        role = self.roles.get((namespace, mount, body["role"]))
        if role is None:
            return 400, {"errors": [f'invalid role name "{body["role"]}"']}
        account = self._signed(body["jwt"]) if mount == "jwt" else self.review(body["jwt"])
        if account is None:
            return 403, {"errors": ["permission denied"]}
        if account != role.account:
            wrong = "name" if account[1] != role.account[1] else "namespace"
            return 403, {"errors": [f"service account {wrong} not authorized"]}
        token = f"hvs.{secrets.token_urlsafe(20)}"
        self._tokens[token] = _Token(namespace, role.reads)
        return 200, {"auth": {"client_token": token, "lease_duration": 600, "renewable": True, "token_type": "service"}}

    def _signed(self, token: str) -> Account | None:
        try:
            head, body, signature = token.split(".")
            key = serialization.load_pem_private_key(self.signing_key.read_bytes(), None)
            assert isinstance(key, rsa.RSAPrivateKey)
            signed = f"{head}.{body}".encode()
            key.public_key().verify(_unpadded(signature), signed, padding.PKCS1v15(), hashes.SHA256())
            claims = json.loads(_unpadded(body))
        except (ValueError, binascii.Error, InvalidSignature):
            return None
        kind, _, account = claims["sub"].partition("serviceaccount:")
        namespace, _, name = account.partition(":")
        fits = kind == "system:" and AUDIENCE in claims["aud"] and claims["exp"] > time.time()
        return (namespace, name) if fits else None

    def _read(self, namespace: str, path: str, query: Mapping[str, list[str]], token: _Token | None) -> Answer:
        if token is None or token.namespace != namespace or not path.startswith(token.reads):
            return _DENIED
        mount, _, name = path.partition("/")
        engine = self._engines.get((namespace, mount))
        if engine == "v2":
            name = name.removeprefix("data/")
        versions = self._secrets.get((namespace, f"{mount}/{name}"))
        if versions is None:
            return 404, {"errors": []}
        if engine == "v1":
            return 200, {"data": versions[-1], "lease_duration": 2764800}
        number = int(query.get("version", ["0"])[0]) or len(versions)
        if number > len(versions):
            return 404, {"errors": []}
        return 200, {"data": {"data": versions[number - 1], "metadata": {"version": number}}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, vault: VaultServer, port: int) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.vault = vault
        # The thread of a connection does the handshake, so a client that gives up does not delay others.
        self.socket = vault._context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, *_: object) -> None:
        error = sys.exception()
        if not isinstance(error, (ssl.SSLError, ConnectionError)):
            self.vault.failures.append(error)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self) -> None:
        status, answer = self.server.vault.answer(self)
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _unpadded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
