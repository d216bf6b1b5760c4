"""Demo values of the local secret manager: one for every remote key, in the form that its reader expects."""

from __future__ import annotations

import json
from typing import Any

from components.settings.parsing import parse
from local.seed import generate_demo_values

REGISTRIES = [
    {"server": "ghcr.io", "remoteKey": "push", "property": "config"},
    {"server": "quay.io", "remoteKey": "push", "property": "config"},
    {
        "server": "harbor.example",
        "username": {"remoteKey": "harbor", "property": "user"},
        "password": {"remoteKey": "harbor", "property": "password"},
    },
    {"server": "europe-docker.pkg.dev", "serviceAccountKey": {"remoteKey": "google"}},
]
ACME = {
    "name": "acme",
    "git": {"host": "github.com", "remoteKey": "git", "property": "token"},
    "registries": REGISTRIES,
    "external": [{"name": "sonar", "keys": {"token": {"remoteKey": "sonar"}}}],
    "pullSecret": {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "pull"}},
}
STORE = {"scope": "organization", "kubernetes": {"remoteNamespace": "manager", "server": {"fromKubeconfig": True}}}
SETTINGS = {
    "secretStores": {"default": {**STORE, "sharedKeys": ["git"]}},
    "clusters": {plane: {"context": "kind"} for plane in ("buildPlane", "controlPlane", "dataPlane")},
    "organizations": [ACME, {"name": "globex", "git": {"host": "github.com", "remoteKey": "git", "property": "other"}}],
}


def values(settings: dict[str, Any]) -> dict[str, dict[str, str]]:
    return generate_demo_values(parse(settings, source="stack"))


def test_every_remote_key_has_its_properties() -> None:
    assert {key: set(data) for key, data in values(SETTINGS).items()} == {
        "git": {"token", "other"},
        "push": {"config"},
        "harbor": {"user", "password"},
        "google": {"value"},
        "sonar": {"value"},
        "pull": {"value"},
    }


def test_values_have_the_form_that_their_reader_expects() -> None:
    data = values(SETTINGS)

    assert set(json.loads(data["push"]["config"])["auths"]) == {"ghcr.io", "quay.io"}
    assert set(json.loads(data["pull"]["value"])["auths"]) == {"registry.example"}
    assert data["harbor"]["user"] == "acme"
    assert json.loads(data["google"]["value"])["type"] == "service_account"


def test_tokens_are_random() -> None:
    data = values(SETTINGS)
    tokens = [*data["git"].values(), data["harbor"]["password"], data["sonar"]["value"]]

    assert len({*tokens, *values(SETTINGS)["git"].values()}) == len(tokens) + 2
    assert {len(token) for token in tokens} == {40}
