"""Kubernetes names (https://kubernetes.io/docs/concepts/overview/working-with-objects/names/)."""

from __future__ import annotations

import re
from typing import Final

LABEL_MAX: Final = 63
SUBDOMAIN_MAX: Final = 253

_LABEL: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN: Final = re.compile(rf"{_LABEL.pattern}(?:\.{_LABEL.pattern})*")
_DATA_KEY: Final = re.compile(r"[-._a-zA-Z0-9]+")


def check_label(value: str) -> str:
    """The value unchanged, if it is a DNS label, as names of namespaces and organizations must be.

    Raises:
        ValueError: the value is not a DNS label.
    """
    return _check(value, _LABEL, LABEL_MAX, 'a DNS label: lower-case letters, digits and "-"')


def check_subdomain(value: str) -> str:
    """The value unchanged, if it is a DNS subdomain, as names of Secrets and ClusterSecretStores must be.

    Raises:
        ValueError: the value is not a DNS subdomain.
    """
    what = 'a Kubernetes object name: lower-case letters, digits, "-" and "."'
    return _check(value, _SUBDOMAIN, SUBDOMAIN_MAX, what)


def check_data_key(value: str) -> str:
    """The value unchanged, if it can be a key of a Secret's ``data``.

    Raises:
        ValueError: the value cannot be such a key.
    """
    if len(value) > SUBDOMAIN_MAX or value in {".", ".."} or not _DATA_KEY.fullmatch(value):
        msg = f'is not a key of a Secret: letters, digits, "-", "_" and ".", at most {SUBDOMAIN_MAX} characters'
        raise ValueError(msg)
    return value


def _check(value: str, pattern: re.Pattern[str], longest: int, what: str) -> str:
    if len(value) > longest or not pattern.fullmatch(value):
        msg = f"is not {what}, at most {longest} characters, first and last a letter or a digit"
        raise ValueError(msg)
    return value
