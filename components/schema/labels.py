"""Labels and annotations that users may set; prefixes of this package and of Kubernetes are reserved.

Source: Kubernetes, "Labels and Selectors" and "Annotations".
"""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from ..openchoreo.labels import DOMAIN
from . import names

_NAME: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_RESERVED: Final = ("openchoreo-secrets", DOMAIN, "external-secrets.io", "kubernetes.io", "k8s.io")


def _check_key(value: str) -> str:
    prefix, slash, name = value.rpartition("/")
    if slash:
        names.check_subdomain(prefix)
        taken = next((domain for domain in _RESERVED if prefix == domain or prefix.endswith(f".{domain}")), None)
        if taken is not None:
            msg = f"belongs to {taken}; use a prefix of another domain, or none"
            raise ValueError(msg)
    if not _NAME.fullmatch(name):
        msg = 'is not a label key; expected [domain/]name, the name up to 63 letters, digits, "-", "_" and "."'
        raise ValueError(msg)
    return value


def _check_value(value: str) -> str:
    if value and not _NAME.fullmatch(value):
        msg = (
            'is not a label value; expected letters, digits, "-", "_" and ".", at most 63 characters, or an empty text'
        )
        raise ValueError(msg)
    return value


_Key = Annotated[str, AfterValidator(_check_key)]
Labels = dict[_Key, Annotated[str, AfterValidator(_check_value)]]
Annotations = dict[_Key, str]
