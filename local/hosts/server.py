"""The HTTPS server of repositories and of the registry's tokens."""

from __future__ import annotations

import json
import ssl
import sys
import time
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from . import repositories
from .logins import Credentials, Logins, read_basic_auth
from .registry_tokens import HOST, PATH, SERVICE, select_access, sign_token

_LONGEST_BODY: Final = 1 << 20


class UnavailableError(Exception):
    """OpenBao does not answer, so no login can be decided."""


@dataclass(frozen=True)
class Services:
    """What the server answers from."""

    logins: Logins
    git: str
    """Path of git."""
    root: Path
    """Folder of the repositories."""
    key: str
    """PEM of the private key that signs the registry's tokens."""


class HostsServer(ThreadingHTTPServer):
    """Listens on loopback."""

    daemon_threads = True

    def __init__(self, port: int, services: Services, certificate: Path, key: Path) -> None:
        """Listen on `port` with a certificate of the hosts."""
        self.services = services
        super().__init__(("127.0.0.1", port), _Handler)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        # The handshake is done by the thread of the request, so a client that does not speak TLS delays no other.
        self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no problem; anything else is one line of the log."""
        del request, client_address
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            sys.stderr.write(f"{type(error).__name__} while answering a request\n")


class _Handler(BaseHTTPRequestHandler):
    server: HostsServer
    timeout = 60

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name of the base class
        """One line for each request; a query and headers are not logged."""
        del format, args

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        del size
        status = code.value if isinstance(code, HTTPStatus) else code
        path = urlsplit(self.path).path
        sys.stderr.write(f"{time.strftime('%H:%M:%S')} {self.command} {self._host()}{path} {status}\n")
        sys.stderr.flush()

    def _answer(self) -> None:
        credentials = read_basic_auth(self.headers.get("Authorization"))
        if credentials is None:
            self._send(HTTPStatus.UNAUTHORIZED)
            return
        try:
            if (self._host(), urlsplit(self.path).path) == (HOST, PATH) and self.command == "GET":
                self._token(credentials)
            else:
                self._git(credentials)
        except (UnavailableError, repositories.GitError) as error:
            sys.stderr.write(f"{error}\n")
            self._send(HTTPStatus.SERVICE_UNAVAILABLE)

    def _token(self, credentials: Credentials) -> None:
        rights = self.server.services.logins.list_rights(credentials)
        query = parse_qs(urlsplit(self.path).query)
        if not rights or query.get("service") != [SERVICE]:
            self._send(HTTPStatus.UNAUTHORIZED)
            return
        access = select_access(query.get("scope", ()), rights)
        token = sign_token(self.server.services.key, credentials[0], access)
        self._send(HTTPStatus.OK, json.dumps({"token": token}).encode(), [("Content-Type", "application/json")])

    def _git(self, credentials: Credentials) -> None:
        services, url = self.server.services, urlsplit(self.path)
        organization = services.logins.find_cloner(self._host(), credentials)
        if organization is None:
            self._send(HTTPStatus.UNAUTHORIZED)
        elif repositories.get_organization(url.path) != organization:
            self._send(HTTPStatus.FORBIDDEN)
        elif (body := self._read_body()) is not None:
            # Without REMOTE_USER, git accepts no push.
            request = {
                "REQUEST_METHOD": self.command,
                "PATH_INFO": url.path,
                "QUERY_STRING": url.query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "REMOTE_ADDR": "127.0.0.1",
            }
            response = repositories.serve(services.git, services.root, request, body)
            self._send(response.status, response.body, response.headers)

    def _read_body(self) -> bytes | None:
        """Body of the request. None: it is refused, and the client has its answer."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit():
            self._send(HTTPStatus.LENGTH_REQUIRED)
            return None
        if int(length) > _LONGEST_BODY:
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return None
        return self.rfile.read(int(length))

    def _host(self) -> str:
        """Host of the request, as the settings name it."""
        return self.headers.get("Host", "").lower().removesuffix(":443")

    def _send(self, status: int, body: bytes = b"", headers: list[tuple[str, str]] | None = None) -> None:
        self.send_response(status)
        if status == HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", 'Basic realm="local"')
        for name, value in headers or ():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
