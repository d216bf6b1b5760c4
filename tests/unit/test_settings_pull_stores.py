"""The stores of pull secrets against the rest of the configuration: every message in full."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.samples import AT_ACME, GIT, KUBERNETES, Raw, assert_rejected, on_every_plane, settings


def _pull(**keys: Any) -> Raw:
    return {"componentTypes": ["service"], "dockerConfig": {"remoteKey": "acme-pull"}, **keys}


BY_HAND: Raw = {
    "componentTypes": ["service"],
    "delivery": "manual",
    "registries": [{"server": "quay.io", "manual": {"username": "bot", "password": "quayPassword"}}],
    "namespaces": ["dp-acme-default-development-0f3c2a91"],
}


@pytest.mark.parametrize(("scope", "name"), [("organization", "default-acme"), ("shared", "default")])
def test_a_store_for_builds_only(scope: str, name: str) -> None:
    plane = {"secretStoreRef": name}
    edits = {
        **on_every_plane(git=GIT, pullSecret=_pull(), dataPlane=plane),
        "secretStores": {"default": {**KUBERNETES, "scope": scope}},
    }
    assert_rejected(
        edits,
        f'{AT_ACME}.dataPlane.secretStoreRef: "{name}" may be used by builds only; set pullSecret.secretStore: '
        "default, which creates a store for workloads, and remove this",
    )
    for pull in (_pull(secretStore="default"), _pull(delivery="namespace"), BY_HAND, None):
        edits["organizations"] = [{"name": "acme", "git": GIT, "pullSecret": pull, "dataPlane": plane}]
        assert settings(edits).organizations[0].data_plane is not None


@pytest.mark.parametrize(
    ("scope", "name", "own"),
    [("organization", "default-acme", "default-pull-acme"), ("shared", "default", "default-pull")],
)
@pytest.mark.parametrize("pull", [_pull(secretStore="default"), _pull(delivery="namespace")])
def test_a_store_for_builds_only_on_one_cluster(scope: str, name: str, own: str, pull: Raw) -> None:
    edits = {
        **on_every_plane(git=GIT, pullSecret=pull, dataPlane={"secretStoreRef": name}),
        "clusters": {plane: {"context": "dev"} for plane in ("buildPlane", "controlPlane", "dataPlane")},
        "secretStores": {"default": {**KUBERNETES, "scope": scope}},
    }
    assert_rejected(
        edits,
        f'{AT_ACME}.dataPlane.secretStoreRef: "{name}" may be used by builds only; use "{own}", the store of the pull '
        "secret, or leave dataPlane out",
    )
    edits["organizations"][0]["dataPlane"] = {"secretStoreRef": own}
    assert settings(edits).organizations[0].data_plane is not None
