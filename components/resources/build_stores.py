"""The stores that an organization's builds read from, as arguments of components."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pulumi

from ..errors import Problem
from ..schema.deferred import InputStr
from ..settings.organization import Organization
from ..settings.rules.store_use import STORES, use_by_builds
from .cluster_secret_store import PASS_STORE, SecretStore, Store, get_store_name, validate_store


def get_store_names(stores: Mapping[str, Store], arguments: type) -> dict[str, Any]:
    """Entry of ``secretStores`` -> name of the ClusterSecretStore.

    Args:
        stores: the argument ``stores``.
        arguments: class with the argument, for messages.
    """
    return {entry: get_store_name(store, arguments, f"{STORES}{entry}") for entry, store in stores.items()}


def list_store_resources(stores: Iterable[Store]) -> list[pulumi.Resource]:
    """The ClusterSecretStores of components among the stores, for ``depends_on``."""
    return [store.resource for store in stores if isinstance(store, SecretStore)]


def validate_build_stores(
    organization: Organization,
    namespace: str,
    default: tuple[str, Store, str],
    stores: Mapping[str, Store],
    reads: Mapping[str, tuple[InputStr, ...]],
) -> Iterator[Problem]:
    """Problems of stores that cannot serve the organization, and stores that are missing.

    Args:
        organization: whose builds read from them.
        namespace: its build namespace.
        default: the argument with the store of the organization: its name, its value, and what is wrong if it is None.
        stores: entry of ``secretStores`` -> store, for credentials that name the entry.
        reads: entry of ``secretStores`` -> remote keys that are read from it.
    """
    name, store, missing = default
    keys = reads.get(organization.secret_store, ())
    yield from validate_store(store, use_by_builds(organization, name, namespace if keys else None, keys))
    for entry, other in stores.items():
        keys = reads.get(entry, ())
        use = use_by_builds(organization, f"{STORES}{entry}", namespace if keys else None, keys)
        # The key of the mapping is the entry; the ClusterSecretStore may have any name.
        yield from validate_store(other, replace(use, entry=None))
    for entry in reads:
        if entry == organization.secret_store:
            if store is None:
                yield Problem(name, missing)
        elif stores.get(entry) is None:
            text = f"is missing, but credentials of the organization have it as their secretStore; {PASS_STORE}"
            yield Problem(f"{STORES}{entry}", text)
