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
    """The value, if it is a DNS label: the form of namespaces and organizations.

    Raises:
        ValueError: it is not.
    """
    if len(value) > LABEL_MAX or not _LABEL.fullmatch(value):
        msg = (
            'is not a DNS label: lower-case letters, digits and "-", at most '
            f"{LABEL_MAX} characters, first and last a letter or a digit"
        )
        raise ValueError(msg)
    return value


def check_subdomain(value: str) -> str:
    """The value, if it is a DNS subdomain: the form of Secrets and ClusterSecretStores.

    Raises:
        ValueError: it is not.
    """
    if len(value) > SUBDOMAIN_MAX or not _SUBDOMAIN.fullmatch(value):
        msg = (
            'is not a Kubernetes object name: lower-case letters, digits, "-" and ".", at most '
            f"{SUBDOMAIN_MAX} characters, first and last a letter or a digit"
        )
        raise ValueError(msg)
    return value


def check_data_key(value: str) -> str:
    """The value, if it can be a key of a Secret's ``data``.

    Raises:
        ValueError: it is not.
    """
    if len(value) > SUBDOMAIN_MAX or value in {".", ".."} or not _DATA_KEY.fullmatch(value):
        msg = f'is not a key of a Secret: letters, digits, "-", "_" and ".", at most {SUBDOMAIN_MAX} characters'
        raise ValueError(msg)
    return value
