"""Labels and annotations of users, and those that are not theirs.

Source: Kubernetes, "Labels and Selectors" and "Annotations".
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from . import names

_NAME: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_OURS: Final = ("openchoreo-secrets", "openchoreo.dev", "external-secrets.io", "kubernetes.io", "k8s.io")


def _check_key(value: str) -> str:
    prefix, slash, name = value.rpartition("/")
    if slash:
        names.check_subdomain(prefix)
        taken = next((domain for domain in _OURS if prefix == domain or prefix.endswith(f".{domain}")), None)
        if taken is not None:
            msg = f"belongs to {taken}; use a prefix of another domain, or none"
            raise ValueError(msg)
    if not _NAME.fullmatch(name):
        msg = 'is not a key of a label: letters, digits, "-", "_" and ".", at most 63 characters, behind [domain/]'
        raise ValueError(msg)
    return value


def _check_value(value: str) -> str:
    if value and not _NAME.fullmatch(value):
        msg = 'is not a value of a label: letters, digits, "-", "_" and ".", at most 63 characters, or nothing'
        raise ValueError(msg)
    return value


_Key = Annotated[str, AfterValidator(_check_key)]
Labels = dict[_Key, Annotated[str, AfterValidator(_check_value)]]
Annotations = dict[_Key, str]
