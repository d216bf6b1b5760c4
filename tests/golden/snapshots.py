"""Snapshots: the manifests of each secret manager and of each kind of registry token.

A file has one YAML document for each sample: ``settings``, and the ``manifests`` that they become. Settings are the
block of a manager, or the entry of ``registries`` with a token. A manager's document may have ``keys``, the remote keys
that the organization reads. ``python -m tests.golden`` writes the manifests, and a missing file from the example of the
class.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from components.managers.cluster_secret_store import render_store
from components.managers.manager import Endpoint, Manager
from components.managers.registry import list_managers
from components.registries.catalog import REGISTRIES
from components.registries.tokens import TOKENS, RegistryToken
from components.schema.model import get_yaml_key
from components.secrets.external_secret import Target
from tests.unit.admission_samples import plan_strict
from tests.unit.plans import organization_plan
from tests.unit.samples import FAKE_VALUES, Raw, organization, planned, settings

FOLDER: Final = Path(__file__).parents[1] / "unit" / "snapshots"

ADMISSION_FILE: Final = FOLDER / "admission.yaml"
_ENDPOINT: Final = Endpoint("https://127.0.0.1:6443", "Q0E=")
_TARGET: Final = Target("acme", "openchoreo-ci-acme", "default-acme", "24h0m0s")


def get_store_file(manager: type[Manager]) -> Path:
    """The snapshot of a secret manager."""
    return FOLDER / "stores" / f"{manager.settings_key}.yaml"


def get_token_file(token: type[RegistryToken]) -> Path:
    """The snapshot of a kind of token."""
    return FOLDER / "tokens" / f"{token.settings_key}.yaml"


def read_documents(file: Path) -> list[Raw]:
    """The documents of a snapshot. Empty: there is no file yet."""
    return [*yaml.safe_load_all(file.read_text())] if file.exists() else []


def build_store_documents(manager: type[Manager]) -> list[Raw]:
    """The snapshot of a secret manager, with the manifests that its settings become now."""
    return [
        {**document, "manifests": _render_store(manager, document)}
        for document in read_documents(get_store_file(manager)) or [{"settings": dict(manager.example)}]
    ]


def build_token_documents(token: type[RegistryToken]) -> list[Raw]:
    """The snapshot of a kind of token, with the manifests that its settings become now."""
    registry = next(entry for entry in REGISTRIES if entry.token == token.settings_key)
    parameters = {get_yaml_key(name): value for name, value in registry.example.items()}
    example = {"registry": registry.name, **parameters, token.settings_key: dict(token.example)}
    return [
        {**document, "manifests": _render_registry(document["settings"])}
        for document in read_documents(get_token_file(token)) or [{"settings": example}]
    ]


def build_admission_documents() -> list[Raw]:
    """The policies of a stack on one cluster."""
    return [*plan_strict().policies["build"]]


def write_snapshots() -> None:
    """Write every snapshot."""
    documents = {get_store_file(manager): build_store_documents(manager) for manager in list_managers()}
    documents[ADMISSION_FILE] = build_admission_documents()
    documents |= {get_token_file(token): build_token_documents(token) for token in TOKENS}
    for file, content in documents.items():
        file.write_text(yaml.dump_all(content, Dumper=_Dumper, sort_keys=False, width=1000, allow_unicode=True))


def _render_store(manager: type[Manager], document: Raw) -> list[Any]:
    entry = {manager.settings_key: document["settings"]}
    keys = document.get("keys", [manager.example_key])
    store = planned(entry, keys=tuple(keys))
    values = FAKE_VALUES | {name: "value" for _, name in store.manager.manuals()}
    # The rules accept it.
    settings({"secretStores.default": entry, "organizations.0.git": {"remoteKey": keys[0]}}, manual_names=[*values])
    return [*store.identity, render_store(store, values, _ENDPOINT)]


def _render_registry(entry: Raw) -> list[Any]:
    plan = organization_plan(organization(registries=[entry]), _TARGET)
    return [*plan.generators, *plan.external_secrets]


class _Dumper(yaml.SafeDumper):
    """Writes equal values twice instead of with an anchor."""

    def ignore_aliases(self, _: object) -> bool:
        return True
