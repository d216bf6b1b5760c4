"""What is not an answer of an API server: an error that names the address and what came back, and quotes nothing."""

from __future__ import annotations

import json
import re
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import pytest
import trustme

from components.cluster.connection import Cluster
from components.cluster.failures import describe_failure
from components.errors import UnavailableError
from tests.unit.loopback import connect, http, serve

CANARY: Final = "s3cr3t-canary"
PATH: Final = "/api/v1/namespaces/kube-system"
MARKED: Final = f"X-Token: {CANARY}"
LIST: Final = "/api/v1/namespaces"
NAMESPACE: Final[dict[str, Any]] = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "kube-system", "uid": "1", "resourceVersion": "7"},
}
OK: Final = "200 (OK)"


def changed(**fields: Any) -> bytes:
    """An answer whose namespace has other metadata."""
    return http(json.dumps({**NAMESPACE, "metadata": {**NAMESPACE["metadata"], **fields}}))


ANSWERED: Final[dict[str, tuple[bytes, str]]] = {
    "login-page": (http(f"<html>{CANARY}", "200 OK", "text/html; charset=utf-8", MARKED), f"{OK} and text/html"),
    "empty": (http(""), f"{OK} and an empty body"),
    "no-content": (b"HTTP/1.1 204 No Content\r\n\r\n", "204 (No Content) and an empty body"),
    "no-json": (http(CANARY), f"{OK} and application/json that is not valid JSON"),
    "deep": (http("[" * 100_000), f"{OK} and application/json that is not valid JSON"),
    "no-text": (http(b"\xff\xfe\x00"), f"{OK} and application/json that is not valid JSON"),
    "half-a-character": (http('"\\ud800"'), f"{OK} and application/json that is not valid JSON"),
    "unknown-type": (http(CANARY, "200 OK", CANARY), f"{OK} and content of an unknown type"),
    "no-type": (http(CANARY, "200 OK", None), f"{OK} and content of an unknown type"),
    "list": (http(f'["{CANARY}"]'), f"{OK} and a JSON list"),
    "string": (http(f'"{CANARY}"'), f"{OK} and a JSON string"),
    "number": (http("7"), f"{OK} and a JSON number"),
    "boolean": (http("true"), f"{OK} and a JSON boolean"),
    "null": (http("null"), f"{OK} and a JSON null"),
    "object": (http(f'{{"token": "{CANARY}"}}'), f"{OK} and a JSON object of another form"),
    "other-kind": (http(json.dumps({**NAMESPACE, "apiVersion": "v2"})), f"{OK} and a JSON object of another form"),
    "other-name": (changed(name=CANARY), f"{OK} and a JSON object of another form"),
    "number-as-labels": (changed(labels=7), f"{OK} and a JSON object of another form"),
    "no-uid": (changed(uid=None), f"{OK} and a JSON object of another form"),
    "no-time": (changed(creationTimestamp="soon"), f"{OK} and a JSON object of another form"),
    "time-without-zone": (changed(creationTimestamp="2026-01-01"), f"{OK} and a JSON object of another form"),
    "not-found-page": (http(CANARY, "404 Not Found", "text/html"), "404 (Not Found) and text/html"),
    "not-found-json": (http(f'{{"m": "{CANARY}"}}', "404 x"), "404 (Not Found) and a JSON object of another form"),
    "redirect": (http("", f"302 {CANARY}", None, f"Location: http://{CANARY}/"), "302 (Found) and an empty body"),
    "teapot": (http(CANARY, f"418 {CANARY}", "text/plain"), "418 (I'm a Teapot) and text/plain"),
    "denied-by-a-proxy": (
        http(f'{{"message": "{CANARY}"}}', "403 x"),
        "403 (Forbidden) and a JSON object of another form",
    ),
}
RESTARTING: Final[dict[str, tuple[bytes, str]]] = {
    "unknown-status": (http(CANARY, f"520 {CANARY}", "text/html"), "520 (no known status) and text/html"),
    "overloaded": (http("Too many requests", "429 x", "text/plain"), "429 (Too Many Requests) and text/plain"),
}
NOT_HTTP: Final[dict[str, tuple[bytes, str]]] = {
    "closed": (b"", "it closed the connection without an answer"),
    "no-status": (f"HTTP/1.1 000 {CANARY}\r\n\r\n".encode(), "what it answered is not HTTP"),
    "another-protocol": (f"SSH-2.0-{CANARY}\r\n".encode(), "what it answered is not HTTP"),
    "headers": (http("", "200 OK", None, *[MARKED] * 200), "what it answered is not HTTP"),
    "half": (http("{}")[:-1], "the answer ended before it was complete"),
    "half-a-chunk": (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "the answer ended before it was complete",
    ),
    "gzip": (http(CANARY, "200 OK", "text/html", "Content-Encoding: gzip"), "the answer cannot be decompressed"),
}
CALLS: Final[dict[str, Callable[[Cluster], object]]] = {
    "GET": lambda cluster: cluster.get(PATH),
    "PATCH": lambda cluster: cluster.json_patch(PATH, [], field_manager="ours"),
    "PUT": lambda cluster: cluster.dry_replace(PATH, NAMESPACE),
    "DELETE": lambda cluster: cluster.delete(PATH, uid="1"),
}


def refuse(folder: Path, call: Callable[[Cluster], object], answer: bytes) -> tuple[str, str]:
    """The address of a server, and the error of a call to it."""
    with serve(lambda _method, _path: answer) as address, pytest.raises(UnavailableError) as caught:
        call(connect(folder, address))
    return address, str(caught.value)


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize(("answer", "words"), ANSWERED.values(), ids=ANSWERED)
def test_another_server_answers(tmp_path: Path, method: str, answer: bytes, words: str) -> None:
    address, error = refuse(tmp_path, CALLS[method], answer)
    assert error == (
        f'build plane (context "dev"): {method} {PATH}: {address} answered {words}, as no Kubernetes API server does; '
        "check the address in the kubeconfig, and any proxy or login page before it"
    )


@pytest.mark.parametrize(("answer", "words"), RESTARTING.values(), ids=RESTARTING)
def test_a_server_that_may_be_restarting(tmp_path: Path, answer: bytes, words: str) -> None:
    address, error = refuse(tmp_path, CALLS["GET"], answer)
    assert error == (
        f'build plane (context "dev"): GET {PATH}: {address} answered {words}; it may be overloaded or restarting; '
        "check the address in the kubeconfig, and any proxy or login page before it"
    )


@pytest.mark.parametrize("method", CALLS)
@pytest.mark.parametrize(("answer", "words"), NOT_HTTP.values(), ids=NOT_HTTP)
def test_no_answer_of_http(tmp_path: Path, method: str, answer: bytes, words: str) -> None:
    address, error = refuse(tmp_path, CALLS[method], answer)
    assert error == (
        f'build plane (context "dev"): {address} cannot be reached: {words}. '
        "Is the cluster running, and is this the right context?"
    )


@pytest.mark.parametrize(
    "page",
    [
        pytest.param({**NAMESPACE, "items": []}, id="an-object"),
        pytest.param({"apiVersion": "v1", "kind": "NamespaceList", "metadata": {}, "items": 7}, id="a-number"),
        pytest.param({"apiVersion": "v1", "kind": "NamespaceList", "metadata": {}, "items": [7]}, id="of-numbers"),
        pytest.param({"apiVersion": "v1", "kind": "NamespaceList", "metadata": {}}, id="without-items"),
    ],
)
def test_what_is_no_list(tmp_path: Path, page: dict[str, Any]) -> None:
    _, error = refuse(tmp_path, lambda cluster: list(cluster.items(LIST)), http(json.dumps(page)))
    assert f"GET {LIST}: " in error
    assert "answered 200 (OK) and a JSON object of another form, as no Kubernetes API server does" in error


def test_a_page_that_comes_again_and_again(tmp_path: Path) -> None:
    """A proxy that ignores the query would otherwise be read for ever."""
    page = {"apiVersion": "v1", "kind": "NamespaceList", "metadata": {"continue": "next"}, "items": [NAMESPACE]}
    address, error = refuse(tmp_path, lambda cluster: list(cluster.items(LIST)), http(json.dumps(page)))
    assert error == (f'build plane (context "dev"): GET {LIST}: {address} repeats one page; check any proxy before it')


def test_what_the_api_server_does_not_serve(tmp_path: Path) -> None:
    with serve(lambda _method, _path: http("404 page not found\n", "404 Not Found", "text/plain")) as address:
        cluster = connect(tmp_path, address)
        assert cluster.get("/apis/external-secrets.io") is None
        assert list(cluster.items(LIST)) == []


def test_a_reason_on_several_lines_is_one_line(tmp_path: Path) -> None:
    refusal = {"apiVersion": "v1", "kind": "Status", "message": "no:\n  - first\n  - second\x1b[31m"}
    _, error = refuse(tmp_path, CALLS["GET"], http(json.dumps(refusal), "500 x"))
    assert error == (f'build plane (context "dev"): GET {PATH} was refused (500): no: - first - second\\x1b[31m')


class _Quiet(BaseHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing goes to standard error."""


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_certificate_of_somebody_else(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with HTTPServer(("127.0.0.1", 0), _Quiet) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the client ends the handshake
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            address = f"https://127.0.0.1:{server.server_port}"
            with pytest.raises(UnavailableError) as caught:
                connect(tmp_path, address).get(PATH)
        finally:
            server.shutdown()
            thread.join()
    assert str(caught.value) == (
        f'build plane (context "dev"): {address} cannot be reached: its certificate is not valid for this kubeconfig: '
        "unable to get local issuer certificate. Is the cluster running, and is this the right context?"
    )


def test_no_tls(tmp_path: Path) -> None:
    with serve(lambda _method, _path: b"") as address, pytest.raises(UnavailableError) as caught:
        connect(tmp_path, address.replace("http:", "https:")).get(PATH)
    assert re.search(r"cannot be reached: (no TLS connection|it closed the connection)", str(caught.value))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError("Tunnel connection failed: 407 s3cr3t"), "the proxy refused the connection (407)"),
        (OSError(CANARY), "the request failed"),
        (ValueError(CANARY), "the request failed"),
        (ssl.SSLError(1, CANARY), "no TLS connection"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_reasons(error: Exception, words: str) -> None:
    assert describe_failure(error) == words
