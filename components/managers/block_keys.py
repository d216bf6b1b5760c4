"""The secret that a remote key names, from a provider block as ESO documents it.

Typed managers, the manager ``custom`` and the access report use it, so that one secret is one place, whichever block
names it. Source: ``SecretStoreProvider`` of ``external-secrets.io/v1``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from .remote_keys import (
    RemotePlace,
    clean_key,
    describe_odd_path,
    describe_place,
    find_account,
    is_own_cluster,
    locate_in_aws,
    locate_in_azure,
    locate_in_google,
    locate_in_kubernetes,
    locate_in_vault,
)

Block = Mapping[str, Any]


def locate_in_block(provider: str, block: Block, key: str) -> RemotePlace | None:
    """The secret that a key names; an output may be any text. None: an output is part of its name.

    Args:
        provider: key of the block in ``spec.provider``.
        block: the block, with the name of the organization in place of the placeholder.
        key: the remote key.
    """
    reader = _READERS.get(provider)
    if reader is not None:
        return reader(block, key)
    return "custom", provider, describe_place(block), clean_key(key).casefold()


def describe_block_key(provider: str, key: str) -> str | None:
    """Why a provider may resolve a key to another one, to follow the key in a message. None: it does not."""
    if provider == "vault":
        return describe_odd_path(key)
    if {".", ".."}.isdisjoint(key.split("/")):
        return None
    return "has . or .. as part of its path, which may lead to another secret; use the path without it"


def reads_own_cluster(provider: str, block: Block) -> bool:
    """Whether a store with a block reads Secrets of the cluster that it is on."""
    url = _read_server(block)
    return provider == "kubernetes" and url is not None and is_own_cluster(url)


def _read(block: Block, name: str) -> str | None:
    """A text of a block. Empty: it is missing. None: it is an output."""
    value = block.get(name, "")
    return value if isinstance(value, str) else None


def _read_server(block: Block) -> str | None:
    server = block.get("server")
    return _read(server, "url") if isinstance(server, Mapping) else ""


def _locate_in_aws(block: Block, key: str) -> RemotePlace | None:
    prefix = _read(block, "prefix")
    if prefix is None:
        return None
    account = find_account(block.get("role"))
    return locate_in_aws(_read(block, "service"), _read(block, "region"), account, f"{prefix}{key}")


def _locate_in_vault(block: Block, key: str) -> RemotePlace | None:
    namespace, mount = _read(block, "namespace"), _read(block, "path")
    if namespace is None or mount is None:
        return None
    return locate_in_vault(_read(block, "server"), namespace, mount or None, _read(block, "version") or "v2", key)


def _locate_in_kubernetes(block: Block, key: str) -> RemotePlace | None:
    return locate_in_kubernetes(
        _read_server(block), _read({"remoteNamespace": "default", **block}, "remoteNamespace"), key
    )


_READERS: Final[Mapping[str, Callable[[Block, str], RemotePlace | None]]] = {
    "aws": _locate_in_aws,
    "azurekv": lambda block, key: locate_in_azure(_read(block, "vaultUrl"), key),
    "gcpsm": lambda block, key: locate_in_google(_read(block, "projectID"), _read(block, "location"), key),
    "kubernetes": _locate_in_kubernetes,
    "vault": _locate_in_vault,
}
