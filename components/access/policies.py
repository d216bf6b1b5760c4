"""Policies that the stack creates in secret managers, and patterns of them that match keys of others.

Source: in IAM, ``*`` matches any text and ``?`` one character, ``/`` included. In policies of Vault, ``*`` matches any
text at the end of a path only, and ``+`` one segment.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, cast

from ..iam.arn import build_secret_arns
from ..managers.manager import PlannedStore
from ..managers.vault import VaultStore
from ..managers.vault_policy import build_api_path
from ..plan.aws_managed import ManagedStore
from ..plan.stack import Plan
from ..plan.vault_managed import ManagedVaultStore
from ..schema.placeholder import fill
from .sign_in import plain

_PATH: Final = re.compile(r'^path "([^"]*)"', re.MULTILINE)
_IAM: Final = {"*": ".*", "?": "."}
_VAULT: Final = {"*": ".*", "+": "[^/]+"}
_OWN_TOKEN: Final = "auth/token/"


@dataclass(frozen=True)
class Grant:
    """The policy of one organization."""

    organization: str
    store: str
    identity: str
    syntax: Literal["iam", "vault"]
    place: str
    """Where the patterns apply; patterns of different places have nothing in common."""
    patterns: tuple[str, ...]
    names: tuple[tuple[str, str], ...]
    """Name of each of its own secrets in the form of a pattern, and its remote key."""


@dataclass(frozen=True)
class Overlap:
    """A pattern of one organization that matches keys of others."""

    reader: str
    owners: tuple[str, ...]
    store: str
    identity: str
    pattern: str
    keys: tuple[str, ...]


def list_grants(plan: Plan) -> Iterator[Grant]:
    """The policies that a stack creates, each with the names of its organization's secrets."""
    stores: dict[str, list[PlannedStore]] = {}
    for store in plan.stores:
        for name in {store.name, store.managed_name}:
            stores.setdefault(name, []).append(store)
    for managed in plan.managed_stores:
        yield _read_aws(managed, stores[managed.name])
    for vault in plan.managed_vault_stores:
        yield _read_vault(vault, stores[vault.name])


def list_overlaps(grants: Iterable[Grant]) -> Iterator[Overlap]:
    """Every pattern that matches a name of another organization."""
    every = tuple(grants)
    names: dict[str, list[tuple[str, str, str]]] = {}
    for grant in every:
        names.setdefault(grant.place, []).extend((name, grant.organization, key) for name, key in grant.names)
    for entries in names.values():
        entries.sort()
    for grant in every:
        for pattern in grant.patterns:
            matcher = _compile(pattern, grant.syntax)
            matches = [
                (owner, key)
                for name, owner, key in _list_candidates(names[grant.place], pattern, grant.syntax)
                if owner != grant.organization and matcher.fullmatch(name)
            ]
            if matches:
                owners, keys = (tuple(sorted(set(column))) for column in zip(*matches, strict=True))
                yield Overlap(grant.organization, owners, grant.store, grant.identity, pattern, keys)


def _list_candidates(names: list[tuple[str, str, str]], pattern: str, syntax: str) -> Iterator[tuple[str, str, str]]:
    """Names that begin as the pattern does, up to its first wildcard."""
    beginning = re.split(r"[*?]" if syntax == "iam" else r"[*+]", pattern, maxsplit=1)[0]
    for index in range(bisect_left(names, (beginning, "", "")), len(names)):
        if not names[index][0].startswith(beginning):
            return
        yield names[index]


def _compile(pattern: str, syntax: str) -> re.Pattern[str]:
    wildcards = _IAM if syntax == "iam" else _VAULT
    return re.compile("".join(wildcards.get(letter, re.escape(letter)) for letter in pattern))


def _read_aws(managed: ManagedStore, planned: list[PlannedStore]) -> Grant:
    resources = (statement["Resource"] for statement in managed.policy()["Statement"])
    # A role of builds has the pattern of its path, and that of workloads a list of exact names.
    listed = (resource if isinstance(resource, list) else [resource] for resource in resources)
    patterns = tuple(plain(pattern) for resource in listed for pattern in resource)
    beginning = build_secret_arns(managed.account, managed.service, managed.path).removesuffix("*")
    keys = sorted({plain(key) for store in planned for key in store.keys})
    return Grant(
        managed.organization,
        f"ClusterSecretStore {planned[0].name}",
        f"IAM role {managed.account.role_arn(managed.role)}",
        "iam",
        "aws",
        patterns,
        tuple((f"{beginning}{key}", f"{managed.path}{key}") for key in keys),
    )


def _read_vault(managed: ManagedVaultStore, planned: list[PlannedStore]) -> Grant:
    paths = tuple(path for path in _PATH.findall(managed.policy) if not path.startswith(_OWN_TOKEN))
    keys = sorted({plain(key) for store in planned for key in store.keys})
    base = _build_base(planned[0], managed.organization)
    return Grant(
        managed.organization,
        f"ClusterSecretStore {planned[0].name}",
        f"role and policy {managed.role}",
        "vault",
        f"{managed.server.address} {managed.server.namespace or ''} {managed.namespace or ''}",
        paths,
        tuple((f"{base}{key}", key) for key in keys),
    )


def _build_base(planned: PlannedStore, organization: str) -> str:
    """The API path of a remote key, without the key."""
    manager = cast("VaultStore", planned.manager)
    return build_api_path(plain(fill(manager.path, organization)), manager.version, "")
