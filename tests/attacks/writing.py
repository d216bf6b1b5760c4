"""Attacks of tenants with PushSecrets: the victim's value becomes the attacker's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from components.openchoreo.labels import ORGANIZATION_LABEL
from tests.attacks.attack import ALL, REACHED, STOCK, Attack, Attempt, Verdict
from tests.attacks.reading import IDENTITY, key_of
from tests.attacks.scene import PUSH, WRITTEN, Scene


def push(scene: Scene, stores: list[dict[str, Any]]) -> Attempt:
    """Write a Secret of the attacker to the victim's key."""
    key, namespace = key_of(scene.attack.victim, "bao"), scene.own_builds
    scene.undo.append(scene.world.write_values)
    metadata = {"name": scene.name, "namespace": namespace}
    scene.create(
        scene.tenant, {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": {"token": WRITTEN}}
    )
    match = {"secretKey": "token", "remoteRef": {"remoteKey": key, "property": "token"}}
    spec = {
        "updatePolicy": "Replace",
        "deletionPolicy": "None",
        "refreshInterval": "1h0m0s",
        "secretStoreRefs": stores,
        "selector": {"secret": {"name": scene.name}},
        "data": [{"match": match}],
    }
    scene.create(scene.tenant, {"apiVersion": PUSH, "kind": "PushSecret", "metadata": metadata, "spec": spec})
    while True:
        if WRITTEN in scene.read_remote(key):
            return Verdict(REACHED, reason=f"{key} is overwritten")
        refusal = scene.find_refusal("PushSecret", scene.name, namespace)
        if refusal is not None:
            return refusal
        yield


def push_to(scene: Scene, organization: str) -> Attempt:
    """To the store of an organization."""
    store = {"kind": "ClusterSecretStore", "name": scene.store(organization)}
    return (yield from push(scene, [store]))


def push_to_labels(scene: Scene) -> Attempt:
    """To every store with the label of the victim."""
    labels = {"matchLabels": {ORGANIZATION_LABEL: scene.attack.victim}}
    return (yield from push(scene, [{"kind": "ClusterSecretStore", "labelSelector": labels}]))


def list_attacks() -> Iterator[Attack]:
    """The attacks of this module."""
    guarded = {
        ALL: "store",
        "without store": "identity",
        "without identity": "store",
        "without rbac": "store",
        STOCK: REACHED,
    }
    yield Attack(
        "T2", "writes through another's store", "t2-store", lambda s: push_to(s, s.attack.victim), guarded, alone=True
    )
    yield Attack(
        "T2",
        "writes another's key through its own store",
        "t2-key",
        lambda s: push_to(s, s.attack.attacker),
        IDENTITY,
        alone=True,
    )
    selected = {phase: layer for phase, layer in guarded.items() if phase != STOCK}
    yield Attack("T2", "writes to stores by label", "t2-labels", push_to_labels, selected, alone=True)
