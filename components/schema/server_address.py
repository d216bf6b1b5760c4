"""Addresses of servers as messages may show them: the user info of a URL is a password."""

from __future__ import annotations

import re
from typing import Final

from .plain_secrets import HIDDEN

_SCHEME: Final = re.compile(r"\A([A-Za-z][A-Za-z0-9+.-]*://|//|)")


def clean_server(address: str) -> str:
    """The address of a server without user info, query and fragment; other parts are as they are.

    Source: ``net/url`` of Go. The authority ends at the first ``/``, ``?`` or ``#``, and its user info at the last
    ``@`` in it. An ``@`` in the rest can be that of a password with a slash, so the rest is not shown.
    """
    scheme = _SCHEME.split(address)[1]
    place = re.split(r"[?#]", address[len(scheme) :], maxsplit=1)
    authority, slash, path = place[0].partition("/")
    if "@" in "".join([path, *place[1:]]):
        return f"{scheme}{HIDDEN}"
    return f"{scheme}{authority.rpartition('@')[2]}{slash}{path}"
