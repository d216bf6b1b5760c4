"""Which remote keys name the same secret: every spelling of a key becomes one text.

Two spellings of one secret must become equal, or organizations could share it unseen. Two secrets that become equal
only cause a question, which ``sharedKeys`` answers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ..schema.deferred import Deferred

RemotePlace = tuple[str, ...]
"""Manager, place in it, and name of a secret, in one spelling."""

_SLASHES: Final = re.compile(r"/+")
_ARN: Final = re.compile(r"arn:[^:]+:(secretsmanager|ssm):([^:]*):([^:]*):(?:secret:|parameter)(.+)", re.ASCII)
_SUFFIX: Final = re.compile(r"-[A-Za-z0-9]{6}$", re.ASCII)
_ACCOUNT: Final = re.compile(r"arn:[^:]+:iam::([0-9]{12}):", re.ASCII)
_ACCESS: Final = re.compile(r"auth|(?:ref|account|provider|credentials|bundle)s?$", re.IGNORECASE)
"""Keys of a provider block that say how ESO signs in, and not where it reads."""


def clean_path(path: str) -> str:
    """A path without slashes at its ends, and with one between its parts."""
    return _SLASHES.sub("/", path).strip("/")


def clean_key(key: str) -> str:
    """A key of any manager: a path without its version after ``#``."""
    return clean_path(key.partition("#")[0])


def clean_address(address: str) -> str:
    """An address of a server: letters of a host have no case, and a last slash has no meaning."""
    return address.lower().rstrip("/")


def find_account(*roles: object) -> str:
    """Number of the AWS account of the first role that is a plain ARN. Empty: none is."""
    matches = (_ACCOUNT.match(role) for role in roles if isinstance(role, str))
    return next((match[1] for match in matches if match is not None), "")


def locate_in_aws(service: str, region: str, account: str, name: str) -> RemotePlace:
    """A secret or parameter by its full name or ARN.

    Secrets Manager also finds a secret by its ARN without the six random characters at the end. A parameter without
    hierarchy may have a slash in front; its version or label follows a colon.
    """
    arn = _ARN.match(name)
    if arn is not None:
        region, account, name = arn[2], arn[3] if account else "", arn[4]
    if service == "SecretsManager":
        return service, region, account, _SUFFIX.sub("", name) if arn is not None else name
    return service, region, account, clean_path(name.partition(":")[0])


def locate_in_vault(server: str, namespace: str, mount: str | None, version: str, key: str) -> RemotePlace:
    """A secret of a KV engine by the API path that ESO requests.

    Source: ``buildPath`` of ESO's provider: a key may begin with the mount, and in version 2 with ``data/`` after it.
    """
    path = key.partition("#")[0]
    if mount is None:
        first, _, rest = path.lstrip("/").partition("/")
        if version == "v2" and "/data/" not in path:
            path = f"{first}/data/{rest}"
    else:
        rest = path.lstrip("/")
        if rest.startswith(f"{mount}/"):
            rest = rest.removeprefix(f"{mount}/")
            if version == "v2":
                rest = rest.removeprefix("data/")
        path = f"{mount}/data/{rest}" if version == "v2" else f"{mount}/{rest}"
    return "vault", clean_address(server), clean_path(f"{namespace}/{path}")


def describe_place(block: Any) -> str | None:
    """A provider block without the parts with which ESO signs in, as text. None: a part of the rest is an output."""
    if isinstance(block, Deferred):
        return None
    if isinstance(block, Mapping):
        parts = [(key, describe_place(value)) for key, value in sorted(block.items()) if not _ACCESS.search(str(key))]
        return None if any(text is None for _, text in parts) else repr(parts)
    if isinstance(block, (list, tuple)):
        texts = [describe_place(value) for value in block]
        return None if None in texts else repr(texts)
    return repr(block)
