"""Servers of releases: through a proxy, at a mirror, and which of them answer."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from local import downloads
from local.downloads import MIRROR, MirrorError, find_server, find_unreachable
from local.releases import Asset
from tests.local.downloads import PROGRAM, Outcome, Server, checksum
from tests.proxies import Proxy

pytestmark = pytest.mark.usefixtures("direct")


def test_proxy_is_used(secure: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name of the server does not exist here, so only the proxy can reach it."""
    secure.files |= {"etcd": PROGRAM, "SUMS": checksum(PROGRAM).encode()}
    proxy = Proxy(secure.http.server_port)
    try:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        outcome = Outcome(tmp_path, Asset("https://release.example/etcd", checksums="https://release.example/SUMS"))
        unreachable = find_unreachable(["https://release.example"])
    finally:
        proxy.close()

    assert (outcome.done, unreachable) == (True, {})
    assert [request.split(b" HTTP")[0] for request in proxy.requests] == [b"CONNECT release.example:443"] * 3


def test_exception_of_the_proxy(secure: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secure.files |= {"etcd": PROGRAM, "SUMS": checksum(PROGRAM).encode()}
    proxy = Proxy(secure.http.server_port)
    try:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        outcome = Outcome(tmp_path, Asset(secure.url("etcd"), checksums=secure.url("SUMS")))
    finally:
        proxy.close()

    assert (outcome.done, proxy.requests) == (True, [])


@pytest.mark.parametrize("folder", ["", "/", "/releases", "/releases/"])
def test_mirror(secure: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    prefix = f"{folder.strip('/')}/release.example".lstrip("/")
    secure.files |= {f"{prefix}/v1/etcd": PROGRAM, f"{prefix}/v1/SUMS": checksum(PROGRAM).encode()}
    monkeypatch.setenv(MIRROR, f"{secure.address}{folder}")
    asset = Asset("https://release.example/v1/etcd", checksums="https://release.example/v1/SUMS")

    assert find_server(asset) == secure.address
    assert find_unreachable([secure.address]) == {}
    assert Outcome(tmp_path, asset).done


@pytest.mark.parametrize(
    "value", ["mirror.example", "ftp://mirror.example", "https://", "https://user:secret@mirror.example", "file:///tmp"]
)
def test_mirror_that_is_not_an_address(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv(MIRROR, value)
    with pytest.raises(MirrorError) as raised:
        find_server(Asset("https://release.example/etcd"))
    assert str(raised.value) == (
        "OPENCHOREO_SECRETS_MIRROR: is not an address without a login; use one such as "
        "https://mirror.example.com/releases"
    )


@pytest.mark.parametrize("status", [200, 302, 403, 404, 500])
def test_servers_that_answer(server: Server, secure: Server, status: int) -> None:
    """An error status or a redirect is an answer too, and a redirect is not followed."""
    server.status = secure.status = status
    assert find_unreachable([server.address, secure.address]) == {}
    assert server.requests == secure.requests == []


def test_server_that_refuses_connections() -> None:
    closed = Server()
    closed.http.server_close()

    (reason,) = find_unreachable([closed.address]).values()
    assert reason.endswith("Connection refused")


def test_servers_that_do_not_answer_cost_one_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    """All are asked at once, and the answer is not waited for."""
    monkeypatch.setattr(downloads, "_PROBE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        servers = [f"http://127.0.0.1:{listener.getsockname()[1]}" for listener in (one, two)]
        started = time.monotonic()
        unreachable = find_unreachable(servers)
        assert time.monotonic() - started < 5
    assert list(unreachable) == servers
    assert set(unreachable.values()) <= {"no answer within 0.2 s", "timed out"}
