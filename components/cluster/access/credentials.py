"""The credentials of a user: what client-go sends for the same fields, or an error with the name of the field."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import quote

from ...errors import ClusterError
from .kubeconfig import Access, read_file
from .plugin import check_plugin, run_plugin
from .request import find_header_problem, format_basic

_SKEW: Final = timedelta(seconds=10)
_HEADER_TOKEN: Final = "!#$&'*+-.^_`|~"
"""Characters of a header's name beside letters and digits (RFC 9110), without ``%``, which escapes the others."""
_REMOVED_PROVIDERS: Final = frozenset({"azure", "gcp", "openstack"})
"""Of client-go; any other name is not shown, since it may be anything."""


@dataclass(frozen=True)
class Certificate:
    """A client certificate and its key, in PEM."""

    certificate: bytes
    key: bytes


@dataclass(frozen=True)
class Credentials:
    """What one request is signed in with."""

    authorization: str | None = None
    """Value of the header ``Authorization``; None: the certificate identifies the user."""
    certificate: Certificate | None = None
    expires: datetime | None = None
    """None: not known."""


class SignIn:
    """The credentials of one user; expired ones are issued or read again."""

    def __init__(self, access: Access) -> None:
        """Check every field; a login plugin does not run yet.

        Raises:
            ClusterError: the user cannot sign in, or client-go and this package would not do it alike.
        """
        self._access = access
        self._lock = threading.Lock()
        # As client-go: credentials never leave without TLS.
        self._fixed = _read_fixed(access) if access.server.server.startswith("https://") else Credentials()
        self._issue = _read_identity if access.user.plugin is None else _issue
        self._issued: Credentials | None = None
        if self._fixed is None and not access.user.token_file:
            if access.user.plugin is None:
                self._issued = _read_identity(access)
            else:
                check_plugin(access)
        self.impersonation = tuple(_impersonation(access))
        """Headers that select the user to act as."""
        self.certificate = _read_certificate(access) if self._fixed is None else self._fixed.certificate
        """Client certificate that the kubeconfig has. None: none, or a login plugin issues it."""

    def read(self) -> Credentials:
        """Credentials for the next request.

        Raises:
            ClusterError: the login plugin is missing, failed or printed something else; a token file is unusable; the
                token of OpenID Connect has expired, also in the kubeconfig as it is now.
        """
        if self._fixed is not None:
            return self._fixed
        if self._access.user.token_file:
            return Credentials(f"Bearer {_read_token(self._access)}", self.certificate)
        with self._lock:
            if self._issued is None or _is_past(self._issued.expires):
                self._issued = self._issue(self._access)
            return self._issued

    def renew(self, refused: Credentials) -> bool:
        """Whether other credentials may be tried after the API server refused these (401).

        Raises:
            ClusterError: as `read`.
        """
        if self._fixed is not None or self._access.user.token_file:
            return False
        with self._lock:
            if self._issued is refused:
                self._issued = self._issue(self._access)
            return self._issued != refused


def _check_methods(access: Access) -> None:
    """The rules of client-go's ``validateAuthInfo``, and of its transport."""
    user = access.user
    token, basic = user.token or user.token_file, user.username or user.password
    if token and basic:
        raise access.user_problem(
            "", "has a token and a user name, and client-go accepts one of them; remove the other"
        )
    if user.client_certificate or user.client_certificate_data:
        _check_pair(access)
    plugin, provider = user.plugin, user.auth_provider
    if plugin is not None and provider is not None:
        raise access.user_problem("", "has exec and auth-provider; remove auth-provider")
    if not (token or basic or plugin or provider or user.client_certificate or user.client_certificate_data):
        text = "has no credentials, so that the request would be anonymous; sign in, or name a user with credentials"
        raise access.user_problem("", text)


def _check_pair(access: Access) -> None:
    user = access.user
    for file, data in (("client-certificate", "client-certificate-data"), ("client-key", "client-key-data")):
        if getattr(user, file.replace("-", "_")) and getattr(user, data.replace("-", "_")):
            raise access.user_problem(file, f"is set beside {data}, which client-go refuses; remove one of them")
    if not (user.client_key or user.client_key_data):
        raise access.user_problem("client-key", "is missing; the client certificate needs its key")


def _read_fixed(access: Access) -> Credentials | None:
    """Credentials that stay the same; None: they are read or issued for each request."""
    _check_methods(access)
    user, certificate = access.user, _read_certificate(access)
    if user.token_file:
        _read_token(access)
        return None
    if user.token:
        _check_header(access, "token", user.token)
        return Credentials(f"Bearer {user.token}", certificate)
    if user.username or user.password:
        return Credentials(format_basic(user.username, user.password), certificate)
    if user.auth_provider is not None:
        return None
    if certificate is not None or user.plugin is None:
        # As client-go: a login plugin does not run for a user that has a certificate.
        return Credentials(None, certificate)
    return None


def _read_certificate(access: Access) -> Certificate | None:
    user = access.user
    if not (user.client_certificate or user.client_certificate_data):
        return None
    return Certificate(
        user.client_certificate_data or read_file(user.client_certificate, access.user_problem, "client-certificate"),
        user.client_key_data or read_file(user.client_key, access.user_problem, "client-key"),
    )


def _read_token(access: Access) -> str:
    """The token of the file as it is now, since other programs rotate it; blanks around it do not count."""
    path = access.user.token_file
    try:
        token = read_file(path, access.user_problem, "tokenFile").decode().strip()
    except UnicodeDecodeError:
        raise access.user_problem("tokenFile", f"{path} is no text; expected a token") from None
    if not token:
        raise access.user_problem("tokenFile", f"{path} is empty; expected a token")
    _check_header(access, "tokenFile", token)
    return token


def _check_header(access: Access, field: str, value: str) -> None:
    """Refuse what Go refuses in a header, without showing it."""
    if problem := find_header_problem(value):
        raise access.user_problem(field, f"{problem}; write it on one line")


def _read_identity(access: Access) -> Credentials:
    """The ID token of OpenID Connect in the kubeconfig as it is now.

    Source: ``plugin/pkg/client/auth/oidc`` of client-go. It renews an expired token and writes the new one into the
    file, where it is read here; two clients would use up one refresh token twice.
    """
    access = access.read_again()
    provider = access.user.auth_provider
    if provider is None:
        raise access.user_problem("auth-provider", "left the kubeconfig meanwhile; run the command again")
    name, config = provider.name, provider.config
    if name != "oidc":
        what = f'"{name}"' if name in _REMOVED_PROVIDERS else "the provider (name not shown)"
        text = (
            f"{what} was removed from Kubernetes clients in 1.26; use a login plugin, as the command of the cloud "
            "that writes kubeconfigs does (exec)"
        )
        raise access.user_problem("auth-provider.name", text)
    for key in ("idp-issuer-url", "client-id"):
        if not config.get(key):
            raise access.user_problem(f"auth-provider.config.{key}", "is missing; sign in again")
    token = config.get("id-token", "")
    renew = "run kubectl get namespaces with this context, which renews it, or use a login plugin (exec)"
    if not token:
        raise access.user_problem("auth-provider.config.id-token", f"is missing; {renew}")
    expires = _read_expiry(token)
    if expires is None:
        raise access.user_problem("auth-provider.config.id-token", "is no ID token; sign in again")
    if _is_past(expires, _SKEW):
        raise access.user_problem("auth-provider.config.id-token", f"expired at {expires:%Y-%m-%d %H:%M} UTC; {renew}")
    _check_header(access, "auth-provider.config.id-token", token)
    return Credentials(f"Bearer {token}", _read_certificate(access), expires - _SKEW)


def _read_expiry(token: str) -> datetime | None:
    """Claim ``exp`` of a JSON Web Token."""
    try:
        _, payload, _ = token.split(".")
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(claims["exp"], tz=UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return None


def _is_past(moment: datetime | None, skew: timedelta = timedelta()) -> bool:
    return moment is not None and datetime.now(tz=UTC) > moment - skew


def _issue(access: Access) -> Credentials:
    status = run_plugin(access)
    if status.token:
        try:
            _check_header(access, "exec", status.token)
        except ClusterError:
            raise access.user_problem("exec", "printed a token with a line break; correct the plugin") from None
    certificate = Certificate(status.certificate.encode(), status.key.encode()) if status.certificate else None
    return Credentials(f"Bearer {status.token}" if status.token else None, certificate, status.expires)


def _impersonation(access: Access) -> Iterator[tuple[str, str]]:
    """Headers of client-go's ``impersonatingRoundTripper``."""
    user = access.user
    others = [
        field
        for field, value in (
            ("as-uid", user.impersonate_uid),
            ("as-groups", user.impersonate_groups),
            ("as-user-extra", user.impersonate_extra),
        )
        if value
    ]
    if others and not user.impersonate:
        raise access.user_problem(others[0], "needs a user to act as; set as")
    headers: list[tuple[str, str, str]] = [("as", "Impersonate-User", user.impersonate)] if user.impersonate else []
    if user.impersonate_uid:
        headers.append(("as-uid", "Impersonate-Uid", user.impersonate_uid))
    headers += [("as-groups", "Impersonate-Group", group) for group in user.impersonate_groups]
    for key, values in user.impersonate_extra.items():
        name = "Impersonate-Extra-" + quote(key, safe=_HEADER_TOKEN)
        headers += [("as-user-extra", name, value) for value in values]
    for field, name, value in headers:
        _check_header(access, field, value)
        yield name, value
