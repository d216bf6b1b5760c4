"""HTTP to one API server, with the proxy, the certificates and the credentials of a kubeconfig."""

from __future__ import annotations

import re
import ssl
import tempfile
import threading
import warnings
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode

import urllib3
from urllib3.contrib.socks import SOCKSProxyManager

from ...errors import ClusterError
from .credentials import Certificate, Credentials, SignIn
from .kubeconfig import Access
from .proxy import Proxy, choose_proxy
from .request import format_basic, split_address, to_wire

_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)

_CONNECTIONS: Final = 16
"""Connections that stay open for the next requests, which several threads send."""


class Transport:
    """Requests to one API server; connections stay open between them."""

    def __init__(self, access: Access) -> None:
        """Check every field of the kubeconfig; nothing is sent yet, and no login plugin runs.

        Raises:
            ClusterError: a field is not valid, or client-go would not accept it.
        """
        self._access = access
        self.host = _check_server(access)
        """Address of the API server."""
        self.authority = access.read_authority()
        """Certificates, in PEM, that verify the server. Empty: those of the system."""
        self.proxy = choose_proxy(access)
        """None: direct connections."""
        self._sign_in = SignIn(access)
        self._lock = threading.Lock()
        self._pool: tuple[Certificate | None, urllib3.PoolManager] | None = None
        self._connect(self._sign_in.certificate)

    def send(  # noqa: PLR0913 -- the parts of an HTTP request
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        body: bytes | None,
        timeout: tuple[float, float],
    ) -> urllib3.BaseHTTPResponse:
        """The response, read to its end; after a 401, a login plugin runs again, and the request is sent again.

        Args:
            method: method of HTTP.
            path: path of the API, below the server's own one.
            query: parameters.
            headers: headers beside those of the user.
            body: content; None: no content.
            timeout: seconds to connect, and between two pieces of the response.

        Raises:
            ClusterError: the user cannot sign in.
            urllib3.exceptions.HTTPError: the server cannot be reached.
            OSError: the same.
        """
        url = self.host + path + (f"?{urlencode(query)}" if query else "")
        credentials = self._sign_in.read()
        options = {"body": body, "timeout": urllib3.Timeout(*timeout)}
        response = self._request(credentials, method, url, headers, **options)
        if response.status == HTTPStatus.UNAUTHORIZED and self._sign_in.renew(credentials):
            response = self._request(self._sign_in.read(), method, url, headers, **options)
        return response

    def close(self) -> None:
        """End the open connections; a later request opens new ones."""
        with self._lock:
            if self._pool is not None:
                self._pool[1].clear()

    def _request(
        self, credentials: Credentials, method: str, url: str, headers: Mapping[str, str], **options: Any
    ) -> urllib3.BaseHTTPResponse:
        # One header for each group: a plain mapping would keep the last one.
        complete = urllib3.HTTPHeaderDict(headers)
        for name, value in self._sign_in.impersonation:
            complete.add(name, to_wire(value))
        if credentials.authorization is not None:
            complete.add("Authorization", to_wire(credentials.authorization))
        pool = self._connect(credentials.certificate)
        return pool.request(method, url, headers=complete, redirect=False, retries=False, **options)

    def _connect(self, certificate: Certificate | None) -> urllib3.PoolManager:
        """Connections with a client certificate; a login plugin may change it."""
        with self._lock:
            if self._pool is None or self._pool[0] != certificate:
                context = _trust(self._access, self.authority) if self.host.startswith("https") else None
                if context is not None and certificate is not None:
                    _load_certificate(self._access, context, certificate)
                name = self._access.server.tls_server_name or None
                self._pool = certificate, _open_pool(self.proxy, context, name)
            return self._pool[1]


def _check_server(access: Access) -> str:
    """Address of the server, without a slash at its end."""
    server = access.server
    parts = split_address(server.server)
    if parts is None:
        raise access.problem("server", "is no address; expected https://<host>:<port>")
    if "@" in parts.netloc:
        raise access.problem("server", "has a user name; set username and password of the user")
    if server.certificate_authority and server.certificate_authority_data:
        text = "is set beside certificate-authority-data, which client-go refuses; remove one of them"
        raise access.problem("certificate-authority", text)
    if server.insecure_skip_tls_verify and (server.certificate_authority or server.certificate_authority_data):
        text = "is set beside a certificate authority, which client-go refuses; remove one of them"
        raise access.problem("insecure-skip-tls-verify", text)
    return f"{parts.scheme}://{parts.netloc}{quote(parts.path.rstrip('/'), safe='/%')}"


def _trust(access: Access, authority: bytes) -> ssl.SSLContext:
    """How the server is verified: as Go, with the authorities as they are, be they roots or not."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    if access.server.insecure_skip_tls_verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        warnings.filterwarnings("ignore", category=urllib3.exceptions.InsecureRequestWarning)
    elif authority:
        try:
            context.load_verify_locations(cadata=b"\n".join(_PEM.findall(authority)).decode("ascii"))
        except (ssl.SSLError, ValueError):
            field = "certificate-authority" + ("" if access.server.certificate_authority else "-data")
            raise access.problem(field, "has no certificate; expected PEM") from None
    else:
        context.load_default_certs()
    return context


def _load_certificate(access: Access, context: ssl.SSLContext, certificate: Certificate) -> None:
    """Sign in with a certificate. OpenSSL reads files only, so they exist until it has done so."""
    with tempfile.NamedTemporaryFile() as chain, tempfile.NamedTemporaryFile() as key:
        chain.write(certificate.certificate)
        key.write(certificate.key)
        chain.flush()
        key.flush()
        try:
            # Without a password, OpenSSL would ask for one on the terminal.
            context.load_cert_chain(chain.name, key.name, password="")
        except (OSError, ValueError):
            raise _unusable(access) from None


def _unusable(access: Access) -> ClusterError:
    text = "cannot be used with its key; expected PEM without a password, and the key of that certificate"
    field = "client-certificate" if access.user.client_certificate else "client-certificate-data"
    return access.user_problem(field if access.user.plugin is None else "exec", text)


def _open_pool(proxy: Proxy | None, context: ssl.SSLContext | None, name: str | None) -> urllib3.PoolManager:
    """Connections with TLS as in the context, and a server name other than the host of the address."""
    options: dict[str, Any] = {"maxsize": _CONNECTIONS}
    if context is not None:
        options |= {"ssl_context": context, "server_hostname": name}
    if proxy is None:
        return urllib3.PoolManager(**options)
    if proxy.scheme == "socks5":
        # socks5h: the proxy resolves the name of the host, as with Go.
        return SOCKSProxyManager(
            f"socks5h://{proxy.address}", username=proxy.username or None, password=proxy.password or None, **options
        )
    login = format_basic(proxy.username, proxy.password) if proxy.username or proxy.password else None
    headers = None if login is None else {"Proxy-Authorization": login}
    # Go verifies a proxy like the server, and shows it the same certificate.
    return urllib3.ProxyManager(str(proxy), proxy_headers=headers, proxy_ssl_context=context, **options)
