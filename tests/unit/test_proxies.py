"""Which proxy leads to a server: as with Go's ``net/http``, and with real proxies."""

from __future__ import annotations

import base64
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from components.cluster.access.fields import Server, User
from components.cluster.access.kubeconfig import Access
from components.cluster.access.proxy import choose_proxy
from components.errors import ClusterError
from tests.proxies import Proxy
from tests.unit.https_server import RecordingServer, serve
from tests.unit.kubeconfigs import PATH, WHERE, connect, kubeconfig, write_kubeconfig

VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY")


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


def _choose(server: str, proxy: str = "") -> str | None:
    chosen = choose_proxy(
        Access(WHERE, "c", Server.model_validate({"server": server, "proxy-url": proxy}), "u", User(), pytest.fail)
    )
    return None if chosen is None else str(chosen)


@pytest.mark.parametrize(
    ("server", "variables", "proxy"),
    [
        ("https://api", {}, None),
        ("https://api", {"ALL_PROXY": "http://p"}, None),
        ("https://api", {"HTTP_PROXY": "http://p"}, None),
        ("https://api", {"HTTPS_PROXY": "p"}, "http://p:80"),
        ("https://api", {"https_proxy": "https://p"}, "https://p:443"),
        ("https://api", {"HTTPS_PROXY": "socks5://localhost:1080", "https_proxy": "q"}, "socks5://localhost:1080"),
        ("https://api", {"HTTPS_PROXY": "socks5h://[::1]"}, "socks5://[::1]:1080"),
        ("http://api", {"HTTP_PROXY": "p:3128", "HTTPS_PROXY": "q"}, "http://p:3128"),
        ("https://localhost:6443", {"HTTPS_PROXY": "p"}, None),
        ("https://127.0.0.1:6443", {"HTTPS_PROXY": "p"}, None),
        ("https://[::1]:6443", {"HTTPS_PROXY": "p"}, None),
        ("https://api.dev.example.org", {"HTTPS_PROXY": "p", "NO_PROXY": "other, Example.org"}, None),
        ("https://api.dev.example.org", {"HTTPS_PROXY": "p", "no_proxy": ".example.org"}, None),
        ("https://example.org", {"HTTPS_PROXY": "p", "NO_PROXY": ".example.org,*.example.org"}, "http://p:80"),
        ("https://notexample.org", {"HTTPS_PROXY": "p", "NO_PROXY": "example.org"}, "http://p:80"),
        ("https://api:6443", {"HTTPS_PROXY": "p", "NO_PROXY": "api:443"}, "http://p:80"),
        ("https://api", {"HTTPS_PROXY": "p", "NO_PROXY": "api:443"}, None),
        ("https://api", {"HTTPS_PROXY": "p", "NO_PROXY": "*"}, None),
        ("https://10.0.0.1", {"HTTPS_PROXY": "p", "NO_PROXY": "x/y,10.0.0.0/8"}, None),
        ("https://11.0.0.1", {"HTTPS_PROXY": "p", "NO_PROXY": "10.0.0.0/8,1.0.0.1"}, "http://p:80"),
        ("https://[fd00::1]", {"HTTPS_PROXY": "p", "NO_PROXY": "[fd00::1]:443"}, None),
    ],
)
def test_variables(server: str, variables: dict[str, str], proxy: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert _choose(server) == proxy


def test_the_kubeconfig_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """It counts for this machine, too."""
    monkeypatch.setenv("HTTPS_PROXY", "http://other")
    monkeypatch.setenv("NO_PROXY", "*")
    assert _choose("https://127.0.0.1:6443", "socks5://user:pass@bastion") == "socks5://bastion:1080"


@pytest.mark.parametrize(
    "value", ["ftp://u:s3cr3t@p", "http://", "http://p:s3cr3t", "http://[s3cr3t", "http://u:s3cr3t@p%"]
)
def test_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    with pytest.raises(ClusterError) as caught:
        _choose("https://api")
    assert str(caught.value) == (
        f"{WHERE}: $HTTPS_PROXY: is not supported; expected http://<host>:<port>, https://<host>:<port> or "
        "socks5://<host>:<port>"
    )


@pytest.fixture(scope="module")
def server() -> Iterator[RecordingServer]:
    """It is known by a name that only the proxy resolves."""
    with serve(trustme.CA(), "api.internal") as server:
        yield server


@pytest.fixture
def proxy(server: RecordingServer) -> Iterator[Proxy]:
    proxy = Proxy(server.port)
    yield proxy
    proxy.close()


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("source", ["kubeconfig", "variable"])
def test_real_proxies(
    scheme: str, source: str, server: RecordingServer, proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"{scheme}://user:p%40ss%E2%82%AC@127.0.0.1:{proxy.port}"
    fields = server.cluster(server=f"https://api.internal:{server.port}")
    if source == "kubeconfig":
        fields["proxy-url"] = url
    else:
        monkeypatch.setenv("HTTPS_PROXY", url)
    cluster = connect(write_kubeconfig(tmp_path / "config", kubeconfig(fields)))

    cluster.get(PATH)
    cluster.close()

    if scheme == "socks5":
        login, request = proxy.requests
        assert login == b"\x01\x04user\x07p@ss\xe2\x82\xac"
        assert request == b"\x05\x01\x00\x03\x0capi.internal" + server.port.to_bytes(2, "big")
    else:
        (request,) = proxy.requests
        assert request.startswith(f"CONNECT api.internal:{server.port} HTTP/1.".encode())
        assert b"Basic " + base64.b64encode(b"user:p@ss\xe2\x82\xac") in request
        assert b"Bearer" not in request


def test_a_proxy_that_does_not_answer(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        proxy = f"127.0.0.1:{taken.getsockname()[1]}"
        for scheme in ("http", "socks5"):
            fields = {"server": "https://api.internal:6443", "proxy-url": f"{scheme}://u:s3cr3t@{proxy}"}
            with pytest.raises(ClusterError) as caught:
                connect(write_kubeconfig(tmp_path / "config", kubeconfig(fields))).get(PATH)
            message = str(caught.value)
            assert message.startswith(
                f"{WHERE}: https://api.internal:6443 cannot be reached through the proxy {scheme}://"
            )
            assert "Connection refused" in message
            assert "s3cr3t" not in message
