"""Whether Vault still has a resource, asked over HTTP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from components.cluster.vault_server import ask_vault
from components.offboarding.holdings import STATE, Holding
from components.offboarding.receipt import Answer

TOKEN = "hvs.canary-71b0"
POLICY = Holding(STATE, "vault:index/policy:Policy", "platform/acme", "org-acme")
ROLE = Holding(STATE, "vault:kubernetes/authBackendRole:AuthBackendRole", "", "auth/kubernetes/role/org-acme")


class Server(ThreadingHTTPServer):
    """A server that answers every request with one status."""

    status = 200
    requests: list[tuple[str, str | None, str | None]]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = self.headers
            started.requests.append((self.path, headers["X-Vault-Token"], headers["X-Vault-Namespace"]))
            self.send_response(started.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing goes to standard error."""

    with Server(("127.0.0.1", 0), Handler) as started:
        started.requests = []
        thread = threading.Thread(target=started.serve_forever)
        thread.start()
        yield started
        started.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("holding", "path", "namespace"),
    [
        pytest.param(POLICY, "/v1/sys/policies/acl/org-acme", "platform/acme", id="policy"),
        pytest.param(ROLE, "/v1/auth/kubernetes/role/org-acme", None, id="role"),
    ],
)
@pytest.mark.parametrize(("status", "exists"), [(200, True), (404, False)])
def test_the_answer(
    server: Server, holding: Holding, path: str, namespace: str | None, status: int, exists: bool
) -> None:
    server.status = status
    environment = {"VAULT_ADDR": f"{server.url}/", "VAULT_TOKEN": TOKEN}
    answer = (exists, f"{server.url} still has it" if exists else "")
    assert ask_vault(holding, f"{server.url}/", environment) == answer
    assert server.requests == [(path, TOKEN, namespace)]


def test_a_refusal(server: Server) -> None:
    server.status = 403
    environment = {"VAULT_ADDR": server.url, "VAULT_TOKEN": TOKEN}
    assert ask_vault(POLICY, "", environment) == (None, f"not checked: {server.url} answered 403")


@pytest.mark.parametrize(
    ("environment", "answer"),
    [
        pytest.param({}, (None, "not checked: set VAULT_ADDR and VAULT_TOKEN"), id="no address"),
        pytest.param({"VAULT_ADDR": "https://a"}, (None, "not checked: set VAULT_ADDR and VAULT_TOKEN"), id="no token"),
        pytest.param(
            {"VAULT_ADDR": "https://b", "VAULT_TOKEN": TOKEN},
            (None, "not checked: it was at https://a, and VAULT_ADDR is another server"),
            id="another server",
        ),
    ],
)
def test_what_cannot_be_asked(environment: dict[str, str], answer: Answer) -> None:
    assert ask_vault(POLICY, "https://a", environment) == answer


LINE_BREAK = "has a line break or another control character, which no header may have"


@pytest.mark.parametrize(
    ("token", "problem"),
    [
        pytest.param(f"{TOKEN}\r", LINE_BREAK, id="carriage return"),
        pytest.param(f"{TOKEN}\n", LINE_BREAK, id="line feed"),
        pytest.param(f"hvs.\x00{TOKEN}", LINE_BREAK, id="null"),
        pytest.param(f"{TOKEN}\x7f", LINE_BREAK, id="delete"),
        pytest.param(f"{TOKEN}\t", "has a character that is not printable ASCII", id="tab"),
        pytest.param(f"{TOKEN}\u200b", "has a character that is not printable ASCII", id="not Latin-1"),
        pytest.param(f"{TOKEN}\xe9", "has a character that is not printable ASCII", id="Latin-1"),
        pytest.param(f"{TOKEN}\udcff", "has a character that is not printable ASCII", id="no UTF-8"),
    ],
)
def test_a_token_that_cannot_be_sent(server: Server, token: str, problem: str) -> None:
    answer = ask_vault(POLICY, server.url, {"VAULT_ADDR": server.url, "VAULT_TOKEN": token})
    assert answer == (
        None,
        f"not checked: VAULT_TOKEN is not a token: it {problem}; set it again (value not shown)",
    )
    assert server.requests == []


def test_a_namespace_that_cannot_be_sent(server: Server) -> None:
    holding = replace(POLICY, namespace="platform\racme")
    answer = ask_vault(holding, "", {"VAULT_ADDR": server.url, "VAULT_TOKEN": TOKEN})
    assert answer == (None, f"not checked: its namespace {LINE_BREAK}")


def test_a_namespace_is_sent_as_utf_8(server: Server) -> None:
    ask_vault(replace(POLICY, namespace="pl\u0105"), "", {"VAULT_ADDR": server.url, "VAULT_TOKEN": TOKEN})
    assert [(namespace or "").encode("latin-1").decode() for _, _, namespace in server.requests] == ["pl\u0105"]


@pytest.mark.parametrize(
    "address",
    [
        pytest.param("vault.example:8200", id="no scheme"),
        pytest.param("https://", id="no host"),
        pytest.param("https://user:s3cr3t@vault:x", id="port"),
        pytest.param("https://user:s3/cr3t@vault", id="slash in the password"),
        pytest.param("https://user/s3cr3t@vault", id="at sign in the path"),
        pytest.param("https://user:s3cr3t@vault\r", id="carriage return"),
        pytest.param("https://user:s3cr3t@v\u0105ult", id="not ASCII"),
    ],
)
def test_an_address_that_is_none(address: str) -> None:
    answer = ask_vault(POLICY, "", {"VAULT_ADDR": address, "VAULT_TOKEN": TOKEN})
    assert answer == (
        None,
        "not checked: VAULT_ADDR is not an address; expected https://<host>:<port> (value not shown)",
    )


def test_no_password_of_an_address_is_shown(server: Server) -> None:
    url = server.url.replace("http://", "http://user:s3cr3t@")
    environment = {"VAULT_ADDR": f"{url}/", "VAULT_TOKEN": TOKEN}
    server.status = 500
    assert ask_vault(POLICY, url, environment) == (None, f"not checked: {server.url} answered 500")
    other = (None, "not checked: it was at https://other, and VAULT_ADDR is another server")
    assert ask_vault(POLICY, "https://user:s3cr3t@other", environment) == other
    assert ask_vault(POLICY, server.url, environment) == (None, f"not checked: {server.url} answered 500")


def test_a_server_that_does_not_answer() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        environment = {"VAULT_ADDR": url, "VAULT_TOKEN": TOKEN}
        assert ask_vault(POLICY, url, environment) == (
            None,
            f"not checked: {url} cannot be reached: Connection refused",
        )


def test_a_ca_file_that_does_not_exist(server: Server) -> None:
    url = server.url.replace("http:", "https:")
    environment = {"VAULT_ADDR": url, "VAULT_TOKEN": TOKEN, "VAULT_CACERT": "/absent"}
    reason = f"not checked: {url} cannot be reached: No such file or directory"
    assert ask_vault(POLICY, url, environment) == (None, reason)


def test_a_resource_of_another_manager() -> None:
    assert ask_vault(Holding(STATE, "aws:iam/role:Role", "", "a"), "", {}) is None
