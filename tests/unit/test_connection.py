"""Requests as a server receives them, and errors: the reason alone, without types of the client library."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml

from components.cluster.connection import Cluster
from components.errors import ClusterError, ConflictError, ForbiddenError, InvalidError, UnavailableError
from components.settings.clusters import ClusterSettings


def _cluster(tmp_path: Path, server: str) -> Cluster:
    kubeconfig = tmp_path / "kubeconfig"
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "dev",
        "clusters": [{"name": "dev", "cluster": {"server": server}}],
        "users": [{"name": "dev", "user": {"token": "t"}}],
        "contexts": [{"name": "dev", "context": {"cluster": "dev", "user": "dev"}}],
    }
    kubeconfig.write_text(yaml.safe_dump(config))
    return Cluster("build plane", ClusterSettings(context="dev", kubeconfig=str(kubeconfig)))


def test_connection_refused(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = f"https://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(ClusterError) as caught:
            _cluster(tmp_path, server).get("/api")
    assert str(caught.value) == (
        f'build plane (context "dev"): {server} cannot be reached: Connection refused. '
        "Is the cluster running, and is this the right context?"
    )


def test_connection_times_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.cluster.connection._TIMEOUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        cluster = _cluster(tmp_path, f"http://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(ClusterError) as caught:
            cluster.get("/api")
    assert "cannot be reached: it did not answer in time. Is the cluster" in str(caught.value)


def test_a_kubeconfig_without_a_certificate_authority_has_no_endpoint(tmp_path: Path) -> None:
    with pytest.raises(ClusterError) as caught:
        _cluster(tmp_path, "https://127.0.0.1:6443").endpoint()
    assert str(caught.value) == (
        'build plane (context "dev"): the kubeconfig has no certificate authority, which server.fromKubeconfig needs; '
        "use server.caBundle"
    )


def refusal(message: str) -> dict[str, Any]:
    """An error of an API server."""
    return {"apiVersion": "v1", "kind": "Status", "status": "Failure", "message": message}


class _Recording(BaseHTTPRequestHandler):
    requests: ClassVar[list[tuple[str, str, str | None, Any]]] = []
    answer: ClassVar[tuple[int, dict[str, Any]]] = (200, {})

    def do_GET(self) -> None:
        self.requests.append((self.command, self.path, self.headers["Accept"], None))
        self._send()

    def do_PATCH(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.requests.append((self.command, self.path, self.headers["Content-Type"], body))
        self._send()

    def _send(self) -> None:
        status, content = self.answer
        text = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing goes to standard error."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[Cluster, type[_Recording]]]:
    """A server that records requests, and the connection to it."""
    handler = type("Handler", (_Recording,), {"requests": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield _cluster(tmp_path, f"http://127.0.0.1:{listening.server_port}"), handler
        finally:
            listening.shutdown()
            thread.join()


PATH = "/api/v1/namespaces/acme/secrets/git"
OBJECT: dict[str, Any] = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "git"}}
STORED: dict[str, Any] = {**OBJECT, "metadata": {"name": "git", "uid": "1", "resourceVersion": "7"}}
WRITES: dict[str, Callable[[Cluster], object]] = {
    "PATCH": lambda cluster: cluster.apply(PATH, OBJECT, field_manager="ours"),
    "PUT": lambda cluster: cluster.dry_replace(PATH, OBJECT),
    "DELETE": lambda cluster: cluster.delete(PATH, uid="1"),
}
DELETION = {
    "apiVersion": "v1",
    "kind": "DeleteOptions",
    "propagationPolicy": "Background",
    "preconditions": {"uid": "1"},
}
REQUESTS: dict[str, tuple[str, str, Any]] = {
    "PATCH": (f"{PATH}?fieldManager=ours&force=true", "application/apply-patch+yaml", OBJECT),
    "PUT": (f"{PATH}?dryRun=All", "application/json", OBJECT),
    "DELETE": (PATH, "application/json", DELETION),
}


def test_metadata_is_read_without_the_values(server: tuple[Cluster, type[_Recording]]) -> None:
    cluster, handler = server
    partial = {"apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadataList", "metadata": {}}
    handler.answer = (200, {**partial, "items": [STORED]})

    assert cluster.get_metadata(PATH) == STORED

    accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
    path = f"{PATH.rpartition('/')[0]}?fieldSelector=metadata.name%3Dgit&limit=500"
    assert handler.requests == [("GET", path, accept, None)]


@pytest.mark.parametrize("method", WRITES)
def test_writes(method: str, server: tuple[Cluster, type[_Recording]]) -> None:
    cluster, handler = server
    handler.answer = (200, STORED)

    assert WRITES[method](cluster) == (None if method == "DELETE" else STORED)

    assert handler.requests == [(method, *REQUESTS[method])]


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, ClusterError), (403, ForbiddenError), (409, ConflictError), (422, InvalidError), (503, UnavailableError)],
    ids=str,
)
@pytest.mark.parametrize("method", WRITES)
def test_refused_writes(
    method: str, status: int, error: type[ClusterError], server: tuple[Cluster, type[_Recording]]
) -> None:
    cluster, handler = server
    handler.answer = (status, refusal("no"))

    with pytest.raises(ClusterError) as caught:
        WRITES[method](cluster)

    assert type(caught.value) is error
    assert str(caught.value).startswith(f'build plane (context "dev"): {method} {PATH} was refused ({status}): no')


def test_writes_to_what_does_not_exist(server: tuple[Cluster, type[_Recording]]) -> None:
    cluster, handler = server
    handler.answer = (404, refusal('secrets "git" not found'))

    assert cluster.dry_replace(PATH, OBJECT) is None
    cluster.delete(PATH, uid="1")
    with pytest.raises(ClusterError) as caught:
        cluster.apply(PATH, OBJECT, field_manager="ours")
    assert str(caught.value) == (
        f'build plane (context "dev"): {PATH} cannot be created: its namespace, or its kind, does not exist'
    )


def test_discovery_takes_two_calls(server: tuple[Cluster, type[_Recording]]) -> None:
    cluster, handler = server
    handler.answer = (200, {"kind": "APIGroupDiscoveryList", "items": [{"metadata": {"name": "apps"}, "versions": []}]})

    assert list(cluster.discover()) == [{"metadata": {"name": "apps"}, "versions": []}] * 2

    accept = (
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
        "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList"
    )
    assert handler.requests == [("GET", path, accept, None) for path in ("/api", "/apis")]


def test_discovery_of_nothing(server: tuple[Cluster, type[_Recording]]) -> None:
    cluster, handler = server
    handler.answer = (200, {"kind": "APIGroupDiscoveryList", "items": None})
    assert list(cluster.discover()) == []


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        pytest.param((404, refusal("no")), "the API server does not say which kinds it serves", id="not-found"),
        pytest.param((200, {"kind": "APIGroupList"}), "as no Kubernetes API server does", id="another-form"),
    ],
)
def test_unknown_kinds_are_not_taken_for_none(
    server: tuple[Cluster, type[_Recording]], answer: tuple[int, dict[str, Any]], message: str
) -> None:
    """What is not listed would be deleted with its namespace."""
    cluster, handler = server
    handler.answer = answer
    with pytest.raises(ClusterError, match=message):
        list(cluster.discover())


def test_a_server_that_does_not_have_aggregated_discovery(server: tuple[Cluster, type[_Recording]]) -> None:
    cluster, handler = server
    handler.answer = (406, refusal("only the following media types are accepted: application/json"))
    with pytest.raises(ClusterError, match=r"GET /api was refused \(406\): only the following media types"):
        list(cluster.discover())


def test_a_new_object(server: tuple[Cluster, type[_Recording]]) -> None:
    cluster, handler = server
    manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "acme"}}
    stored = {**manifest, "metadata": {"name": "acme", "uid": "u", "resourceVersion": "1"}}
    handler.answer = (201, stored)
    assert cluster.add("/api/v1/namespaces", manifest) == stored
    assert handler.requests == [("POST", "/api/v1/namespaces", "application/json", manifest)]
    handler.answer = (404, refusal("the server could not find the requested resource"))
    assert cluster.add("/api/v1/namespaces", manifest) is None
    handler.answer = (409, refusal('namespaces "acme" already exists'))
    with pytest.raises(ConflictError, match=r"POST /api/v1/namespaces was refused \(409\)"):
        cluster.add("/api/v1/namespaces", manifest)


def test_an_answer_that_is_another_object(server: tuple[Cluster, type[_Recording]]) -> None:
    cluster, handler = server
    handler.answer = (201, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "b", "uid": "u"}})
    with pytest.raises(UnavailableError):
        cluster.add("/api/v1/namespaces", {"metadata": {"name": "acme"}})


def test_the_address_of_a_cluster(tmp_path: Path) -> None:
    assert _cluster(tmp_path, "https://127.0.0.1:6443/").address == "https://127.0.0.1:6443"
