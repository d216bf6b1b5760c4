"""Stores of Vault that are managed, and the policies that they become."""

from __future__ import annotations

import re
from typing import Any, Final

from components.openchoreo.v0_9 import V0_9
from components.plan.stores import plan_stores
from components.plan.vault_managed import ManagedVaultStore, plan_managed_vault_stores
from tests.unit.samples import Edits, Raw, settings

SERVER: Final = "https://vault.example:8200"
MANAGED: Final[Raw] = {"identityNamespace": "external-secrets", "path": "org/{organization}/"}
GIT: Final[Raw] = {"remoteKey": "org/acme/git"}

RULES: Final = """\
path "secret/data/org/acme/*" {
  capabilities = ["read"]
}
path "auth/token/lookup-self" {
  capabilities = ["read"]
}
path "auth/token/revoke-self" {
  capabilities = ["update"]
}
"""
"""Policy of acme for version 2 of the engine."""


def managed(beside: Raw | None = None, **keys: Any) -> Raw:
    """An entry of ``secretStores``; ``beside`` has the keys next to ``managed``. None leaves a key out."""
    block = {key: value for key, value in {**MANAGED, **keys}.items() if value is not None}
    store = {"server": SERVER, "path": "secret", "managed": block, **(beside or {})}
    return {"vault": {key: value for key, value in store.items() if value is not None}}


def with_managed(store: Raw | None = None, **more: Any) -> Edits:
    """Edits of a configuration whose store ``default`` is managed."""
    return {"secretStores.default": store or managed(), "organizations.0.git": GIT, **more}


def plan(edits: Edits) -> tuple[ManagedVaultStore, ...]:
    """Resources in Vault of a configuration."""
    return plan_managed_vault_stores(plan_stores(settings(edits), V0_9))


def list_rules(policy: str) -> dict[str, list[str]]:
    """Path -> capabilities of a policy."""
    rules = re.findall(r'path "([^"]*)" \{\n  capabilities = \[([^\]]*)\]\n\}\n', policy)
    assert "".join(f'path "{path}" {{\n  capabilities = [{words}]\n}}\n' for path, words in rules) == policy
    return {path: re.findall(r'"([^"]*)"', words) for path, words in rules}


def matches(pattern: str, path: str) -> bool:
    """Whether a path of a policy matches a path of a request, as Vault documents it.

    ``+`` is one whole segment, and a last ``*`` is any text.
    """
    glob = pattern.endswith("*")
    segments = ("[^/]+" if segment == "+" else re.escape(segment) for segment in pattern.removesuffix("*").split("/"))
    return re.fullmatch("/".join(segments) + (".*" if glob else ""), path, re.DOTALL) is not None
