"""The git server and the server of tokens over TLS, and the proxies before them."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
import urllib3

from local.hosts.registry_tokens import HOST, SERVICE
from tests.local.hosts import GIT_HOST, RunningHosts, run_hosts

TOKEN = {"key": "git", "property": "token"}
ACCOUNTS: list[dict[str, Any]] = [
    {"organization": "acme", "use": "git", "host": GIT_HOST, "username": {"text": "acme"}, "password": TOKEN},
    {"organization": "globex", "use": "git", "host": GIT_HOST, "username": {"text": "globex"}, "password": TOKEN},
    {"organization": "acme", "use": "push", "username": {"text": "robot"}, "password": TOKEN},
]
REFS = "/acme/app.git/info/refs?service=git-upload-pack"


@pytest.fixture
def hosts(tmp_path: Path) -> Iterator[RunningHosts]:
    """Servers with two organizations, whose token is the same."""
    with run_hosts(tmp_path, *ACCOUNTS) as running:
        running.values["git"] = {"token": "t"}
        yield running


def basic(username: str, *tokens: str) -> dict[str, str]:
    """Header of a login; by default with the right token."""
    return dict(urllib3.make_headers(basic_auth=":".join((username, *(tokens or ("t",))))))


@pytest.mark.parametrize(
    ("host", "path", "login", "status"),
    [
        pytest.param(GIT_HOST, REFS, ("acme", "t"), 200, id="own repository"),
        pytest.param(f"{GIT_HOST}:443", REFS, ("acme", "t"), 200, id="a host with its port"),
        pytest.param(GIT_HOST, REFS, ("globex", "t"), 403, id="another organization's repository"),
        pytest.param(GIT_HOST, REFS, ("acme", "wrong"), 401, id="a wrong token"),
        pytest.param(GIT_HOST, REFS, None, 401, id="no login"),
        pytest.param("other.example", REFS, ("acme", "t"), 401, id="a token of another host"),
        pytest.param(GIT_HOST, "/acme/absent.git/info/refs", ("acme", "t"), 404, id="no repository"),
        pytest.param(GIT_HOST, "/acme/app.git/info/refs?service=git-receive-pack", ("acme", "t"), 403, id="a push"),
        pytest.param(GIT_HOST, "/token?service=registry", ("robot", "t"), 401, id="a token at the wrong host"),
        pytest.param(HOST, "/token?service=registry", ("robot", "wrong"), 401, id="a token with a wrong password"),
        pytest.param(HOST, "/token?service=registry", ("acme", "t"), 401, id="a token for a git login"),
        pytest.param(HOST, "/token?service=other", ("robot", "t"), 401, id="a token of another service"),
        pytest.param(HOST, "/token", ("robot", "t"), 401, id="a token of no service"),
        pytest.param(HOST, REFS, ("acme", "t"), 401, id="a repository at the wrong host"),
    ],
)
def test_status(hosts: RunningHosts, host: str, path: str, login: tuple[str, str] | None, status: int) -> None:
    response = hosts.request("GET", host, path, headers=basic(*login) if login else {})

    assert response.status == status
    assert response.headers.get("WWW-Authenticate") == ('Basic realm="local"' if status == 401 else None)


def test_a_token_is_for_the_images_of_the_login(hosts: RunningHosts) -> None:
    scopes = "scope=repository:acme/app:pull,push&scope=repository:globex/app:pull"

    response = hosts.request("GET", HOST, f"/token?service={SERVICE}&{scopes}", headers=basic("robot"))

    claims = jwt.decode(response.json()["token"], options={"verify_signature": False})
    assert claims["access"] == [{"type": "repository", "name": "acme/app", "actions": ["pull", "push"]}]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"Transfer-Encoding": "chunked"}, 411, id="no length"),
        pytest.param({"Content-Length": "-1"}, 411, id="a wrong length"),
        pytest.param({"Content-Length": str(2 << 20)}, 413, id="too long"),
    ],
)
def test_a_body_that_is_not_read(hosts: RunningHosts, headers: dict[str, str], status: int) -> None:
    response = hosts.request("POST", GIT_HOST, "/acme/app.git/git-upload-pack", headers={**basic("acme"), **headers})

    assert response.status == status


def test_without_openbao_no_login_is_decided(hosts: RunningHosts, capsys: pytest.CaptureFixture[str]) -> None:
    hosts.available = False
    assert hosts.request("GET", GIT_HOST, REFS, headers=basic("acme")).status == 503

    hosts.available = True
    assert hosts.request("GET", GIT_HOST, REFS, headers=basic("acme")).status == 200
    logged = [line.split(" ", 1)[1] for line in capsys.readouterr().err.splitlines()]
    assert logged == ["does not answer", *(f"GET {GIT_HOST}/acme/app.git/info/refs {status}" for status in (503, 200))]


def test_a_client_without_tls_delays_no_other(hosts: RunningHosts) -> None:
    with socket.create_connection(("127.0.0.1", hosts.port), 5) as idle:
        idle.sendall(b"GET / HTTP/1.0\r\n")
        assert hosts.request("GET", GIT_HOST, REFS, headers=basic("acme")).status == 200


def test_a_client_that_trusts_another_authority(hosts: RunningHosts) -> None:
    context = ssl.create_default_context()
    with (
        pytest.raises(ssl.SSLCertVerificationError),
        socket.create_connection(("127.0.0.1", hosts.port), 5) as connection,
    ):
        context.wrap_socket(connection, server_hostname=GIT_HOST)


@pytest.mark.parametrize(
    ("request_line", "answer"),
    [
        pytest.param(b"GET http://git.example/ HTTP/1.1", b"HTTP/1.1 405 Method Not Allowed", id="no tunnel"),
        pytest.param(b"CONNECT down.example:443 HTTP/1.1", b"", id="a server that is down"),
    ],
)
def test_what_the_proxy_does_not_pass_on(hosts: RunningHosts, request_line: bytes, answer: bytes) -> None:
    port = int(hosts.clients.git_proxy.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 5) as client:
        client.sendall(request_line + b"\r\n\r\n")
        with client.makefile("rb") as stream:
            assert stream.readline().strip() == answer
