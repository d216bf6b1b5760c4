"""A stand-in for the part of GitHub's API that issues tokens of an app, on loopback.

It checks what GitHub checks: the signature with the app's public key, the issuer, and the lifetime.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

_LONGEST: Final = 600
"""Seconds that a signature may be good for (GitHub docs, "Generating a JSON Web Token")."""


@dataclass
class GitHub:
    """An API with one app that has one installation."""

    app_id: str = "123456"
    installation_id: str = "7890123"
    bodies: list[Any] = field(default_factory=list)
    """The requests for tokens."""
    refused: list[str] = field(default_factory=list)
    """Reasons why a request was refused."""

    def __post_init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"github": self}))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def private_key(self) -> str:
        """The app's private key, as GitHub lets one download it."""
        return self._key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        ).decode()

    @property
    def token(self) -> str:
        """The latest token."""
        return f"ghs_{len(self.bodies)}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def problem(self, path: str, authorization: str) -> str | None:
        """What is wrong with a request, if anything."""
        if path != f"/app/installations/{self.installation_id}/access_tokens":
            return f"no installation at {path}"
        signed, _, signature = authorization.removeprefix("Bearer ").rpartition(".")
        try:
            self._key.public_key().verify(_decoded(signature), signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return "the signature is not the app's"
        header, claims = (json.loads(_decoded(part)) for part in signed.split("."))
        if header != {"alg": "RS256", "typ": "JWT"}:
            return f"header {header}"
        now = time.time()
        if not (claims["iat"] <= now < claims["exp"] <= claims["iat"] + _LONGEST):
            return f"good from {claims['iat']} to {claims['exp']}"
        return None if claims["iss"] == self.app_id else f"signed by {claims['iss']}"


class _Handler(BaseHTTPRequestHandler):
    github: GitHub

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        problem = self.github.problem(self.path, self.headers["Authorization"])
        if problem is None:
            self.github.bodies.append(json.loads(body or b"null"))
            self._answer(201, {"token": self.github.token, "expires_at": "2100-01-01T00:00:00Z"})
        else:
            self.github.refused.append(problem)
            self._answer(401, {"message": "Bad credentials"})

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the name that http.server calls
        """Nothing on the terminal."""

    def _answer(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
