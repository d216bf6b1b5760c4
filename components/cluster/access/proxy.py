"""The proxy of a server: ``proxy-url`` of the kubeconfig, else the variables that Go's ``net/http`` reads."""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from urllib3.util import parse_url

from ...errors import ClusterError
from .kubeconfig import Access

_PORTS: Final = {"http": 80, "https": 443, "socks5": 1080}
"""Scheme -> port of an address without one."""


@dataclass(frozen=True)
class Proxy:
    """An HTTP or SOCKS proxy."""

    scheme: str
    """``http``, ``https`` or ``socks5``."""
    address: str
    """Host and port, for messages too."""
    username: str
    """Empty: without a sign-in."""
    password: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.address}"


def choose_proxy(access: Access) -> Proxy | None:
    """The proxy of the requests to a server; None: direct connections.

    Raises:
        ClusterError: the proxy is not valid; the message does not show its password.
    """
    server = urlsplit(access.server.server)
    if access.server.proxy_url:
        try:
            return _parse(access.server.proxy_url)
        except ValueError:
            raise access.problem("proxy-url", _EXPECTED) from None
    names = ("HTTPS_PROXY", "https_proxy") if server.scheme == "https" else ("HTTP_PROXY", "http_proxy")
    name = next((name for name in names if os.environ.get(name)), None)
    if name is None or _is_direct(server):
        return None
    value = os.environ[name]
    try:
        return _parse(value if "://" in value else f"http://{value}")
    except ValueError:
        msg = f"{access.where}: ${name}: {_EXPECTED}"
        raise ClusterError(msg) from None


_EXPECTED: Final = "is not supported; expected http://<host>:<port>, https://<host>:<port> or socks5://<host>:<port>"


def _parse(url: str) -> Proxy:
    """A proxy.

    Raises:
        ValueError: it is none; without the URL, which may have a password.
    """
    parts = urlsplit(url)
    # Go resolves names of hosts at the proxy with both.
    scheme = "socks5" if parts.scheme == "socks5h" else parts.scheme
    if scheme not in _PORTS or not parts.hostname or any(character.isspace() for character in parts.netloc):
        raise ValueError
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = parts.port or _PORTS[scheme]
    # It refuses more than the function above, and an error of the client would not name the field.
    parse_url(f"{scheme}://{host}:{port}")
    return Proxy(scheme, f"{host}:{port}", unquote(parts.username or ""), unquote(parts.password or ""))


def _is_direct(server: SplitResult) -> bool:
    """Whether the variables do not apply: to this machine, and to what ``$NO_PROXY`` lists.

    Source: ``golang.org/x/net/http/httpproxy``.
    """
    host = (server.hostname or "").rstrip(".")
    address = _read_address(host)
    if host == "localhost" or (address is not None and address.is_loopback):
        return True
    listed = os.environ.get("NO_PROXY") or os.environ.get("no_proxy") or ""
    port = server.port or _PORTS[server.scheme]
    return any(_matches(entry.strip().lower(), host, port, address) for entry in listed.split(",") if entry.strip())


def _matches(entry: str, host: str, port: int, address: ipaddress.IPv4Address | ipaddress.IPv6Address | None) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        try:
            return address is not None and address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    name, _, number = entry.rpartition(":")
    if not name or not number.isdigit() or (":" in name and not name.endswith("]")):
        name, number = entry, ""
    if number and int(number) != port:
        return False
    name = name.removeprefix("[").removesuffix("]")
    if address is not None:
        return _read_address(name) == address
    if name.startswith("*."):
        name = name[1:]
    return host.endswith(name) if name.startswith(".") else host == name or host.endswith(f".{name}")


def _read_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
