"""Decides whose a login is. It reads the accepted values at every request, so a rotation has effect at once."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

Read = Callable[[str], Mapping[str, str] | None]
"""Reads a key of OpenBao: its fields, or None if it does not exist."""
Credentials = tuple[str, str]
"""User name and password of a request."""

_BASIC: Final = "basic "


class Logins:
    """The accounts of the hosts."""

    def __init__(self, accounts: Sequence[Mapping[str, Any]], manuals: Mapping[str, str], read: Read) -> None:
        """Keep the accounts; nothing is read yet.

        Args:
            accounts: as `accounts.list_accounts` returns them.
            manuals: entry of ``manualSecrets`` -> `digest` of its value.
            read: reads OpenBao.
        """
        self._accounts = accounts
        self._manuals = manuals
        self._read = read

    def find_cloner(self, host: str, credentials: Credentials) -> str | None:
        """Organization whose repositories on a host a login may clone. None: the login is wrong."""
        accounts = (account for account in self._accounts if account["use"] == "git" and account["host"] == host)
        return next((account["organization"] for account in accounts if self._accepts(account, credentials)), None)

    def list_rights(self, credentials: Credentials) -> dict[str, set[str]]:
        """Organization -> what a login may do with its images, ``pull`` and ``push``. Empty: the login is wrong."""
        rights: dict[str, set[str]] = {}
        for account in self._accounts:
            if account["use"] != "git" and self._accepts(account, credentials):
                actions = {"pull", "push"} if account["use"] == "push" else {"pull"}
                rights.setdefault(account["organization"], set()).update(actions)
        return rights

    def _accepts(self, account: Mapping[str, Any], credentials: Credentials) -> bool:
        if "config" in account:
            return any(_equal(login, ":".join(credentials)) for login in self._stored_logins(account))
        username, password = credentials
        return (account["username"] is None or self._is_value(account["username"], username)) and self._is_value(
            account["password"], password
        )

    def _stored_logins(self, account: Mapping[str, Any]) -> Iterator[str]:
        """``user:password`` of each server in a docker config, or of the one server of the account."""
        try:
            auths = json.loads(self._value(account["config"]) or "{}")["auths"]
            for server, entry in auths.items():
                if account.get("server") in {None, server}:
                    yield _read_login(entry)
        except (ValueError, LookupError, TypeError, AttributeError):
            # Not a docker config: it has no logins.
            return

    def _is_value(self, source: Mapping[str, Any], presented: str) -> bool:
        if "manual" in source:
            return _equal(self._manuals.get(source["manual"], ""), digest(presented))
        value = self._value(source)
        return value is not None and _equal(value, presented)

    def _value(self, source: Mapping[str, Any]) -> str | None:
        """The value of a source as ESO delivers it. None: there is none."""
        if "text" in source:
            return str(source["text"])
        fields = self._read(source["key"])
        if fields is None:
            return None
        if source["property"] is None:
            return json.dumps(fields, sort_keys=True, separators=(",", ":"))
        value = fields.get(source["property"])
        return None if value is None else value.strip()


def digest(value: str) -> str:
    """SHA-256 of a value without the white space around it, in hex."""
    return hashlib.sha256(value.strip().encode()).hexdigest()


def read_basic_auth(header: str | None) -> Credentials | None:
    """User name and password of the header ``Authorization``. None: it has none."""
    if header is None or not header.lower().startswith(_BASIC):
        return None
    try:
        username, separator, password = _decode(header[len(_BASIC) :]).partition(":")
    except ValueError:
        return None
    return (username, password) if separator else None


def _read_login(entry: Mapping[str, str]) -> str:
    """``user:password`` of an entry of a docker config; an ``auth`` takes precedence, as in docker."""
    if entry.get("auth"):
        return _decode(entry["auth"])
    return f"{entry['username']}:{entry['password']}"


def _decode(encoded: str) -> str:
    try:
        return base64.b64decode(encoded.strip(), validate=True).decode()
    except binascii.Error as error:
        raise ValueError from error


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
