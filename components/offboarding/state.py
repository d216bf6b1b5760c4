"""What the state of a stack has for one organization. Only names, ids and owners are read from it, and no value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ..plan.orphans import ObjectKey, read_object_key, read_snapshot
from ..schema.server_address import clean_server
from .holdings import STATE, Holding

_COMPONENT: Final = "openchoreo:index:"
_PROVIDER: Final = "pulumi:providers:"
_MOUNT: Final = "vault:index/mount:Mount"
_CONTENT: Final = {
    "aws:secretsmanager/secret:Secret": "AWS deletes it after its recovery window",
    "aws:kms/key:Key": "AWS deletes it after its waiting period",
}
"""Type of a resource that its manager deletes later -> what to expect."""
_UNKNOWN: Final = "an unknown server"
_MOUNTED: Final = "unmounting it would delete the secrets in it"


@dataclass(frozen=True)
class StateHoldings:
    """Resources of one organization."""

    objects: frozenset[ObjectKey]
    """Objects of the clusters."""
    stores: frozenset[str]
    """Names of the ClusterSecretStores that are for it alone."""
    resources: tuple[Holding, ...]
    """Resources in secret managers."""
    addresses: Mapping[str, str]
    """URN of a resource in Vault -> address of the server, without a password. Empty: unknown."""
    organizations: frozenset[str]
    """Every organization in the state, for suggestions."""
    updated: str
    """When the last update wrote the state, as RFC 3339 in UTC, without fractions of a second. Empty: unknown."""


def read_state_holdings(exported: Mapping[str, Any], organization: str) -> StateHoldings:
    """What an organization has in the output of ``pulumi stack export``.

    A resource is of the organization if a component around it says so. A mount of its own has no component, but the
    name of its store.
    """
    snapshot = read_snapshot(exported)
    resources = list(snapshot.get("resources") or ())
    index = _index(resources)
    own = [item for item in resources if _find_owners(item, index) == {organization}]
    inputs = [item.get("inputs") or {} for item in own if str(item["type"]).startswith(_COMPONENT)]
    stores = frozenset(str(name) for entry in inputs for name in _list_stores(entry))
    mounts = [item for item in resources if item["type"] == _MOUNT and _name(str(item["urn"])) in stores]
    external = [item for item in (*own, *mounts) if _is_external(item)]
    keys = (read_object_key(str(item["type"]), str(item.get("id") or "")) for item in own)
    return StateHoldings(
        frozenset(key for key in keys if key is not None),
        stores,
        tuple(sorted({_describe(item, index) for item in external})),
        _list_addresses(external, index),
        frozenset(owner for item in resources for owner in _read_owners(item)),
        _format_time(str((snapshot.get("manifest") or {}).get("time") or "")),
    )


def _index(resources: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """URN, and URN with id as in references to providers -> resource.

    After an interrupted replacement, a URN is twice in a state: as the new resource, and as the old one, which the
    next update deletes. A URN alone is that of the new one.
    """
    index: dict[str, Mapping[str, Any]] = {}
    for item in sorted(resources, key=lambda item: not item.get("delete")):
        index[str(item["urn"])] = index[f"{item['urn']}::{item.get('id')}"] = item
    return index


def _list_addresses(items: Iterable[Mapping[str, Any]], index: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """URN of a resource in Vault -> address of its server. If the resource is on two servers, both in one text."""
    addresses: dict[str, set[str]] = {}
    for item in items:
        addresses.setdefault(str(item["urn"]), set()).add(clean_server(_read_provider(item, index, "address")))
    return {
        urn: "".join(servers) if len(servers) == 1 else " and ".join(server or _UNKNOWN for server in sorted(servers))
        for urn, servers in addresses.items()
    }


def _find_owners(item: Mapping[str, Any], index: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """The organizations that the innermost component with organizations names. Empty: there is none."""
    inner: Mapping[str, Any] | None = item
    while inner is not None:
        if owners := _read_owners(inner):
            return owners
        inner = index.get(str(inner.get("parent") or ""))
    return set()


def _read_owners(item: Mapping[str, Any]) -> set[str]:
    if not str(item["type"]).startswith(_COMPONENT):
        return set()
    inputs = item.get("inputs") or {}
    owners = inputs.get("organizations") if item["type"] == f"{_COMPONENT}SecretStore" else [inputs.get("organization")]
    return {str(owner) for owner in owners or () if owner}


def _list_stores(inputs: Mapping[str, Any]) -> Iterator[Any]:
    """The ClusterSecretStore of a component; ``name`` of a `SecretStore`, ``store`` of its resources in a manager."""
    if "organizations" in inputs:
        yield inputs.get("name")
    if "store" in inputs:
        yield inputs["store"]


def _is_external(item: Mapping[str, Any]) -> bool:
    prefixes = ("kubernetes:", _COMPONENT, _PROVIDER)
    return bool(item.get("id")) and not str(item["type"]).startswith(prefixes)


def _describe(item: Mapping[str, Any], index: Mapping[str, Mapping[str, Any]]) -> Holding:
    kind, urn = str(item["type"]), str(item["urn"])
    namespace = ""
    if kind.startswith("vault:"):
        own = str((item.get("inputs") or {}).get("namespace") or "")
        namespace = "/".join(filter(None, (_read_provider(item, index, "namespace"), own)))
    return Holding(STATE, kind, namespace, str(item["id"]), uid=urn, stays=_MOUNTED if kind == _MOUNT else "")


def describe_content(kind: str) -> str:
    """What a secret manager still does after the engine has deleted a resource. Empty: it is gone at once."""
    return _CONTENT.get(kind, "")


def _read_provider(item: Mapping[str, Any], index: Mapping[str, Mapping[str, Any]], key: str) -> str:
    """An input of the provider of a resource, which is plain text. Empty: it has none."""
    reference = str(item.get("provider") or "")
    provider = index.get(reference) or index.get(reference.rpartition("::")[0]) or {}
    value = (provider.get("inputs") or {}).get(key)
    return value if isinstance(value, str) else ""


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _format_time(text: str) -> str:
    """The time that Pulumi writes, with nanoseconds and in any time zone."""
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if text else ""
