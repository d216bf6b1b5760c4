"""Why a request has no answer, in words of this package.

Messages of the client libraries quote headers and bodies: a status line, an address to go to, an encoding.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from http import client
from typing import Final

from urllib3 import exceptions

_TUNNEL: Final = re.compile(r"Tunnel connection failed: (\d{3})\b")
_WORDS: Final[tuple[tuple[tuple[type[BaseException], ...], str], ...]] = (
    ((TimeoutError, exceptions.TimeoutError), "it did not answer in time"),
    ((client.RemoteDisconnected,), "it closed the connection without an answer"),
    (
        (client.IncompleteRead, exceptions.IncompleteRead, exceptions.InvalidChunkLength),
        "the answer ended before it was complete",
    ),
    ((exceptions.DecodeError,), "the answer cannot be decompressed"),
    ((client.HTTPException, exceptions.ProtocolError), "what it answered is not HTTP"),
    ((exceptions.LocationValueError,), "the address is not valid"),
)
"""Types of errors, the more special ones first, and the words for them."""


def describe_failure(error: Exception) -> str:
    """Innermost reason of a request that failed: ``Connection refused``. Outer ones repeat types of the library."""
    causes = list(_causes(error))
    for cause in reversed(causes):
        if (words := _describe(cause)) is not None:
            return words
    return "the request failed"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it, the outermost first."""
    passed: set[int] = set()
    while error is not None and id(error) not in passed:
        passed.add(id(error))
        yield error
        reasons = (getattr(error, "reason", None), *error.args, error.__cause__, error.__context__)
        error = next((reason for reason in reasons if isinstance(reason, BaseException)), None)


def _describe(error: BaseException) -> str | None:
    """The words for one error. None: its type says nothing."""
    if isinstance(error, ssl.SSLError):
        return _describe_tls(error)
    for types, words in _WORDS:
        if isinstance(error, types):
            return words
    return _describe_system(error) if isinstance(error, OSError) else None


def _describe_tls(error: ssl.SSLError) -> str:
    """OpenSSL's reason, which it takes from a fixed list."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid for this kubeconfig: {getattr(error, 'verify_message', 'not verified')}"
    if isinstance(error, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return "it closed the connection without an answer"
    reason = getattr(error, "reason", None)
    return f"no TLS connection: {reason.replace('_', ' ').lower()}" if reason else "no TLS connection"


def _describe_system(error: OSError) -> str | None:
    """The operating system's reason, which it takes from a fixed list, or the status of a proxy."""
    if isinstance(error, socket.gaierror) or (error.errno and error.strerror):
        return error.strerror
    tunnel = _TUNNEL.match(str(error))
    return f"the proxy refused the connection ({tunnel[1]})" if tunnel else None
